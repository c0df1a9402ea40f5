"""Checks a kickstart file for what no version of Anaconda takes, and for what would make it ask or wait.

Which command a version knows, and with which options, is said by pykickstart's `ksvalidator` where there is one.
Source: pykickstart's documentation, "Kickstart syntax".
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from netipl.answers.finding import Finding, Source
from netipl.firmware.rules import Severity
from netipl.values import value

_SECTIONS: Final = frozenset({"packages", "pre", "pre-install", "post", "onerror", "traceback", "addon", "anaconda"})
PROGRAMS: Final = frozenset({"%pre", "%pre-install", "%post", "%onerror", "%traceback"})
"""Sections that hold a program, of the shell unless they name another interpreter."""
_OUTSIDE: Final = ("%include", "%ksappend")
_ENDS: Final = frozenset({"reboot", "poweroff", "shutdown", "halt"})
_LAYOUTS: Final = frozenset({"autopart", "part", "partition", "logvol", "volgroup", "raid", "btrfs", "mount"})
_NEEDED: Final = (
    (_ENDS, "it does not say what follows, and Anaconda would wait for a key", "add `reboot`"),
    (_LAYOUTS, "it says no layout of the disk, and Anaconda would ask", "add `autopart`"),
    (frozenset({"rootpw"}), "it says nothing of root's password, and Anaconda would ask", "add `rootpw --lock`"),
    (frozenset({"lang"}), "it says no language, and Anaconda would ask", "add `lang en_US.UTF-8`"),
    (frozenset({"timezone"}), "it says no time zone, and Anaconda would ask", "add `timezone UTC`"),
)
_WITH_PASSWORD: Final = frozenset({"rootpw", "user"})


@value(kw_only=True)
class Section:
    """From the line `first`, where its name stands, to `last`; a stray %end is one of its own."""

    name: str
    first: int
    last: int = 0
    is_ended: bool = False


def sections(lines: Sequence[str]) -> Iterator[Section]:
    """In their order. A section ends where another begins, even if it has no %end."""
    opened: Section | None = None
    for number, line in enumerate(lines, 1):
        name = line.split(None, 1)[0] if line.strip() else ""
        is_end = name == "%end"
        begins = name.startswith("%") and not is_end and name not in _OUTSIDE
        begins = begins and (opened is None or name[1:] in _SECTIONS)  # text within a section may have a percent sign
        if not (is_end or begins):
            continue
        if opened is not None:
            yield replace(opened, last=number if is_end else number - 1, is_ended=is_end)
        elif is_end:
            yield Section(name=name, first=number, last=number)
        opened = Section(name=name, first=number) if begins else None
    if opened is not None:
        yield replace(opened, last=len(lines))


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a kickstart file."""
    lines = source.text.split("\n")
    found = list(sections(lines))
    inside = {number for each in found for number in range(each.first, each.last + 1)}
    for each in found:
        yield from _section(source, each)
    said = set[str]()
    for number, line in enumerate(lines, 1):
        if number not in inside and line.strip() and not line.startswith("#"):
            said.add(line.split(None, 1)[0])
            yield from _command(source, number, line)
    if all(each.name != "%packages" for each in found):
        yield source.finding("it has no %packages, and Anaconda would ask", remedy="add %packages and %end")
    for one_of, message, remedy in _NEEDED:
        if said.isdisjoint(one_of):
            yield source.finding(message, remedy=remedy)


def _section(source: Source, each: Section) -> Iterator[Finding]:
    if each.name == "%end":
        yield source.finding("%end ends nothing", each.first, 1, remedy="remove it")
        return
    if each.name[1:] not in _SECTIONS:
        remedy = f"one of {', '.join(f'%{name}' for name in sorted(_SECTIONS))}"
        yield source.finding(f"there is no section {each.name}", each.first, 1, remedy=remedy)
    if not each.is_ended:
        yield source.finding(f"{each.name} has no %end", each.first, 1, remedy="end it with a line %end")


def _command(source: Source, number: int, line: str) -> Iterator[Finding]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        yield source.finding(f"the quotes are wrong: {error}", number, 1, remedy="close the quotes on the same line")
        return
    if words and words[0] in _WITH_PASSWORD:
        options = {word.partition("=")[0] for word in words[1:]}
        given = {word for word in words[1:] if not word.startswith("-")} if words[0] == "rootpw" else options
        is_password = bool(given) if words[0] == "rootpw" else "--password" in options
        if "--plaintext" in options or (is_password and "--iscrypted" not in options):
            remedy = "give a hash with --iscrypted, or --lock"
            yield source.finding("the password is no hash", number, 1, remedy=remedy)
    if words and words[0] in {"interactive", "vnc", "graphical", "rdp"}:
        message = f"`{words[0]}` is for somebody who looks on"
        yield source.finding(message, number, 1, remedy="use `text`", severity=Severity.WARNING)
