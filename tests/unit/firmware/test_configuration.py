"""The grammar of configurations: each row is a rule that firmware.md states."""

import pytest

from netipl.firmware.configuration import Entry, parse
from netipl.firmware.limits import Limits, limits_of
from netipl.firmware.versions import Version

OLD = limits_of(Version(7, 2))
NEW = limits_of(Version(11, 1))


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (b"label a\nkernel k\ninitrd i\nappend x y\n", [Entry(label=b"a", kernel=b"k", initrd=b"i", append=b"x y")]),
        (b"LABEL a\r\nKernel k\r\n", [Entry(label=b"a", kernel=b"k")]),
        (b"  label  a \n\tkernel \t k\t\n", [Entry(label=b"a", kernel=b"k")]),
        (b"label\ta\n", [Entry(label=b"a")]),
        (b"# label x\n\nlabel a", [Entry(label=b"a")]),
        (b"label a\nkernel k\nkernel l\n", [Entry(label=b"a", kernel=b"l")]),
        (b"label a\0\nlabel b\n", [Entry(label=b"a")]),
        (b"", []),
        (b"#", []),
    ],
    ids=[
        "all keywords",
        "any case, DOS line ends",
        "blanks around",
        "a tab separates",
        "comments and empty lines",
        "the last one counts",
        "a NUL ends it",
        "nothing",
        "a lone comment",
    ],
)
def test_entries(text: bytes, entries: list[Entry]) -> None:
    assert parse(text, OLD).entries == entries


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (b"timeout 3\n", [b"Command 'timeout' is not supported.\n"]),
        (b"kernel k\n", [b"Command 'kernel' is not supported.\n"]),
        (b"label a\nappend\tx y\n", [b"Command 'append\tx' is not supported.\n"]),
        (b"prompt\n", [b"Failed to parse this line:\n prompt\n"]),
    ],
    ids=["an unknown keyword", "a keyword before its label", "a tab breaks a line with a space", "one word"],
)
def test_what_is_not_understood_is_printed_and_passed_over(text: bytes, messages: list[bytes]) -> None:
    assert parse(text, OLD).messages == messages


@pytest.mark.parametrize(
    ("text", "default"),
    [
        (b"default b\nlabel a\nlabel b\n", 1),
        (b"label a\nlabel b\ndefault b\n", 0),
        (b"default none\nlabel a\nlabel b\n", 0),
        (b"default B\nlabel a\nlabel b\n", 0),
        (b"default b\nlabel b\nlabel a\nlabel b\n", 2),
    ],
    ids=["before its label", "after it", "unknown", "the case counts", "the last of equal labels"],
)
def test_default(text: bytes, default: int) -> None:
    assert parse(text, OLD).default == default


@pytest.mark.parametrize(("limits", "usable"), [(OLD, 15), (NEW, 30)])
def test_one_label_more_than_usable_is_listed_without_its_lines(limits: Limits, usable: int) -> None:
    text = b"".join(b"label %d\nkernel k\n" % number for number in range(40))
    entries = parse(text, limits).entries
    assert len(entries) == usable + 1
    assert [entry.kernel for entry in entries] == [b"k"] * usable + [None]


def test_a_boot_file_keeps_the_blanks_of_a_last_line_without_end() -> None:
    text = b"label a\nkernel k \r"
    assert parse(text, OLD).entries[0].kernel == b"k"
    assert parse(text, OLD, boot_file=True).entries[0].kernel == b"k \r"
