import pytest

from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import Severity
from netipl.provisioning.foreman.deploying import BootsDisk, BootsFiles, BootsNothing, deployment
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
