"""The text of a configuration, row by row: rule, line and column of what breaks it."""

import pytest

from netipl.firmware.lint.configuration import check, read
from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import RuleId

LABEL = b"label l\nkernel k\ninitrd i\nappend x\n"


def found(text: bytes, *, boot_file: bool = False) -> list[tuple[str, int, int, int]]:
    reading = read(b"f", text, boot_file=boot_file)
    findings = check(reading, b"f", text, Target(), boot_file=boot_file)
    return [(each.rule.value, each.line, each.column, each.length) for each in findings]


@pytest.mark.parametrize(
    ("text", "findings"),
    {
        "nothing is wrong": (LABEL, []),
        "CR LF and capital letters are nothing wrong": (LABEL.upper().replace(b"\n", b"\r\n"), []),
        "a comment is nothing wrong": (b"# menu\n \t# x\n\n" + LABEL, []),
        "no label": (b"# x\n", [(RuleId.NO_LABEL, 0, 0, 0)]),
        "a label without its lines": (
            b" label l\n",
            [(RuleId.KERNEL_MISSING, 1, 8, 1), (RuleId.INITRD_MISSING, 1, 8, 1), (RuleId.APPEND_MISSING, 1, 8, 1)],
        ),
        "a word alone": (LABEL + b"  menu\n", [(RuleId.LINE_NOT_UNDERSTOOD, 5, 3, 4)]),
        "a keyword alone": (LABEL + b"append\n", [(RuleId.KEYWORD_WITHOUT_ARGUMENT, 5, 1, 6)]),
        "an unknown keyword": (LABEL + b"menu label x\n", [(RuleId.KEYWORD_UNKNOWN, 5, 1, 4)]),
        "a TAB and a space": (LABEL + b"append\ta b\n", [(RuleId.TAB_SEPARATOR, 5, 1, 10)]),
        "a TAB alone is nothing wrong": (LABEL + b"append\ta\n", []),
        "a TAB behind an unknown keyword": (LABEL + b"menu\ta b\n", [(RuleId.KEYWORD_UNKNOWN, 5, 1, 6)]),
        "a line before any label": (b"append x\n" + LABEL, [(RuleId.LINE_OUTSIDE_LABEL, 1, 1, 8)]),
        "initrd= in append": (LABEL + b"append a initrd=x b\n", [(RuleId.INITRD_IN_APPEND, 5, 10, 8)]),
        "895 bytes of append": (LABEL + b"append " + b"x" * 895, []),
        "896 bytes of append": (LABEL + b"append " + b"x" * 896, [(RuleId.APPEND_TOO_LONG, 5, 903, 1)]),
        "a NUL and text": (LABEL + b"x\0y\n", [(RuleId.LINE_NOT_UNDERSTOOD, 5, 1, 1), (RuleId.NUL, 5, 2, 1)]),
        "NULs at the end": (LABEL + b"\0\0\n", []),
    }.values(),
)
def test_findings(text: bytes, findings: list[tuple[str, int, int, int]]) -> None:
    assert found(text) == findings


def test_an_unended_last_line_keeps_its_blanks_in_a_boot_file() -> None:
    text = b"label l\nappend x\ninitrd i\nkernel k\r"
    assert found(text, boot_file=True) == [(RuleId.LAST_LINE_BLANKS, 4, 8, 2)]
    assert found(text + b"\n", boot_file=True) == []
    assert found(text) == []


def test_blanks_behind_the_last_append_do_no_harm() -> None:
    assert found(LABEL.removesuffix(b"\n") + b" \r", boot_file=True) == []


def test_findings_show_the_line_with_its_indent() -> None:
    finding = read(b"f", LABEL + b"\t menu x\n").findings[0]
    assert (finding.text, finding.column) == (b"  menu x", 3)


def test_the_labels_and_defaults_are_read_beyond_every_limit() -> None:
    reading = read(b"f", LABEL * 40 + b"default l\n")
    assert (len(reading.labels), len(reading.defaults)) == (40, 1)
    assert {keyword: line.argument for keyword, line in reading.labels[0].lines.items()} == {
        b"kernel": b"k",
        b"initrd": b"i",
        b"append": b"x",
    }
