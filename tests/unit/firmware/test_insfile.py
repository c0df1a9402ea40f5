"""The `.ins` list, line by line."""

import pytest

from netipl.firmware.insfile import InsFile, NoSeparator, Step, parse

HEAD = b"* a list\n"


def _file(name: bytes, address: int) -> InsFile:
    return InsFile(name=name, address=address)


@pytest.mark.parametrize(
    ("lines", "steps"),
    {
        "hexadecimal": (b"k 0x10480\n", [_file(b"k", 0x10480)]),
        "hexadecimal, in capitals": (b"k 0X1F\n", [_file(b"k", 0x1F)]),
        "decimal": (b"k 4096\n", [_file(b"k", 4096)]),
        "no octal": (b"k 010\n", [_file(b"k", 10)]),
        "more blanks before the address": (b"k \t 16\n", [_file(b"k", 16)]),
        "what follows the digits is passed over": (b"k 16 # here\r\n", [_file(b"k", 16)]),
        "no digits are address 0": (b"k here\n", [_file(b"k", 0)]),
        "an address that is left out is 0": (b"k \n", [_file(b"k", 0)]),
        "several lines, with empty ones": (b"k 0\n\n\ni 0x800000\n", [_file(b"k", 0), _file(b"i", 0x800000)]),
        "the last line needs no end": (b"k 0", [_file(b"k", 0)]),
        "no line at all": (b"", []),
        "a NUL ends the list": (b"k 0\n\0i 1\n", [_file(b"k", 0)]),
        "a line without a space ends it": (b"k 0\nbroken\ni 1\n", [_file(b"k", 0), NoSeparator()]),
        "a tab is no separator": (b"k\t0\n", [NoSeparator()]),
        "a name begins where the line does": (b" k 0\n", [_file(b"", 0)]),
        "an empty line of DOS has no space": (b"k 0\r\n\r\n", [_file(b"k", 0), NoSeparator()]),
    }.values(),
)
def test_lines(lines: bytes, steps: list[Step]) -> None:
    listed = parse(HEAD + lines)
    assert listed is not None
    assert list(listed.steps) == steps


def test_the_comment_is_the_first_line_without_its_star() -> None:
    listed = parse(b"* s390 .INS\nk 0\n")
    assert listed is not None
    assert listed.comment == b"s390 .INS"


def test_a_single_line_without_an_end_is_no_list() -> None:
    assert parse(b"* s390 .INS") is None
