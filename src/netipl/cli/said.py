"""What is said of an installation on the command line and in files: `KEY=VALUE`, a YAML file, files of SSH keys.

Values are as documents have them (`guests/choices_document.py`), which says what is wrong with one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node

from netipl.cli.guest.documents.form import text_of
from netipl.errors import UsageError
from netipl.guests.reading import Document
from netipl.wire import printable

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_COMPOUND: Final = ("[", "{")
_FORM: Final = "write one key a line, as `timezone: Europe/Prague`"


def assigned(words: Iterable[str], keys: Iterable[str]) -> Document:
    """Of `KEY=VALUE` each; VALUE is text, or YAML where it begins with a bracket or a brace. Raises UsageError."""
    said: Document = {}
    known = [*keys]
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in known:
            raise UsageError(
                f"--set {printable(key, 64)}: there is no such key", remedy=f"known are {', '.join(known)}"
            )
        said[key] = _parsed(f"--set {key}", value) if value.startswith(_COMPOUND) else value
    return said


def of_file(path: Path) -> Document:
    """The keys of a YAML or JSON file, of which each scalar is text. Raises UsageError and UnavailableError."""
    found = _parsed(str(path), text_of(path))
    if not isinstance(found, dict):
        raise UsageError(f"{path}: there are no keys", remedy=_FORM)
    return found


def line_of(path: Path, key: str) -> int:
    """Where `key` stands in that file, and 1 where it does not."""
    root: Node | None = yaml.compose(text_of(path), _LOADER)
    if isinstance(root, MappingNode):
        for name, _ in root.value:
            if name.value == key:
                return int(name.start_mark.line) + 1
    return 1


def placed(path: Path, error: UsageError) -> UsageError:
    """An error that begins with a key of that file, with the line before it."""
    key = str(error).partition(":")[0]
    return UsageError(f"{path}, line {line_of(path, key)}: {error}", remedy=error.remedy)


def ssh_keys(paths: Iterable[Path]) -> list[str]:
    """The keys in files as authorized_keys or *.pub; comments and empty lines are passed over."""
    lines = (line.strip() for path in paths for line in text_of(path).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def plain(value: object) -> str:
    """A value of a document in one line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1 << 16, allow_unicode=True, sort_keys=False)
    return text.strip()


def yaml_text(document: Mapping[str, Any]) -> str:  # Any: as documents have it
    """One key a line, in the order of the document."""
    text: str = yaml.safe_dump(
        dict(document), sort_keys=False, default_flow_style=False, allow_unicode=True, width=1 << 16
    )
    return text


def _parsed(name: str, text: str) -> Any:  # Any: YAML
    try:
        return yaml.load(text, _LOADER)  # noqa: S506 - the loader that makes nothing but text, lists and mappings
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UsageError(f"{name}{line}: this is no YAML: {error.problem}", remedy=_FORM) from None
    except yaml.YAMLError as error:
        raise UsageError(f"{name}: this is no YAML: {error}", remedy=_FORM) from None
