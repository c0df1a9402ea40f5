"""Checks a preseed file of the Debian Installer line by line.

Source: the installation guide of Debian 12, appendix B.3; debconf-devel(7) for the types.
"""

from collections.abc import Iterator
from typing import Final

from netipl.answers.finding import Finding, Source
from netipl.answers.sound import HASH
from netipl.firmware.rules import Severity
from netipl.values import value

HEADER: Final = "#_preseed_V1"
_TYPES: Final = frozenset(
    {"string", "boolean", "select", "multiselect", "note", "password", "text", "title", "error", "seen"}
)
_NEEDED: Final = {
    "partman/confirm": "partman would ask before it writes",
    "partman-partitioning/confirm_write_new_label": "partman would ask before it writes",
    "partman/choose_partition": "partman would ask whether that is all",
    "finish-install/reboot_in_progress": "the installer would wait before it reboots",
    "mirror/country": "the installer would ask for a mirror",
}
"""Questions without which somebody has to type, and what would happen."""

COMMANDS: Final = ("preseed/early_command", "preseed/late_command", "partman/early_command")
"""Questions whose answer is a shell command."""


@value(kw_only=True)
class Answer:
    """One line, with those that continue it; `line` is the first of them."""

    line: int
    owner: str
    question: str
    kind: str
    answer: str


def answers(source: Source) -> Iterator[Answer | Finding]:
    """Each of the file, or what is wrong with its line."""
    for number, line in logical(source.text):
        owner, question, kind, answer = (*line.split(None, 3), "", "", "", "")[:4]
        if not kind:
            message = "a line is OWNER QUESTION TYPE VALUE"
            yield source.finding(message, number, 1, remedy="as `d-i mirror/country string manual`")
        elif kind not in _TYPES:
            column = source.text.split("\n")[number - 1].find(kind) + 1
            message = f"there is no type {kind}"
            yield source.finding(message, number, column, remedy=f"one of {', '.join(sorted(_TYPES))}")
        else:
            yield Answer(line=number, owner=owner, question=question, kind=kind, answer=answer)


def logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with those that continue them, and the number of the first."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if not parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begun = begun or number
        parts.append(line.removesuffix("\\").strip())
        if not line.endswith("\\"):
            yield begun, " ".join(part for part in parts if part)
            begun, parts = 0, []
    if parts:
        yield begun, " ".join(parts)


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a preseed file."""
    if source.text.partition("\n")[0].rstrip() != HEADER:
        message = f"the first line is not {HEADER}"
        yield source.finding(message, 1, 1, remedy=f"begin with {HEADER}", severity=Severity.WARNING)
    seen = dict[tuple[str, str], Answer]()
    for each in answers(source):
        if isinstance(each, Finding):
            yield each
            continue
        yield from _answer(source, each)
        before = seen.setdefault((each.owner, each.question), each)
        if before.answer != each.answer:
            message = f"{each.question} was answered otherwise in line {before.line}"
            yield source.finding(message, each.line, 1, remedy="keep one", severity=Severity.WARNING)
    if source.text.rstrip("\n").endswith("\\"):
        yield source.finding("the last line is continued by nothing", source.text.rstrip("\n").count("\n") + 1)
    for question, message in _NEEDED.items():
        if ("d-i", question) not in seen:
            yield source.finding(f"without {question} {message}", remedy=f"answer {question}")


def _answer(source: Source, each: Answer) -> Iterator[Finding]:
    if each.kind == "boolean" and each.answer not in {"true", "false"}:
        message = f"{each.question} is boolean, and {each.answer!r} is not"
        yield source.finding(message, each.line, 1, remedy="true or false")
    if each.question.endswith(("-password", "-password-again")) and each.kind == "password":
        message = f"{each.question} is a password in clear"
        yield source.finding(
            message, each.line, 1, remedy=f"give a hash to {each.question.removesuffix('-again')}-crypted"
        )
    is_hash = each.answer in {"*", "!"} or HASH.pattern.fullmatch(each.answer)
    if each.question.endswith("-password-crypted") and not is_hash:
        message = f"{each.question}: it is no {HASH.called}"
        yield source.finding(message, each.line, 1, remedy=f"write it as {HASH.example}")
