"""The files that a label names, row by row; a kernel of the tests is a true one for images and firmware."""

import pytest

from netipl.firmware.limits import MIB
from netipl.firmware.lint import files
from netipl.firmware.lint.configuration import read
from netipl.firmware.lint.files import Named
from netipl.firmware.lint.finding import File, Kind, Spot, Target, Tree
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from tests.unit.images.kernels import kernel

KERNEL = kernel()
TREE = Tree(
    {
        b"kernel": File(size=len(KERNEL), head=KERNEL),
        b"initrd": File(size=100),
        b"directory": File(kind=Kind.DIRECTORY),
        b"directory/initrd": File(size=100),
        b"empty": File(),
        b"secret": File(size=100, head=None),
        b"denied": File(size=100, denied="mode 0600"),
        b"away": File(kind=Kind.DIRECTORY, outside=True),
        b"closed": File(kind=Kind.DIRECTORY, head=None),
        b"large": File(size=119 * MIB),
        b"rolls": File(size=33_553_921),
        b"elf": File(size=9, head=b"\x7fELF....."),
        b"part": File(size=100_000, head=KERNEL[:2048]),
    }
)
NEW = Target(version=Version(10, 0))


def found(
    kernel: bytes = b"kernel", initrd: bytes = b"initrd", append: bytes = b"x", target: Target | None = None
) -> list[tuple[str, int]]:
    text = b"label l\nkernel " + kernel + b"\ninitrd " + initrd + b"\nappend " + append + b"\n"
    label = read(b"f", text).labels[0]
    return [(each.rule.value, each.line) for each in files.check_label(label, TREE, target or Target())]


@pytest.mark.parametrize(
    ("initrd", "rules"),
    {
        "there": (b"/directory//initrd", []),
        "missing": (b"none", [RuleId.FILE_MISSING]),
        "another case": (b"Initrd", [RuleId.FILE_CASE_DIFFERS]),
        "a directory": (b"directory/", [RuleId.FILE_IS_DIRECTORY]),
        "the root": (b"/", [RuleId.FILE_IS_DIRECTORY]),
        "above the root": (b"../initrd", [RuleId.FILE_OUTSIDE_ROOT]),
        "a name that begins with dots": (b"..initrd", [RuleId.FILE_MISSING]),
        "beyond a symlink": (b"away/initrd", [RuleId.FILE_LINKED_OUTSIDE]),
        "empty": (b"empty", [RuleId.FILE_EMPTY]),
        "unread": (b"secret", [RuleId.FILE_NOT_LOOKED_AT]),
        "in a directory that was not read": (b"closed/initrd", [RuleId.FILE_NOT_LOOKED_AT]),
        "denied": (b"denied", [RuleId.ACCESS_DENIED]),
        "several": (b"initrd,initrd", [RuleId.INITRD_LIST]),
        "206 characters": (b"i" * 206, [RuleId.FILE_MISSING]),
        "207 characters": (b"i" * 207, [RuleId.FILE_NAME_TOO_LONG, RuleId.FILE_MISSING]),
        "more than 65535 blocks of 512": (b"rolls", [RuleId.BLOCK_ROLLOVER]),
        "119 MiB behind a kernel": (b"large", [RuleId.BLOCK_ROLLOVER]),
    }.values(),
)
def test_the_initrd(initrd: bytes, rules: list[RuleId]) -> None:
    assert found(initrd=initrd) == [(rule.value, 3) for rule in rules]


@pytest.mark.parametrize(
    ("name", "rules"),
    {
        "a kernel": (b"kernel", []),
        "an ELF file": (b"elf", [RuleId.KERNEL_IS_NONE]),
        "an empty file": (b"empty", [RuleId.KERNEL_IS_NONE]),
        "too little is known": (b"part", []),
    }.values(),
)
def test_the_kernel(name: bytes, rules: list[RuleId]) -> None:
    assert found(kernel=name) == [(rule.value, 2) for rule in rules]


def test_without_a_tree_names_alone_are_looked_at() -> None:
    label = read(b"f", b"label l\nkernel none\ninitrd a,b\n").labels[0]
    assert [each.rule for each in files.check_label(label, None, Target())] == [RuleId.INITRD_LIST]


@pytest.mark.parametrize(
    ("size", "target", "fits"),
    {
        "to the last byte of the separate image": (0x7800000, Target(), True),
        "one more": (0x7800001, Target(), False),
        "more memory does not help it": (0x7800001, Target(memory=4096 * MIB), False),
        "of 512 MiB": (509 * MIB, NEW, True),
        "one more than of 512 MiB": (509 * MIB + 1, NEW, False),
        "at most 2 GiB count": (2045 * MIB + 1, Target(version=Version(10, 0), memory=8192 * MIB), False),
    }.values(),
)
def test_memory(size: int, target: Target, *, fits: bool) -> None:
    assert (files.too_large(size, 0, target) == "") is fits


def test_the_initrd_comes_on_the_page_after_the_kernel() -> None:
    tree = Tree(TREE | {b"i": File(size=0x7800000 - 0x13000), b"j": File(size=0x7800000 - 0x13000 + 1)})
    for name, rules in ((b"i", []), (b"j", [RuleId.MEMORY_EXCEEDED])):
        label = read(b"f", b"label l\nkernel kernel\ninitrd " + name + b"\n").labels[0]
        said = [each.rule for each in files.check_label(label, tree, Target())]
        assert said == [RuleId.BLOCK_ROLLOVER, *rules]


def test_a_kernel_that_takes_less_than_the_firmware_says_so() -> None:
    image = kernel(maximum=100)
    tree = Tree(TREE | {b"small": File(size=len(image), head=image)})
    label = read(b"f", b"label l\nkernel small\ninitrd initrd\nappend " + b"x" * 100 + b"\n").labels[0]
    said = [(each.rule, each.column, each.message) for each in files.check_label(label, tree, Target())]
    assert said == [(RuleId.APPEND_TOO_LONG, 107, "append has 100 bytes, this kernel takes 99")]


@pytest.mark.parametrize(
    ("size", "block_size", "blocks"),
    [(65535 * 512, 1428, ""), (65535 * 512 + 1, 1428, "512"), (93_583_981, 1428, "1428")],
)
def test_blocks_are_counted_at_both_sizes(size: int, block_size: int, blocks: str) -> None:
    named = Named(name=b"f", spot=Spot(file=b"f"))
    said = [each.message for each in files.check_blocks(named, File(size=size), Target(block_size=block_size))]
    assert [message.rpartition(" ")[2] for message in said] == ([blocks] if blocks else [])
