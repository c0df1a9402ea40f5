"""The reference of all settings as Markdown, drawn from the keys: `python -m netipl.settings.reference`."""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import get_args

from pydantic.fields import FieldInfo

from netipl.settings.keys import TABLES
from netipl.settings.table import Table

_TITLE = """# Settings

<!-- Drawn from the keys in src/netipl/settings: python -m netipl.settings.reference > docs/reference/settings.md -->

One TOML file, `/etc/netipl/netipl.toml` unless `--config` names another. Relative paths start in its directory. A
variable of the environment goes before the file: `NETIPL_TFTP__PORT=6969` is `port` in `[tftp]`; lists are written as
JSON. Everything is checked before anything is served, and again when SIGHUP asks for the file to be read anew: one
with mistakes changes nothing.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([_TITLE, *(_section(header, table) for header, table in TABLES.items())])


def _section(header: str, table: type[Table]) -> str:
    text = " ".join((table.__doc__ or "").split())
    rows = "".join(
        f"| `{name}` | {_default(field)} | {_example(field)} | {_description(field)} |\n"
        for name, field in _fields(table)
    )
    return f"## `[{header}]`\n\n{text}\n\n| key | default | example | what it decides |\n|---|---|---|---|\n{rows}"


def _fields(table: type[Table]) -> Iterator[tuple[str, FieldInfo]]:
    """A table's own keys first, then those it has in common with another."""
    own = [name for name in table.model_fields if name in table.__annotations__]
    inherited = [name for name in table.model_fields if name not in own]
    yield from ((name, table.model_fields[name]) for name in own + inherited)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return "" if field.default in (None, ()) else f"`{json.dumps(field.default)}`"


def _example(field: FieldInfo) -> str:
    [example, *_] = field.examples or [None]
    return f"`{json.dumps(example)}`"


def _description(field: FieldInfo) -> str:
    """With all values that there are, where they are few and fixed."""
    kinds = (field.annotation, *get_args(field.annotation))
    values = [f"`{value}`" for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for value in kind]
    return f"{field.description}" + (f" One of {', '.join(values)}." if values else "")


if __name__ == "__main__":
    sys.stdout.write(reference())
