"""`.ins` lists: comment, files and addresses, and the line at which the firmware stops."""

import pytest

from netipl.firmware.insfile import InsFile, NoSeparator, Step, parse


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        (b"k.img 0", (InsFile(name=b"k.img", address=0),)),
        (b"k.img 4194304\r", (InsFile(name=b"k.img", address=4194304),)),
        (b"k.img 0x00400000", (InsFile(name=b"k.img", address=0x400000),)),
        (b"k.img  \t0X10", (InsFile(name=b"k.img", address=0x10),)),
        (b"k.img 010", (InsFile(name=b"k.img", address=10),)),
        (b"k.img here", (InsFile(name=b"k.img", address=0),)),
        (b"\n\nk.img 0\n", (InsFile(name=b"k.img", address=0),)),
        (b"k.img 0\nfoo\nl.img 0", (InsFile(name=b"k.img", address=0), NoSeparator())),
        (b"k.img 0\n\r", (InsFile(name=b"k.img", address=0), NoSeparator())),
        (b"k.img 0\0l.img 1", (InsFile(name=b"k.img", address=0),)),
        (b"", ()),
    ],
    ids=[
        "one file",
        "decimal, DOS line end",
        "hexadecimal",
        "blanks between",
        "no octal",
        "no number is 0",
        "empty lines",
        "a line without a space ends it",
        "an empty DOS line too",
        "a NUL ends it",
        "no files",
    ],
)
def test_steps(line: bytes, steps: tuple[Step, ...]) -> None:
    listed = parse(b"* comment\n" + line)
    assert listed is not None
    assert (listed.comment, listed.steps) == (b"comment", steps)


def test_a_single_line_is_no_list() -> None:
    assert parse(b"* comment") is None
