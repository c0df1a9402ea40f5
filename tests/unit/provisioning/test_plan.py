"""Every boot method makes a plan whose names and fields lead the firmware to kernel, initrd and parameters."""

from dataclasses import replace
from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.content import Content, inline, read
from netipl.errors import UnavailableError, UsageError
from netipl.firmware.lint.finding import File, Target
from netipl.firmware.lint.tree import Use, lint, lint_file
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod
from netipl.images import kernel as facts
from netipl.net import Mac
from netipl.provisioning.plan import NO_PARAMETERS, PLANS, Images, Subject, plan

KERNEL = (
    bytes(facts.MAGIC_OFFSET)
    + facts.MAGIC
    + bytes(facts.MAXIMUM_COMMAND_LINE_OFFSET - facts.MAGIC_OFFSET - 6)
    + (4096).to_bytes(8, "big")
    + bytes(0x2000)
)
INITRD = b"initrd" * 100
MAC = Mac.parse("52:54:00:13:33:0a")
IDENTITY = "0123456789ab"
SOME_UUID = UUID(int=0x1F)


def subject(*, uuid: UUID | None = SOME_UUID, initrd: bytes | None = INITRD, append: str = "ro") -> Subject:
    images = Images(
        identity=IDENTITY,
        kernel=inline(KERNEL),
        header=KERNEL[: facts.HEADER_SIZE],
        initrd=inline(initrd) if initrd is not None else None,
        append=append,
    )
    return Subject(name="z1", mac=MAC, uuid=uuid, address=IPv4Address("192.168.133.10"), images=images)


def bytes_of(content: Content) -> bytes:
    return b"".join(read(content))


def test_every_boot_method_has_a_plan() -> None:
    assert set(PLANS) == set(BootMethod)


@pytest.mark.parametrize(
    ("method", "file", "name"),
    [
        (BootMethod.CONFIG, b"guests/z1/boot.cfg", "guests/z1/boot.cfg"),
        (BootMethod.BOOTP, b"guests/z1/boot.cfg", "guests/z1/boot.cfg"),
        (BootMethod.PROBE_UUID, b"/", "pxelinux.cfg/00000000-0000-0000-0000-00000000001f"),
        (BootMethod.PROBE_MAC, b"/", "pxelinux.cfg/01-52-54-00-13-33-0a"),
        (BootMethod.PROBE_IP, b"/", "pxelinux.cfg/C0A8850"),  # 192.168.133.10 is C0A8850A
        (BootMethod.PROBE_DEFAULT, b"/", "pxelinux.cfg/default"),
        (BootMethod.PROBE_EMPTY, b"", "pxelinux.cfg/01-52-54-00-13-33-0a"),
        (BootMethod.PROBE_MISSING, b"guests/z1/missing", "guests/z1/pxelinux.cfg/01-52-54-00-13-33-0a"),
        (BootMethod.OPTIONS, b"/", "guests/z1/boot.cfg"),
    ],
)
def test_the_configuration_stands_where_the_firmware_asks_for_it(method: BootMethod, file: bytes, name: str) -> None:
    made = plan(method, subject())
    assert made.fields.file == file
    assert bytes_of(made.tree[name]).decode().splitlines() == [
        "# pxelinux",
        "default netipl",
        "label netipl",
        f"kernel boot/{IDENTITY}/kernel",
        f"initrd boot/{IDENTITY}/initrd",
        "append ro",
    ]
    assert bytes_of(made.tree[f"boot/{IDENTITY}/kernel"]) == KERNEL
    assert bytes_of(made.tree[f"boot/{IDENTITY}/initrd"]) == INITRD


def test_the_boot_file_that_is_to_be_missing_is_missing() -> None:
    made = plan(BootMethod.PROBE_MISSING, subject())
    assert made.fields.file.decode() not in made.tree


def test_options_209_and_210_together_name_the_configuration() -> None:
    fields = plan(BootMethod.OPTIONS, subject()).fields
    assert (fields.path_prefix, fields.configuration_file) == (b"guests/z1/", b"boot.cfg")


def test_only_the_method_bootp_wants_a_plain_reply() -> None:
    assert [method for method in BootMethod if plan(method, subject()).fields.plain_bootp] == [BootMethod.BOOTP]


def test_without_initrd_a_label_still_names_one() -> None:
    made = plan(BootMethod.CONFIG, subject(initrd=None))
    assert bytes_of(made.tree[f"boot/{IDENTITY}/initrd"]).startswith(b"070701")


def test_without_parameters_a_label_still_has_append() -> None:
    made = plan(BootMethod.CONFIG, subject(append=""))
    assert f"append {NO_PARAMETERS}\n" in bytes_of(made.tree["guests/z1/boot.cfg"]).decode()


def test_without_uuid_nothing_is_found_by_uuid() -> None:
    with pytest.raises(UsageError, match="UUID"):
        plan(BootMethod.PROBE_UUID, subject(uuid=None))


def test_the_combined_image_holds_kernel_initrd_and_parameters() -> None:
    made = plan(BootMethod.COMBINED, subject())
    image = bytes_of(made.tree[made.fields.file.decode()])
    address = facts.initrd_address(len(KERNEL))
    assert image[facts.INITRD_ADDRESS_OFFSET :][:16] == facts.initrd_location(address, len(INITRD))
    assert image[address:] == INITRD
    assert image[facts.COMMAND_LINE_OFFSET :].startswith(b"ro\0")


def test_the_ins_list_names_only_what_is_in_the_tree() -> None:
    made = plan(BootMethod.INS, subject())
    first, *lines = bytes_of(made.tree[made.fields.file.decode()]).decode().splitlines()
    assert first.startswith("* ")
    assert {line.split()[0] for line in lines} == set(made.tree) - {made.fields.file.decode()}


@pytest.mark.parametrize("version", [None, Version(7, 2), Version(10, 0), Version(11, 1)], ids=str)
@pytest.mark.parametrize("method", BootMethod)
def test_lint_finds_nothing_in_any_plan(method: BootMethod, version: Version | None) -> None:
    made = plan(method, subject())
    fields = made.fields
    target = Target(version=version, path_prefix=fields.path_prefix, configuration_file=fields.configuration_file)
    contents = {name.encode(): bytes_of(content) for name, content in made.tree.items()}
    tree = {name: File(size=len(data), head=data) for name, data in contents.items()}
    assert lint(tree, target) == ()
    if fields.file in tree:
        assert lint_file(fields.file, tree[fields.file], Use.BOOT_FILE, tree, target) == ()


def promised() -> Subject:
    nothing = Content(())
    images = Images(
        identity="m",
        kernel=nothing,
        header=b"",
        initrd=nothing,
        append="ro",
        names=("media/m/k", "media/m/i"),
        is_promised=True,
    )
    return replace(subject(), images=images)


@pytest.mark.parametrize("method", [each for each in BootMethod if each not in {BootMethod.INS, BootMethod.COMBINED}])
def test_files_that_are_on_their_way_are_named_and_fetched_later(method: BootMethod) -> None:
    made = plan(method, promised())
    assert made.promised == {"media/m/k", "media/m/i"}
    assert not made.promised & made.tree.keys()
    assert made.names == made.promised | made.tree.keys()
    [configuration] = made.tree.values()
    assert b"kernel media/m/k\ninitrd media/m/i\n" in bytes_of(configuration)


@pytest.mark.parametrize("method", [BootMethod.INS, BootMethod.COMBINED])
def test_what_needs_their_bytes_is_refused_with_a_remedy(method: BootMethod) -> None:
    with pytest.raises(UnavailableError, match=f"method {method} needs") as refused:
        plan(method, promised())
    assert refused.value.remedy


def test_kept_files_keep_their_names() -> None:
    kept = replace(subject().images, names=("media/m/k", "media/m/i"))
    made = plan(BootMethod.PROBE_MAC, replace(subject(), images=kept))
    assert {"media/m/k", "media/m/i"} < made.tree.keys()
    assert not made.promised
