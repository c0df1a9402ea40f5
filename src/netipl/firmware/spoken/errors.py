"""Which rule a line of the firmware's complains of: the words of the one table read backwards, and a few that vary.

What the firmware prints before the words of a rule (`TFTP error:`, `ERROR:`) and the full stop that newer ones have
behind them is no part of the rule.
"""

import re
import string
from collections.abc import Iterator, Mapping
from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.signs import Said, Sign

_BEFORE: Final = r"(?:TFTP error: |ERROR: |! )?"
_BEHIND: Final = r"\.?(?: !)?"

_VARIANTS: Final[Mapping[str, RuleId]] = {
    "Failed to load OS from hard disk": RuleId.DISK_NOT_BOOTABLE,
    "zIPL load failed": RuleId.DISK_NOT_BOOTABLE,
    "Virtio-blk device can not be used": RuleId.DISK_NOT_BOOTABLE,
}
"""Other words for a rule, of other versions or for a part of it."""

OF_KERNEL: Final = frozenset({RuleId.MACHINE_TOO_OLD, RuleId.KERNEL_PANIC})
"""A kernel says these, not the firmware."""

_ENDS: Final = frozenset({RuleId.LOAD_FAILED, RuleId.ENTRY_MISSING})
"""With these words the firmware gives the network boot up."""


def error(line: str) -> Said | None:
    """The complaint that `line` is, if it is one."""
    for rule, pattern in _PATTERNS:
        if found := pattern.fullmatch(line):
            told = Sign.GAVE_UP if rule in _ENDS else Sign.ERROR
            return Said(sign=told, line=line, rule=rule, facts=found.groupdict())
    return None


def _patterns() -> Iterator[tuple[RuleId, re.Pattern[str]]]:
    for rule in RULES.values():
        if rule.words:
            yield rule.id, re.compile(_BEFORE + _pattern(rule.words.partition("\n")[0].strip()) + _BEHIND)
    for words, rule_id in _VARIANTS.items():
        yield rule_id, re.compile(_BEFORE + re.escape(words) + _BEHIND)


def _pattern(words: str) -> str:
    """`words`, whose fields are in braces, as a regular expression."""
    parts = string.Formatter().parse(words)
    return "".join(re.escape(text) + (f"(?P<{name}>.*)" if name else "") for text, name, _, _ in parts)


_PATTERNS: Final = tuple(_patterns())
