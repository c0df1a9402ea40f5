"""What two documents say differently, in words for a timeline: `OLD -> NEW` by key, and never a hash of a password."""

import json
from collections.abc import Mapping
from typing import Final

from netipl.guests.choices_document import public

_MOST: Final = 512
"""Characters of a value that are told."""


def added(document: Mapping[str, object]) -> dict[str, str]:
    """What is said, by key."""
    return {key: _words(value) for key, value in public(document).items()}


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, str]:
    """What is said anew, or no more, by key. Of what differs in hashes alone it is told that it is another."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    old, new = added(before), added(after)
    return {
        key: f"{old.get(key, '')} -> {new.get(key, '')}" + (" (another)" if old.get(key) == new.get(key) else "")
        for key in keys
    }


def _words(value: object) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = ", ".join(value)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return text if len(text) <= _MOST else text[:_MOST] + "..."
