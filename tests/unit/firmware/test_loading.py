"""Which files are asked for, in which order, with how much room; the words are in the transcripts' tests."""

from collections.abc import Mapping
from ipaddress import IPv4Address

import pytest

from netipl.firmware.console import Console, Progress
from netipl.firmware.dhcp_client import BootData
from netipl.firmware.limits import limits_of
from netipl.firmware.loading import HaltedError, Loader, MenuError, Wanted
from netipl.firmware.rules import RuleId
from netipl.firmware.tftp_client import Transfer
from netipl.firmware.versions import Version
from netipl.net import Mac

END = 0x7800000
CONFIGURATION = b"label a\nkernel k\ninitrd i\nappend x\nlabel b\nkernel l\ninitrd i\nappend y\n"
PROBES = [b"pxelinux.cfg/01-52-54-00-13-33-0a"] + [b"pxelinux.cfg/" + b"C0000209"[:n] for n in range(8, 0, -1)]


def load(
    tree: Mapping[bytes, bytes], file: bytes = b"", version: str = "10.1", loadparm: str = ""
) -> tuple[bool, list[Wanted], Loader]:
    """Runs a loader against `tree`; a file that is not there is ERROR 1."""
    console = Console()
    loader = Loader(
        BootData(address=IPv4Address("192.0.2.9"), server=IPv4Address("192.0.2.1"), file=file),
        mac=Mac.parse("52:54:00:13:33:0a"),
        uuid=None,
        loadparm=loadparm,
        limits=limits_of(Version.parse(version)),
        end=END,
        console=console,
    )
    asked: list[Wanted] = []
    steps = loader.files()
    try:
        wanted = next(steps)
        while True:
            asked.append(wanted)
            wanted = steps.send(fetched(wanted, tree.get(wanted.name), console))
    except StopIteration as stop:
        return bool(stop.value), asked, loader


def fetched(wanted: Wanted, content: bytes | None, console: Console) -> Transfer:
    transfer = Transfer(wanted.name, room=wanted.room, keep=wanted.keep, console=console, progress=Progress(console))
    transfer.start(0)
    if content is None:
        transfer.receive(b"\0\5\0\1\0", 69, 0)
        return transfer
    for block, start in enumerate(range(0, len(content) + 1, 512), 1):
        transfer.receive(b"\0\3" + block.to_bytes(2, "big") + content[start : start + 512], 69, 0)
    return transfer


def named(asked: list[Wanted]) -> list[bytes]:
    return [wanted.name for wanted in asked]


def test_kernel_and_initrd_of_a_probed_configuration() -> None:
    ready, asked, loader = load({b"pxelinux.cfg/default": CONFIGURATION, b"k": b"K" * 5000, b"i": b"I"})
    assert ready
    assert named(asked) == [*PROBES, b"pxelinux.cfg/default", b"k", b"i"]
    assert asked[-2].room == END
    assert asked[-1].room == END - 8192
    assert loader.memory.startswith(b"K")


def test_nothing_found() -> None:
    ready, asked, loader = load({})
    assert not ready
    assert len(asked) == 10
    assert loader.failed is RuleId.FILE_MISSING


def test_a_kernel_as_boot_file_may_fill_memory_but_for_8192_bytes() -> None:
    ready, asked, loader = load({b"vmlinuz": b"K" * 5000}, file=b"vmlinuz")
    assert ready
    assert (named(asked), asked[0].room) == ([b"vmlinuz"], END - 8192)
    assert loader.memory == b"K" * 5000


@pytest.mark.parametrize(("size", "is_configuration"), [(2046, True), (2047, False)])
def test_a_boot_file_is_a_configuration_up_to_2046_bytes(size: int, is_configuration: bool) -> None:
    content = (b"# pxelinux\n" + CONFIGURATION).ljust(size, b"#")
    _, asked, _ = load({b"f": content, b"k": b"K", b"i": b"I"}, file=b"f")
    assert named(asked) == ([b"f", b"k", b"i"] if is_configuration else [b"f"])


def test_after_a_missing_kernel_probing_goes_on_beside_it() -> None:
    content = b"# pxelinux\n" + CONFIGURATION.replace(b"kernel k", b"kernel images/k")
    _, asked, _ = load({b"boot/f": content}, file=b"boot/f")
    assert named(asked)[:3] == [b"boot/f", b"images/k", b"images/pxelinux.cfg/01-52-54-00-13-33-0a"]


def test_an_ins_list_loads_each_file_where_it_says() -> None:
    ready, asked, loader = load({b"f": b"* x\nk 0\ni 0x800000\n", b"k": b"K", b"i": b"I"}, file=b"f")
    assert ready
    assert [(wanted.name, wanted.room) for wanted in asked[1:]] == [(b"k", END), (b"i", END - 0x800000)]
    assert loader.memory == b"K"


def test_2_10_knows_neither_configurations_nor_lists_nor_probing() -> None:
    for content in (b"# pxelinux\n" + CONFIGURATION, b"* x\nk 0\n"):
        ready, asked, loader = load({b"f": content}, file=b"f", version="2.10")
        assert (ready, named(asked), loader.memory) == (True, [b"f"], content)
    assert load({}, file=b"f", version="2.10")[1] == load({}, file=b"f", version="2.12")[1]


@pytest.mark.parametrize(
    ("version", "loadparm", "kernel"),
    [("10.1", "2", b"l"), ("10.1", "0", b"k"), ("10.1", "B", b"k"), ("10.0", "2", b"k"), ("7.2", "9", b"k")],
)
def test_loadparm_selects_from_10_1_on(version: str, loadparm: str, kernel: bytes) -> None:
    tree = {b"pxelinux.cfg/default": CONFIGURATION, b"k": b"K", b"l": b"L", b"i": b"I"}
    _, asked, _ = load(tree, version=version, loadparm=loadparm)
    assert named(asked)[-2] == kernel


def test_a_loadparm_without_its_label_halts() -> None:
    with pytest.raises(HaltedError, match="not available"):
        load({b"pxelinux.cfg/default": CONFIGURATION}, loadparm="3")


def test_prompt_shows_a_menu_of_several_labels_only() -> None:
    with pytest.raises(MenuError):
        load({b"pxelinux.cfg/default": CONFIGURATION}, loadparm="PROMPT")
    one = b"label a\nkernel k\ninitrd i\nappend x\n"
    assert load({b"pxelinux.cfg/default": one, b"k": b"K", b"i": b"I"}, loadparm="PROMPT")[0]


def test_an_empty_kernel_goes_on_to_its_initrd() -> None:
    ready, asked, loader = load({b"pxelinux.cfg/default": CONFIGURATION, b"k": b"", b"i": b"I"})
    assert (ready, named(asked)[-1], loader.memory) == (True, b"i", b"")


def test_append_is_cut_at_896_bytes() -> None:
    text = b"label a\nkernel k\ninitrd i\nappend " + b"x" * 1000 + b"\n"
    _, _, loader = load({b"pxelinux.cfg/default": text, b"k": b"K", b"i": b"I"})
    assert loader.command_line == b"x" * 896


def test_a_label_without_initrd_boots_where_memory_is_clean_only() -> None:
    tree = {b"pxelinux.cfg/default": b"label a\nkernel k\nappend x\n", b"k": b"K"}
    assert load(tree, version="10.0")[0]
    ready, asked, _ = load(tree, version="7.2")
    assert not ready
    assert named(asked)[-1] == b""
