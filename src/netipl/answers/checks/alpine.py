"""Checks the members of Alpine's overlay: answers that a shell reads, and programs with their interpreter."""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from netipl.answers.finding import Finding, Source

ANSWERS: Final = "etc/netipl/answers"
PROGRAMS: Final = (".start", "/install", "/finish")
"""How the names of members end that are programs."""

_SETTING: Final = re.compile(r"([A-Z_][A-Z0-9_]*)=(.*)", re.ASCII | re.DOTALL)


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with one member."""
    if source.file.endswith(PROGRAMS) and not source.text.startswith("#!"):
        yield source.finding("it does not name its interpreter", 1, 1, remedy="begin with #!/bin/sh")
    if source.file.endswith(ANSWERS):
        yield from _answers(source)


def _answers(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            yield source.finding("a line is NAME=VALUE", number, 1, remedy="as DISKOPTS='-m sys'")
            continue
        try:
            words = shlex.split(setting[2])
        except ValueError as error:
            yield source.finding(
                f"the quotes are wrong: {error}", number, 1, remedy="close the quotes on the same line"
            )
            continue
        if len(words) > 1:
            yield source.finding(f"{setting[1]} has {len(words)} words", number, 1, remedy="put quotes around them")
