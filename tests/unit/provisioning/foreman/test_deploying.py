import pytest

from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import Severity
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import DEFAULT, Configuration, Deployed, Reservation, Variant
from netipl.provisioning.foreman.deploying import (
    BootsDisk,
    BootsElsewhere,
    BootsFiles,
    BootsNothing,
    deployed_for,
    deployment,
)
from tests.plane import LAB
from tests.unit.provisioning.foreman import templates

ANY = Target()


@pytest.mark.parametrize(
    ("data", "kernel", "initrd"),
    [
        pytest.param(
            templates.KICKSTART,
            b"boot/rhel-mirror-nrm0GtSX1ZC5-kernel.img",
            b"boot/rhel-mirror-nrm0GtSX1ZC5-initrd.img",
            id="kickstart: ontimeout of a menu",
        ),
        pytest.param(
            templates.PRESEED,
            b"boot/debian-mirror-0123456789ab-linux",
            b"boot/debian-mirror-0123456789ab-initrd.gz",
            id="preseed: the initrd in append alone",
        ),
    ],
)
def test_an_installer_is_compiled_for_the_firmware(data: bytes, kernel: bytes, initrd: bytes) -> None:
    made = deployment(data, ANY)
    assert isinstance(made, BootsFiles)
    [entry] = made.entries
    assert (entry.kernel, entry.initrd) == (kernel, initrd)
    assert entry.append is not None
    assert b"initrd=" not in entry.append
    assert b"token=t" in entry.append
    assert made.text.startswith(b"# pxelinux\ndefault ")
    assert made.names == {kernel.decode(), initrd.decode()}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(templates.LOCAL_S390X, id="the image that boots the disk"),
        pytest.param(templates.LOCAL_OTHERS, id="a chain to the disk"),
        pytest.param(templates.WITHOUT_KERNEL, id="no kernel"),
        pytest.param(b"default local\nlabel local\nlocalboot 0\n", id="localboot"),
    ],
)
def test_a_template_for_the_disk_is_the_way_to_the_disk(data: bytes) -> None:
    assert isinstance(deployment(data, ANY), BootsDisk)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "no label", id="empty"),
        pytest.param(b"default x\nlabel x\nkernel memdisk\ninitrd a\n", "x86", id="a program for x86"),
        pytest.param(b"label x\nkernel k\nappend a\n", "no initrd", id="no initrd"),
        pytest.param(b"label x\nkernel ../k\ninitrd i\nappend a\n", "climbs", id="a name that climbs"),
        pytest.param(b"label x\nkernel k\ninitrd i\nappend " + b"a" * 900, "", id="too long a command line"),
    ],
)
def test_what_the_firmware_cannot_boot_boots_nothing_and_says_why(data: bytes, words: str) -> None:
    made = deployment(data, ANY)
    assert isinstance(made, BootsNothing), made
    assert any(each.severity is Severity.ERROR for each in made.remarks)
    assert words in made.reason


def test_lines_may_end_as_on_windows() -> None:
    made = deployment(templates.KICKSTART.replace(b"\n", b"\r\n"), ANY)
    assert isinstance(made, BootsFiles)
    assert made == deployment(templates.KICKSTART, ANY)


def test_bytes_that_are_no_text_harm_nobody() -> None:
    made = deployment(templates.KICKSTART + b"\n# \xff\xfe\xc3", ANY)
    assert isinstance(made, BootsFiles)


MAC = Mac.parse("52:54:00:00:00:01")


def recorded(next_server: str, *, with_default: bool) -> Deployed:
    deployed = Deployed()
    options = (("nextServer", next_server), ("filename", "grub2/grubs390x.efi")) if next_server else ()
    address = LAB.subnet[11]
    deployed.set_reservation(
        Reservation(network=LAB.name, mac=MAC, address=address, name="z1", hostname="z1", options=options)
    )
    if with_default:
        deployed.set_configuration(Configuration(station=DEFAULT, variant=Variant.PXELINUX, data=templates.KICKSTART))
    return deployed


@pytest.mark.parametrize(
    ("next_server", "alone", "with_default"),
    [
        pytest.param("", None, BootsFiles, id="no loader, or a BMC"),
        pytest.param(str(LAB.server), None, BootsFiles, id="this server"),
        pytest.param("192.0.2.9", BootsElsewhere, BootsElsewhere, id="another server"),
        pytest.param("tftp.example.com", BootsElsewhere, BootsFiles, id="a name, which may be ours"),
        pytest.param("tftp_1.example.com", BootsElsewhere, BootsFiles, id="a name that some have"),
        pytest.param("a..b", None, BootsFiles, id="what is no name"),
        pytest.param("a" * 64, None, BootsFiles, id="a name that is too long"),
        pytest.param(".".join(["a" * 60] * 5), None, BootsFiles, id="a name that is too long as a whole"),
    ],
)
def test_a_host_without_a_configuration_goes_where_its_record_says(
    next_server: str, alone: type | None, with_default: type
) -> None:
    found = deployed_for(recorded(next_server, with_default=False), LAB, MAC, None)
    assert (None if found is None else type(found)) is alone
    assert type(deployed_for(recorded(next_server, with_default=True), LAB, MAC, None)) is with_default
