"""Files of guests: which forms there are, how a file is read by its form, and where in it something is wrong."""

import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Final, NoReturn

from netipl.cli.guest.documents.entry import Entry, Source
from netipl.errors import UnavailableError, UsageError
from netipl.guests.document import document, guest
from netipl.guests.reading import Document


class Form(StrEnum):
    """How guests are written down. JSON is read as the YAML that it is."""

    YAML = "yaml"
    CSV = "csv"
    JSON = "json"


_SUFFIXES: Final = {".yaml": Form.YAML, ".yml": Form.YAML, ".csv": Form.CSV, ".json": Form.JSON}
_MODULES: Final = {form: f"netipl.cli.guest.documents.{form}_form" for form in Form}
"""Loaded when they are needed."""


def form_of(path: Path) -> Form:
    """By the suffix. Raises UsageError."""
    form = _SUFFIXES.get(path.suffix.lower())
    if form is None:
        known = ", ".join(_SUFFIXES)
        raise UsageError(f"{path}: the form of this file is not known", remedy=f"name it with --format, or by {known}")
    return form


def text_of(path: Path) -> str:
    """The text of a file, or of standard input for `-`. Raises UnavailableError and UsageError."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="name a file of guests, or -") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text", remedy="save it as UTF-8") from error


def read(text: str, name: str, form: Form) -> list[Document]:
    """The guests in `text`, which is called `name`, as documents of the one form. Raises UsageError with the place."""
    parse: Callable[[str, str], list[Entry]] = import_module(_MODULES[form]).read
    first: dict[str, Source] = {}
    found = []
    for entry in parse(text, name):
        made = _checked(entry)
        called = str(made["name"])
        if called in first:
            entry.refuse(f"guest {called} is in {first[called]} too", "take one of the two out", key="name")
        first[called] = entry.place("name")
        found.append(made)
    return found


def write(documents: Iterable[Mapping[str, object]], form: Form) -> str:
    """The text that `read` takes; of the same documents always the same."""
    put: Callable[[list[Document]], str] = import_module(_MODULES[form]).write
    return put([document(guest(each)) for each in documents])


def _checked(entry: Entry) -> Document:
    try:
        return document(guest(entry.document))
    except UsageError as error:
        _refuse(entry, error)


def _refuse(entry: Entry, error: UsageError) -> NoReturn:
    """What is wrong with a document begins with its key."""
    key, _, words = str(error).partition(": ")
    if key in entry.places:
        entry.refuse(words, error.remedy, key=key)
    entry.refuse(str(error), error.remedy)
