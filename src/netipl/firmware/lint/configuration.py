"""Checks the text of one configuration, line by line and label by label, without looking for the files it names.

Reads every line as the firmware does (netipl.firmware.configuration), but keeps where it stood. Sources: as there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from netipl.firmware import configuration
from netipl.firmware.configuration import KEYWORDS_OF_LABEL, Line
from netipl.firmware.limits import COMMAND_LINE
from netipl.firmware.lint import selection
from netipl.firmware.lint.finding import Finding, Spot, Target
from netipl.firmware.lint.statement import Label, Statement
from netipl.firmware.rules import RuleId
from netipl.wire import printable

_KNOWN: Final = (b"default", b"label", *KEYWORDS_OF_LABEL)
_COMPILED: Final = frozenset(
    b"include linux localboot menu ontimeout ui ipappend sysappend timeout totaltimeout prompt say text display".split()
)
"""Keywords of syslinux, for which `--compile` has an answer."""
_MISSING: Final = {
    b"kernel": RuleId.KERNEL_MISSING,
    b"initrd": RuleId.INITRD_MISSING,
    b"append": RuleId.APPEND_MISSING,
}
_ENDS_IN_BLANKS: Final = b"\r \t"


@dataclass(slots=True, kw_only=True)
class Reading:
    """What a configuration says: all labels, also those that the firmware does not reach, and every `default`."""

    labels: list[Label] = field(default_factory=list)
    defaults: list[Statement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read(file: bytes, data: bytes, *, boot_file: bool = False) -> Reading:
    """`data` with its findings about single lines."""
    reading = Reading()
    for line in configuration.lines(data, boot_file=boot_file):
        if line.is_read:
            reading.findings.extend(_line(reading, file, line))
    return reading


def check(reading: Reading, file: bytes, data: bytes, target: Target, *, boot_file: bool = False) -> Iterator[Finding]:
    """All that is wrong with `data`, of which `reading` was made."""
    yield from reading.findings
    yield from _nul(file, data)
    if boot_file:
        yield from _last_line(file, data)
    if not reading.labels:
        yield Spot(file=file).broken(RuleId.NO_LABEL, "the configuration has no label")
        return
    limit = target.limits.labels
    for label in reading.labels[:limit]:
        yield from _label(label)
    yield from selection.check(reading.labels, reading.defaults, limit)


def _line(reading: Reading, file: bytes, line: Line) -> Iterator[Finding]:
    found = line.split()
    if found is None:
        yield from _one_word(file, line)
        return
    keyword, argument = found
    statement = Statement(file=file, line=line, keyword=keyword, argument=argument)
    word = keyword.lower()
    if word == b"default":
        reading.defaults.append(statement)
    elif word == b"label":
        reading.labels.append(Label(statement))
    elif word in KEYWORDS_OF_LABEL and reading.labels:
        reading.labels[-1].lines[word] = statement
    elif word in KEYWORDS_OF_LABEL:
        yield statement.whole.broken(RuleId.LINE_OUTSIDE_LABEL, f"{word.decode()} before any label")
    else:
        yield _unknown(statement)


def _one_word(file: bytes, line: Line) -> Iterator[Finding]:
    known = line.text.lower() in _KNOWN
    spot = Statement(file=file, line=line, keyword=line.text, argument=b"").whole
    rule = RuleId.KEYWORD_WITHOUT_ARGUMENT if known else RuleId.LINE_NOT_UNDERSTOOD
    yield spot.broken(rule, f"{_shown(line.text)} has no argument")


def _unknown(statement: Statement) -> Finding:
    before_tab, tab, _ = statement.keyword.partition(b"\t")
    if tab and before_tab.lower() in _KNOWN:
        message = f"a TAB behind {_shown(before_tab)}, and a space later in the line"
        return statement.whole.broken(RuleId.TAB_SEPARATOR, message)
    hint = "; netipl lint --compile translates it" if statement.keyword.lower() in _COMPILED else ""
    return statement.of_keyword.broken(
        RuleId.KEYWORD_UNKNOWN, f"the firmware does not know {_shown(statement.keyword)}{hint}"
    )


def _nul(file: bytes, data: bytes) -> Iterator[Finding]:
    before, found, behind = data.partition(b"\0")
    if found and behind.strip(b"\0 \t\r\n"):
        start = before.rfind(b"\n") + 1
        spot = Spot(
            file=file, line=before.count(b"\n") + 1, column=len(before) - start + 1, text=before[start:], length=1
        )
        yield spot.broken(RuleId.NUL, f"a NUL, and {len(behind)} bytes behind it")


def _last_line(file: bytes, data: bytes) -> Iterator[Finding]:
    """In a boot file an unended line keeps its blanks, which matters for names."""
    last = configuration.lines(data, boot_file=True)[-1]
    found = last.split() if last.is_read else None
    if found is None or b"\0" in data or not last.text.endswith((b"\r", b" ", b"\t")):
        return
    keyword, argument = found
    if argument.rstrip(_ENDS_IN_BLANKS) and keyword.lower() in _KNOWN and keyword.lower() != b"append":
        statement = Statement(file=file, line=last, keyword=keyword, argument=argument)
        message = f"the last line has no end, and {_shown(argument)} ends in blanks"
        yield statement.of_argument.broken(RuleId.LAST_LINE_BLANKS, message)


def _label(label: Label) -> Iterator[Finding]:
    for keyword, rule in _MISSING.items():
        if keyword not in label.lines:
            message = f"label {_shown(label.name)} has no {keyword.decode()}"
            yield label.statement.of_argument.broken(rule, message)
    append = label.lines.get(b"append")
    if append is not None:
        yield from _append(append)


def _append(append: Statement) -> Iterator[Finding]:
    size = len(append.argument)
    if size >= COMMAND_LINE:
        message = f"append has {size} bytes, {COMMAND_LINE - 1} arrive"
        yield append.part(COMMAND_LINE - 1, size - COMMAND_LINE + 1).broken(RuleId.APPEND_TOO_LONG, message)
    for start, word in _words(append.argument):
        if word.startswith(b"initrd="):
            message = f"{_shown(word)} in append loads nothing"
            yield append.part(start, len(word)).broken(RuleId.INITRD_IN_APPEND, message)


def _words(text: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    for word in text.split(b" "):
        if word:
            yield position, word
        position += len(word) + 1


def _shown(text: bytes) -> str:
    return f"'{printable(text, 60)}'"
