"""Plans of what Foreman has deployed: by every boot method, with files that are there, that come, and that are not."""

from ipaddress import IPv4Address

import pytest

from netipl.content import Content, inline, read
from netipl.errors import RefusedError, UnavailableError
from netipl.firmware.lint.finding import Target
from netipl.guests.guest import BootMethod
from netipl.images.combined import combined
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Arriving, Missing, Resolution
from netipl.provisioning.foreman.deploying import BootsElsewhere, BootsFiles, deployment
from netipl.provisioning.plan import Images, Plan, Subject
from netipl.store import deploying
from tests.unit.images.kernels import kernel

KERNEL, INITRD = "boot/m-kernel.img", "boot/m-initrd.img"
TEXT = f"default a\nlabel a\nkernel {KERNEL}\nappend initrd={INITRD} quiet\nlabel b\nkernel k2\ninitrd i2\nappend x\n"
MADE = deployment(TEXT.encode(), Target())
THERE: dict[str, Resolution] = {KERNEL: inline(kernel()), INITRD: inline(b"initrd")}
_IMAGES = {BootMethod.INS, BootMethod.COMBINED}


def subject(images: Images) -> Subject:
    return Subject(name="z1", mac=Mac.parse("52:54:00:00:00:01"), uuid=None, address=IPv4Address(1), images=images)


def planned(method: BootMethod, files: dict[str, Resolution] | None = None) -> Plan:
    assert isinstance(MADE, BootsFiles)
    found = THERE if files is None else files
    return deploying.planned(MADE, method, subject, lambda name: found.get(name, Missing()))


@pytest.mark.parametrize("files", [THERE, {}, dict.fromkeys(THERE, Arriving())], ids=["there", "missing", "coming"])
@pytest.mark.parametrize("method", [each for each in BootMethod if each not in {*_IMAGES, BootMethod.PROBE_UUID}])
def test_the_configuration_is_what_was_compiled_and_files_are_promised(
    method: BootMethod, files: dict[str, Resolution]
) -> None:
    assert isinstance(MADE, BootsFiles)
    plan = planned(method, files)
    [text] = plan.tree.values()
    assert b"".join(read(text)) == MADE.text
    assert MADE.text.startswith(b"# pxelinux\ndefault a\n")
    assert plan.promised == {KERNEL, INITRD, "k2", "i2"}
    assert plan.closed


def test_the_boot_file_is_never_a_program_for_x86() -> None:
    assert all(
        not planned(each).fields.file.endswith(b"pxelinux.0")
        for each in BootMethod
        if each is not BootMethod.PROBE_UUID
    )


def test_one_image_is_made_of_both() -> None:
    plan = planned(BootMethod.COMBINED)
    [(name, image)] = plan.tree.items()
    expected = combined(kernel=inline(kernel()), header=kernel(), initrd=inline(b"initrd"), append=b"quiet")
    assert plan.fields.file.decode() == name
    assert b"".join(read(image)) == b"".join(read(expected))


def test_one_image_is_promised_while_they_come() -> None:
    assert isinstance(MADE, BootsFiles)
    plan = planned(BootMethod.COMBINED, {**THERE, INITRD: Arriving()})
    assert plan.promised == {plan.fields.file.decode()} == {"guests/z1/boot.img"}
    assert isinstance(deploying.image(MADE.entries[0], {**THERE, INITRD: Arriving()}.__getitem__), Arriving)
    assert isinstance(deploying.image(MADE.entries[0], THERE.__getitem__), Content)


def test_a_list_needs_both_now() -> None:
    assert planned(BootMethod.INS).fields.file.endswith(b".ins")
    with pytest.raises(UnavailableError, match="still arriving"):
        planned(BootMethod.INS, {**THERE, KERNEL: Arriving()})


@pytest.mark.parametrize("method", sorted(_IMAGES))
def test_what_never_came_cannot_be_made_into_an_image(method: BootMethod) -> None:
    with pytest.raises(RefusedError, match=f"{KERNEL} is not there"):
        planned(method, {})


@pytest.mark.parametrize("server", [IPv4Address("192.0.2.9"), "tftp.example.com"])
def test_another_server_is_given_on(server: IPv4Address | str) -> None:
    plan = deploying.elsewhere(BootsElsewhere(server=server))
    assert (plan.fields.file, plan.tree) == (b"/", {})
    assert plan.fields.server == server or plan.fields.server_name == b"tftp.example.com"
