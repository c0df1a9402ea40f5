"""The lines of an .ins list and the files that they load."""

import pytest

from netipl.firmware.lint import ins
from netipl.firmware.lint.finding import File, Target, Tree
from netipl.firmware.rules import RuleId
from tests.unit.images.kernels import kernel

KERNEL = kernel()
LOCATION = (0x200000).to_bytes(8) + (100).to_bytes(8)
TREE = Tree(
    {
        b"k": File(size=len(KERNEL), head=KERNEL),
        b"i": File(size=100, head=bytes(100)),
        b"l": File(size=len(LOCATION), head=LOCATION),
        b"long": File(size=4097, head=bytes(2048)),
        b"empty": File(),
        b"unread": File(size=4097, head=None),
    }
)


def found(lines: bytes) -> list[tuple[RuleId, int, int]]:
    return [(each.rule, each.line, each.column) for each in ins.check(b"f", b"* x\n" + lines, TREE, Target())]


@pytest.mark.parametrize(
    ("lines", "findings"),
    {
        "decimal and hexadecimal": (b"k 0\ni 0x200000\nl 66568\n", []),
        "blanks, empty lines and CR LF": (b"k \t0x0\r\n\ni 0x200000 \r\nl 0x10408", []),
        "no space": (b"k 0\ni\n", [(RuleId.INS_NO_SEPARATOR, 3, 1)]),
        "an empty line of DOS": (b"k 0\r\n\r\n", [(RuleId.INS_NO_SEPARATOR, 3, 1)]),
        "no number": (b"k 0\ni abc\n", [(RuleId.INS_ADDRESS, 3, 3)]),
        "a name with a blank": (b"k 0\ni j 0\n", [(RuleId.INS_ADDRESS, 3, 3)]),
        "no kernel at 0": (b"l 0x100400\n", [(RuleId.INS_NO_KERNEL, 0, 0)]),
        "an initrd over the kernel": (
            b"k 0\ni 0x12000\nl 0x10408\n",
            [(RuleId.INS_OVERLAP, 3, 1), (RuleId.INS_INITRD_LOCATION, 3, 1)],
        ),
        "the same initrd twice": (b"k 0\ni 0x200000\nl 0x10408\ni 0x200000\n", [(RuleId.INS_OVERLAP, 5, 1)]),
        "a kernel over its parameters": (b"l 0x10480\nk 0\n", [(RuleId.INS_OVERLAP, 3, 1)]),
        "parameters longer than their area": (b"k 0\nlong 0x10480\n", [(RuleId.INS_OVERLAP, 3, 1)]),
        "an initrd that is not announced": (b"k 0\ni 0x200000\n", [(RuleId.INS_INITRD_LOCATION, 3, 1)]),
        "an initrd that is nowhere": (b"k 0\nl 0x10408\n", [(RuleId.INS_INITRD_LOCATION, 0, 0)]),
        "no kernel at all": (b"i 0\n", [(RuleId.KERNEL_IS_NONE, 2, 1)]),
        "a missing file": (b"k 0\nnone 4096\n", [(RuleId.FILE_MISSING, 3, 1)]),
        "an empty file": (b"k 0\nempty 4096\n", [(RuleId.FILE_EMPTY, 3, 1)]),
        "above the memory": (
            b"k 0\ni 0x7800000\n",
            [(RuleId.MEMORY_EXCEEDED, 3, 1), (RuleId.INS_INITRD_LOCATION, 3, 1)],
        ),
        "where one cannot be read, nothing is known of all": (b"k 0\nunread 0\n", [(RuleId.FILE_NOT_LOOKED_AT, 3, 1)]),
        "behind a NUL nothing is read": (b"k 0\n\0i\n", []),
    }.values(),
)
def test_findings(lines: bytes, findings: list[tuple[RuleId, int, int]]) -> None:
    assert found(lines) == findings


def test_a_single_line_is_refused() -> None:
    assert [each.rule for each in ins.check(b"f", b"* one", None, Target())] == [RuleId.INS_NO_LINES]


def test_the_kernel_is_what_goes_to_0() -> None:
    named = ins.kernel_of(b"f", b"* x\ni 0x100000\nk 0x0\n")
    assert named is not None
    assert named.name == b"k"
    assert ins.kernel_of(b"f", b"* x\n") is None


@pytest.mark.parametrize(
    ("name", "data", "is_list"),
    [
        (b"a.INS", b"* x\n", True),
        (b"a", b"* x\nk 0\ni 0x100\n", True),
        (b"README", b"* a list\n* of things\n", False),
        (b"a.ins", b"k 0\n", False),
    ],
)
def test_what_is_meant_as_a_list(name: bytes, data: bytes, *, is_list: bool) -> None:
    assert ins.is_list(name, data) is is_list
