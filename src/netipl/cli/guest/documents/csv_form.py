"""Guests as CSV (RFC 4180): a line of keys, then one line for each guest. Several MACs are separated by spaces.

Choices are an object of JSON in one cell.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import NoReturn

from netipl.cli.guest.documents.entry import Entry, Source, known, refuse
from netipl.guests.document import KEYS
from netipl.guests.reading import Document

_COMMAS = "separate columns by commas, and put text that has a comma or a quote in double quotes"


def read(text: str, name: str) -> list[Entry]:
    """The guests of a file called `name`. Raises UsageError with line and column."""
    rows = _rows(text, name)
    line, heads = next(rows, (1, []))
    if not any(heads):
        refuse(Source(file=name, line=1), "there are no columns", f"begin with a line of {', '.join(KEYS)}, or of some")
    keys: list[str] = []
    for number, head in enumerate(heads, 1):
        source = Source(file=name, line=line, column=str(number))
        key = known(head.strip(), source)
        if key in keys:
            refuse(source, f"{key}: this column is there twice", "take one of the two out")
        keys.append(key)
    return [_entry(name, line, keys, cells) for line, cells in rows if any(map(str.strip, cells))]


def write(documents: Iterable[Document]) -> str:
    """All columns, whether anything is said in them or not."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(KEYS)
    for document in documents:
        writer.writerow(_cell(document.get(key, "")) for key in KEYS)
    return output.getvalue()


def _entry(name: str, line: int, keys: list[str], cells: list[str]) -> Entry:
    source = Source(file=name, line=line)
    if len(cells) > len(keys):
        extra = Source(file=name, line=line, column=str(len(keys) + 1))
        refuse(extra, f"there are {len(cells)} cells for {len(keys)} columns", _COMMAS)
    return Entry(
        document={
            key: _said(key, cell, Source(file=name, line=line, column=str(number)))
            for number, (key, cell) in enumerate(zip(keys, cells, strict=False), 1)
            if cell.strip()
        },
        source=source,
        places={key: Source(file=name, line=line, column=str(number)) for number, key in enumerate(keys, 1)},
    )


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        _refuse_form(name, max(line, reader.line_num), error)


def _refuse_form(name: str, line: int, error: csv.Error) -> NoReturn:
    refuse(Source(file=name, line=line), f"this is no CSV: {error}", _COMMAS)


def _said(key: str, cell: str, source: Source) -> object:
    if key != "choices":
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        refuse(source, f"{key}: this is no JSON", 'write it as {"packages": ["vim"]}')


def _cell(value: str | list[str] | dict[str, object]) -> str:
    match value:
        case str():
            return value
        case list():
            return " ".join(value)
    return json.dumps(value, ensure_ascii=False)
