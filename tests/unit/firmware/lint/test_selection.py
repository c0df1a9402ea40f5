"""Which label boots, compared with the parser of the model, and what is said of it."""

import pytest

from netipl.firmware import configuration
from netipl.firmware.limits import limits_of
from netipl.firmware.lint.configuration import read
from netipl.firmware.lint.selection import check, taken
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version

LIMITS = limits_of(Version(7, 2))


def labels(*names: bytes) -> bytes:
    return b"".join(b"label " + name + b"\n" for name in names)


MANY = labels(*(b"l%d" % number for number in range(1, 18)))
CASES = {
    "no default": (labels(b"a", b"b"), 0, []),
    "a default before its label": (b"default b\n" + labels(b"a", b"b"), 1, []),
    "the last default counts": (b"default a\ndefault b\n" + labels(b"a", b"b"), 1, []),
    "between the labels": (labels(b"a") + b"default b\n" + labels(b"b"), 1, []),
    "after its label": (labels(b"a", b"b") + b"default b\n", 0, [(RuleId.DEFAULT_AFTER_LABEL, 3)]),
    "after the label that boots anyway": (labels(b"a", b"b") + b"default a\n", 0, []),
    "an unknown label": (b"default c\n" + labels(b"a"), 0, [(RuleId.DEFAULT_UNKNOWN, 1)]),
    "another case": (b"default A\n" + labels(b"a"), 0, [(RuleId.DEFAULT_UNKNOWN, 1)]),
    "two of one name": (b"default a\n" + labels(b"a", b"a"), 1, [(RuleId.LABEL_TWICE, 3)]),
    "after both of one name, of which the first boots": (
        labels(b"a", b"a") + b"default a\n",
        0,
        [(RuleId.LABEL_TWICE, 2), (RuleId.DEFAULT_AFTER_LABEL, 3)],
    ),
    "the fifteenth": (b"default l15\n" + labels(*(b"l%d" % number for number in range(1, 16))), 14, []),
    "the sixteenth": (
        b"default l16\n" + MANY,
        15,
        [(RuleId.LABELS_TOO_MANY, 17), (RuleId.DEFAULT_OUT_OF_REACH, 1)],
    ),
    "the seventeenth": (b"default l17\n" + MANY, 0, [(RuleId.LABELS_TOO_MANY, 17), (RuleId.DEFAULT_OUT_OF_REACH, 1)]),
}


@pytest.mark.parametrize(("text", "number", "findings"), CASES.values(), ids=CASES)
def test_selection(text: bytes, number: int, findings: list[tuple[RuleId, int]]) -> None:
    reading = read(b"f", text)
    assert taken(reading.labels, reading.defaults, LIMITS.labels) == number
    assert configuration.parse(text, LIMITS).default == number
    said = check(reading.labels, reading.defaults, LIMITS.labels)
    assert [(each.rule, each.line) for each in said] == findings


def test_a_label_that_differs_in_case_is_named() -> None:
    reading = read(b"f", b"default A\nlabel a\n")
    assert [each.message for each in check(reading.labels, reading.defaults, 15)] == ["no label 'A'; there is 'a'"]
