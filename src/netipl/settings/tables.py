"""Puts tables into the text of a settings file and takes them out again; every other byte stays as it is.

A table goes to the end, where it cannot become part of another. What is taken out is only what surely was the table:
the rest has to say exactly what it said before. Source: https://toml.io/en/v1.0.0, "Table".
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Final

from netipl.errors import RefusedError
from netipl.settings.notation import is_bare

Value = str | bool | int | Sequence[str]

Header = tuple[str, ...]
"""The names in it: `("networks", "lab")`."""

_HEADER: Final = re.compile(r"\s*\[")


def with_table(text: str, header: Header, keys: Mapping[str, Value], *, comment: str) -> str:
    """`text` and behind it the table, below a line of comment. It must not be there yet."""
    end = _end_of_line(text)
    before = f"{text.rstrip()}{end}{end}" if text.strip() else ""
    lines = [f"# {comment}", f"[{written(header)}]", *(f"{key} = {_value(value)}" for key, value in keys.items())]
    return before + end.join(lines) + end


def without_table(text: str, header: Header, *, comment: str) -> str:
    """`text` without that table, and without the comment that `with_table` put above it.

    Raises RefusedError where it is written in another way than as one table.
    """
    lines, first, end = _place(text, header)
    start = first - (first > 0 and lines[first - 1].strip() == f"# {comment}")
    left = "".join([*lines[:start], *lines[end:]])
    return f"{left.rstrip()}{_end_of_line(text)}" if left.strip() else ""


def commented_out(text: str, header: Header) -> str:
    """`text` with that table behind `# `, line by line: it can be had again. Raises RefusedError as `without_table`."""
    lines, first, end = _place(text, header)
    return "".join(
        [*lines[:first], *(f"# {line}" if line.strip() else line for line in lines[first:end]), *lines[end:]]
    )


def _end_of_line(text: str) -> str:
    """As the text has it."""
    return "\r\n" if "\r\n" in text else "\n"


def _place(text: str, header: Header) -> tuple[list[str], int, int]:
    """The lines, and of which to which they are that table. Raises RefusedError."""
    wanted = _without(tomllib.loads(text), header)
    lines = text.splitlines(keepends=True)
    names = re.compile(rf"\s*\[\s*{_pattern(header)}\s*\]\s*(#.*)?")
    for first in (place for place, line in enumerate(lines) if names.fullmatch(line.rstrip("\r\n"))):
        ends = (place for place, line in enumerate(lines) if place > first and _HEADER.match(line))
        for each in (*ends, len(lines)):
            end = _kept_from(lines, first, each)
            if _says("".join([*lines[:first], *lines[end:]]), wanted):
                return lines, first, end
    remedy = "take it out by hand"
    raise RefusedError(f"{written(header)} is written in a way that only its writer can take out", remedy=remedy)


def written(header: Header) -> str:
    """As it stands between brackets."""
    return ".".join(name if is_bare(name) else json.dumps(name) for name in header)


def _kept_from(lines: Sequence[str], first: int, end: int) -> int:
    """Comments just above the next table belong to that table."""
    while end < len(lines) and end - 1 > first and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return end


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _without(parsed: Mapping[str, object], header: Header) -> dict[str, object]:
    """What is left; a table that holds nothing else goes with it."""
    name, *deeper = header
    kept = dict(parsed)
    inner = kept.pop(name, None)
    if deeper and isinstance(inner, Mapping) and (left := _without(inner, tuple(deeper))):
        return {each: left if each == name else value for each, value in parsed.items()}
    return kept


def _pattern(header: Header) -> str:
    """Bare or in quotes, with spaces about the dots."""
    steps = ("|".join(re.escape(each) for each in {name, json.dumps(name), f"'{name}'"}) for name in header)
    return r"\s*\.\s*".join(f"(?:{step})" for step in steps)


def _value(value: Value) -> str:
    """JSON is the same for text, numbers, booleans and lists of them."""
    return json.dumps(value if isinstance(value, str | bool | int) else list(value), ensure_ascii=False)
