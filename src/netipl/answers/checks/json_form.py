"""Reads JSON strictly, as installers do: a key may stand once, and numbers are finite."""

import json
from collections.abc import Sequence
from typing import Any

from netipl.answers.finding import Finding, Source


def json_of(source: Source) -> tuple[Any, list[Finding]]:  # Any: a document has values of every type
    """The document, or what is wrong with its syntax."""
    try:
        return json.loads(source.text, object_pairs_hook=_once, parse_constant=_refused), []
    except json.JSONDecodeError as error:
        found = source.finding(f"it is not JSON: {error.msg}", error.lineno, error.colno, remedy="correct the syntax")
    except (ValueError, RecursionError) as error:
        found = source.finding(f"it is not JSON: {error}", remedy="correct it")
    return None, [found]


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return found


def _refused(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")
