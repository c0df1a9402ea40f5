"""The configuration grammar, row by row; what is printed of lines that are not taken stands beside."""

import pytest

from netipl.firmware.configuration import Entry, parse
from netipl.firmware.limits import Limits, limits_of
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.versions import Version

OLD, NEW = limits_of(Version(7, 2)), limits_of(Version(11, 1))


def _entry(label: bytes, **fields: bytes) -> Entry:
    return Entry(label=label, **fields)


@pytest.mark.parametrize(
    ("text", "entries"),
    {
        "one label": (
            b"label l\nkernel k\ninitrd i\nappend a=b c\n",
            [_entry(b"l", kernel=b"k", initrd=b"i", append=b"a=b c")],
        ),
        "keywords in any case": (b"LABEL l\nKernel K\n", [_entry(b"l", kernel=b"K")]),
        "blanks around a line": (b" \tlabel l \t\r\n  kernel k\r\n", [_entry(b"l", kernel=b"k")]),
        "several blanks before the argument": (b"label  \t l\n", [_entry(b"l")]),
        "a tab separates an argument without a space": (b"label\tl\n", [_entry(b"l")]),
        "the last line needs no end": (b"label l\nkernel k", [_entry(b"l", kernel=b"k")]),
        "comments and empty lines": (b"# label x\n\n  # y\nlabel l\n", [_entry(b"l")]),
        "a comment sign later is part of the argument": (b"label l # x\n", [_entry(b"l # x")]),
        "a NUL ends the configuration": (b"label l\n\0label m\n", [_entry(b"l")]),
        "a NUL ends the line it is in": (b"label l\nkernel k\0x\n", [_entry(b"l", kernel=b"k")]),
        "a keyword again replaces": (b"label l\nkernel k\nkernel j\n", [_entry(b"l", kernel=b"j")]),
        "lines belong to the label before them": (
            b"label l\nlabel m\nkernel k\n",
            [_entry(b"l"), _entry(b"m", kernel=b"k")],
        ),
        "initrd= in append is not read": (b"label l\nappend initrd=i\n", [_entry(b"l", append=b"initrd=i")]),
        "equal labels are two": (b"label l\nlabel l\n", [_entry(b"l"), _entry(b"l")]),
        "no label is no entry": (b"default l\n", []),
        "nothing": (b"", []),
    }.values(),
)
def test_entries(text: bytes, entries: list[Entry]) -> None:
    parsed = parse(text, OLD)
    assert parsed.entries == entries
    assert parsed.messages == []


@pytest.mark.parametrize(
    ("text", "printed"),
    {
        "a line of one word": (b"label l\n prompt\n", b"Failed to parse this line:\n prompt\n"),
        "a keyword that is none": (b"label l\ntimeout 5\n", b"Command 'timeout' is not supported.\n"),
        "its case is kept": (b"label l\nTimeOut 5\n", b"Command 'TimeOut' is not supported.\n"),
        "a keyword of labels before the first": (b"kernel k\nlabel l\n", b"Command 'kernel' is not supported.\n"),
        "include": (b"label l\ninclude x\n", b"Command 'include' is not supported.\n"),
        "a tab before an argument that has a space": (
            b"label l\nappend\ta=b c=d\n",
            b"Command 'append\ta=b' is not supported.\n",
        ),
        "a keyword whose argument is only blanks": (
            b"label l\nkernel   \n",
            b"Failed to parse this line:\n kernel\n",
        ),
    }.values(),
)
def test_lines_that_are_not_taken_are_printed_and_passed_over(text: bytes, printed: bytes) -> None:
    parsed = parse(text, OLD)
    assert parsed.messages == [printed]
    assert parsed.entries == [_entry(b"l")]


def test_what_is_printed_is_what_the_rules_say() -> None:
    printed = parse(b"prompt\ntimeout 5\n", OLD).messages
    assert printed == [
        RULES[RuleId.LINE_NOT_UNDERSTOOD].words.format(line="prompt").encode() + b"\n",
        RULES[RuleId.KEYWORD_UNKNOWN].words.format(keyword="timeout").encode() + b"\n",
    ]


@pytest.mark.parametrize(
    ("text", "default"),
    {
        "the one that is named": (b"default b\nlabel a\nlabel b\n", 1),
        "without default the first": (b"label a\nlabel b\n", 0),
        "an unknown name is the first": (b"default x\nlabel a\nlabel b\n", 0),
        "after its label it counts for nothing": (b"label a\nlabel b\ndefault b\n", 0),
        "between labels it counts for those that follow": (b"label a\ndefault a\nlabel b\nlabel a\n", 2),
        "of equal labels the last": (b"default a\nlabel a\nlabel b\nlabel a\n", 2),
        "labels are told apart by case": (b"default A\nlabel b\nlabel a\n", 0),
    }.values(),
)
def test_the_default(text: bytes, default: int) -> None:
    assert parse(text, OLD).default == default


def _labels(count: int) -> bytes:
    return b"".join(b"label l%d\nkernel k%d\n" % (number, number) for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("limits", "usable"),
    {
        "15 labels before 10.1": (OLD, 15),
        "30 labels since": (NEW, 30),
        "15 where it is not known": (limits_of(None), 15),
    }.values(),
)
def test_one_label_more_than_usable_is_listed_without_its_lines(limits: Limits, usable: int) -> None:
    entries = parse(_labels(usable), limits).entries
    assert (len(entries), entries[-1].kernel) == (usable, b"k%d" % usable)
    entries = parse(_labels(usable + 5), limits).entries
    assert (len(entries), entries[-1].kernel) == (usable + 1, None)


def test_a_boot_file_keeps_the_blanks_of_a_last_line_without_an_end() -> None:
    text = b"label l\nkernel k \r"
    assert parse(text, OLD).entries[0].kernel == b"k"
    assert parse(text, OLD, boot_file=True).entries[0].kernel == b"k \r"
    assert parse(text + b"\n", OLD, boot_file=True).entries[0].kernel == b"k"
