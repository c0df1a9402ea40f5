"""What is wrong in a settings file, in words: which key, what about it, and the remedy.

Turns pydantic's errors into such problems, and all problems of a file into the one UsageError that a person reads.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from netipl.errors import UsageError
from netipl.settings.keys import TABLES, File
from netipl.settings.notation import is_bare
from netipl.settings.table import Table

PREFIX, NESTED = "NETIPL_", "__"
"""What the names of environment variables that set a key begin with, and what stands between its tables."""

Location = tuple[str | int, ...]

_A_NUMBER = "it must be a whole number"
_WORDS = {
    "int_type": _A_NUMBER,
    "int_parsing": _A_NUMBER,
    "int_from_float": _A_NUMBER,
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
    "string_type": "it must be text in quotes",
    "tuple_type": "it must be a list in brackets",
    "dict_type": "it must be a table",
    "model_type": "it must be a table",
    "path_type": "it must be a path in quotes",
    "ip_v4_address": "it must be an IPv4 address",
    "ip_v4_network": "it must be an IPv4 subnet, all bits after its prefix zero",
}
"""What pydantic says in the words of Python, in those of TOML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`key` is where: names of tables and keys, positions in lists."""

    key: Location
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{dotted(self.key)}: {self.what}" + (f" ({self.remedy})" if self.remedy else "")


def dotted(key: Location) -> str:
    """A key as TOML writes it: `guests.web1.mac`, `guests."web1.example.com".mac[1]`."""
    text = ""
    for step in key:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (step if is_bare(step) else json.dumps(step))
    return text


_MISSING: Final[Mapping[Location, str]] = {
    ("networks",): "add a table [networks.NAME]; `netipl network enable NETWORK` does it for a network of libvirt"
}
"""What helps more than an example."""


def refusal(file: Path, problems: Sequence[Problem]) -> UsageError:
    """The error that names `file` and all of its problems; the remedy stands apart where there is only one."""
    if len(problems) == 1:
        [problem] = problems
        return UsageError(f"{_source(file, problem.key)}: {dotted(problem.key)}: {problem.what}", remedy=problem.remedy)
    lines = "".join(f"\n  {_source(file, problem.key)}: {problem}" for problem in problems)
    return UsageError(f"{len(problems)} settings are wrong:{lines}", remedy="")


def found_by_pydantic(error: ValidationError) -> list[Problem]:
    """One problem for each of its errors."""
    return [_problem(details) for details in error.errors(include_url=False)]


def _problem(details: ErrorDetails) -> Problem:
    key: Location = tuple(step for step in details["loc"] if step != "[key]")
    match details["type"]:
        case "extra_forbidden":
            return Problem(key=key, what="there is no such key", remedy=_nearest(key))
        case "missing":
            remedy = _MISSING.get(key, f"add {_example(key)}")
            return Problem(key=key, what="it is missing", remedy=remedy)
        case "netipl":
            context = details["ctx"]
            return Problem(key=key, what=context["what"], remedy=context["remedy"])
    what = _WORDS.get(details["type"]) or details["msg"][:1].lower() + details["msg"][1:]
    if not isinstance(details["input"], dict | list):
        what += f", not {_toml(details['input'])}"
    return Problem(key=key, what=what, remedy=f"for example {_example(key)}")


def _nearest(key: Location) -> str:
    """The known key that an unknown one was probably meant to be, or all that are known."""
    *table, name = key
    known = sorted(_keys(table))
    if close := get_close_matches(str(name), known, n=1):
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}"


def _keys(table: Sequence[str | int]) -> Iterable[str]:
    return File.model_fields if not table else _model(table).model_fields


def _model(table: Sequence[str | int]) -> type[Table]:
    name = str(table[0])
    return TABLES[name if name in TABLES else f"{name}.NAME"]


def _example(key: Location) -> str:
    """A line of TOML that is right for `key`."""
    names = [step for step in key if isinstance(step, str)]
    if len(names) == 1:
        return f"a table [{names[0]}.NAME]" if f"{names[0]}.NAME" in TABLES else f"a table [{names[0]}]"
    fields = _model(names[:-1]).model_fields
    if names[-1] not in fields:
        return f"a table [{dotted(key)}]"
    [example, *_] = fields[names[-1]].examples or [""]
    return f"{names[-1]} = {_toml(example)}"


def _toml(value: object) -> str:
    """As TOML writes it; JSON is the same for text, numbers, booleans and lists of them."""
    return json.dumps(value, default=str, ensure_ascii=False)


def _source(file: Path, key: Location) -> str:
    """Where `key` was set: the environment goes before the file."""
    variable = PREFIX + NESTED.join(str(step) for step in key if isinstance(step, str))
    return next((name for name in os.environ if name.upper() == variable.upper()), str(file))
