"""Checks which label boots: the one that the last `default` names, or, as the firmware reads it, another.

Source: SLOF lib/libnet/pxelinux.c (C), measured with 7.2 and 10.0 (M).
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from netipl.firmware.lint.finding import Finding
from netipl.firmware.lint.statement import Label, Statement
from netipl.firmware.rules import RuleId
from netipl.wire import printable


def check(labels: Sequence[Label], defaults: Sequence[Statement], limit: int) -> Iterator[Finding]:
    """`labels` are all of the file, at least one; `limit` of them can boot."""
    yield from _twice(labels)
    if len(labels) > limit:
        surplus = labels[limit].statement
        yield surplus.of_argument.broken(
            RuleId.LABELS_TOO_MANY, f"{len(labels)} labels, of which the firmware reads {limit}"
        )
    if defaults:
        yield from _default(labels, defaults, limit)


def taken(labels: Sequence[Label], defaults: Sequence[Statement], limit: int) -> int:
    """The number of the label that the firmware takes; `limit` itself is one of which it reads the name alone."""
    chosen = 0
    for number, label in enumerate(labels[: limit + 1]):
        before = [each.argument for each in defaults if each.line.number < label.statement.line.number]
        if before and before[-1] == label.name:
            chosen = number
    return chosen


def _default(labels: Sequence[Label], defaults: Sequence[Statement], limit: int) -> Iterator[Finding]:
    default, chosen = defaults[-1], taken(labels, defaults, limit)
    named = [number for number, label in enumerate(labels) if label.name == default.argument]
    shown = printable(default.argument, 60)
    if not named:
        near = next((each.name for each in labels if each.name.lower() == default.argument.lower()), None)
        hint = f"; there is '{printable(near, 60)}'" if near is not None else ""
        yield default.of_argument.broken(RuleId.DEFAULT_UNKNOWN, f"no label '{shown}'{hint}")
    elif chosen == limit or min(named) >= limit:
        message = f"label '{shown}' is number {min(named) + 1}, of which the firmware reads {limit}"
        yield default.of_argument.broken(RuleId.DEFAULT_OUT_OF_REACH, message)
    elif chosen != max(number for number in named if number <= limit):
        first = labels[named[0]].statement.line.number
        message = f"`default {shown}` comes after its label in line {first}"
        yield default.whole.broken(RuleId.DEFAULT_AFTER_LABEL, message)


def _twice(labels: Sequence[Label]) -> Iterator[Finding]:
    counts = Counter(label.name for label in labels)
    seen: set[bytes] = set()
    for label in labels:
        if counts[label.name] > 1 and label.name in seen:
            message = f"label '{printable(label.name, 60)}' is there already"
            yield label.statement.of_argument.broken(RuleId.LABEL_TWICE, message)
        seen.add(label.name)
