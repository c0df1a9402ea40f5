"""What boots where a boot file fails."""

import pytest

from netipl.firmware.lint.finding import File, Kind, Target
from netipl.firmware.lint.tree import Use, lint_file
from netipl.firmware.rules import RuleId
from tests.unit.images.kernels import kernel

KERNEL = kernel()


@pytest.mark.parametrize(
    ("text", "other", "line"),
    {
        "a list that is well": (b"* x\nk 0\n", b"pxelinux.cfg/default", None),
        "a missing file of a list": (b"* x\nk 0\nnone 4096\n", b"pxelinux.cfg/default", 3),
        "beside the file that was asked for last": (b"* x\nk 0\na/none 4096\n", b"a/pxelinux.cfg/default", 3),
        "not beside the boot file then": (b"* x\nk 0\na/none 4096\n", b"pxelinux.cfg/default", None),
        "a line without a space": (b"* x\na/k 0\nfoo\n", b"a/pxelinux.cfg/default", 3),
        "a configuration with a missing kernel": (
            b"# pxelinux\nlabel l\nkernel a/none\ninitrd k\nappend x\n",
            b"a/pxelinux.cfg/default",
            3,
        ),
        "nothing else is there": (b"* x\nk 0\nnone 4096\n", b"a/pxelinux.cfg/default", None),
    }.values(),
)
def test_fallback(text: bytes, other: bytes, line: int | None) -> None:
    file = File(size=len(text), head=text)
    kernel_file = File(size=len(KERNEL), head=KERNEL)
    tree = {b"f": file, b"k": kernel_file, b"a": File(kind=Kind.DIRECTORY), b"a/k": kernel_file, other: File(size=1)}
    found = lint_file(b"f", file, Use.BOOT_FILE, tree, Target())
    assert [each.line for each in found if each.rule is RuleId.FALLS_BACK] == ([] if line is None else [line])
