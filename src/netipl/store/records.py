"""The form of a backup: JSON, one object a line, the same for every kind of database.

`{"netipl": "backup", "format": 1, "schema": "0001", "made": TIME}`, then `{"table": NAME, "row": {COLUMN: VALUE}}` for
each row, then `{"end": {NAME: ROWS}, "sha256": HEX}` over all before it. Text, numbers, true, false and null are those
of JSON; bytes are `{"hex": TEXT}`, times are `{"utc": ISO 8601}`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from netipl.errors import RefusedError
from netipl.values import value

FORMAT: Final = 1
LONGEST: Final = 16 << 20  # bytes of a line

Row = Mapping[str, object]


@value()
class Header:
    """What a backup begins with. `made` is in UTC."""

    schema: str
    made: datetime


def encode(header: Header, rows: Iterable[tuple[str, Row]]) -> Iterator[bytes]:
    """The lines of a backup. A row is (name of its table, columns)."""
    counts: Counter[str] = Counter()
    digest = sha256()
    made = header.made.isoformat(timespec="seconds")
    lines = _line({"netipl": "backup", "format": FORMAT, "schema": header.schema, "made": made})
    digest.update(lines)
    yield lines
    for table, row in rows:
        counts[table] += 1
        line = _line({"table": table, "row": {column: _encoded(each) for column, each in row.items()}})
        digest.update(line)
        yield line
    yield _line({"end": dict(counts), "sha256": digest.hexdigest()})


class Reader:
    """A backup as it is read, line by line. Raises RefusedError for one that is damaged, cut short or none."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._digest = sha256()
        self._number = 0
        self.counts: Counter[str] = Counter()
        self.header = self._header()

    def rows(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Every row; ends well only where the end says so."""
        while True:
            before = self._digest.hexdigest()
            match self._next():
                case {"table": str(table), "row": dict(row)}:
                    self.counts[table] += 1
                    yield table, {column: self._decoded(each) for column, each in row.items()}
                case {"end": dict(counts), "sha256": str(digest)}:
                    if counts != dict(self.counts) or digest != before or next(self._lines, None) is not None:
                        raise self._damaged("what is before the end is not what was written")
                    return
                case _:
                    raise self._damaged("neither a row nor the end")

    def _header(self) -> Header:
        match self._next():
            case {"netipl": "backup", "format": int(number), "schema": str(schema), "made": str(made)}:
                if number != FORMAT:
                    remedy = "use the netipl that made it, or a newer one"
                    raise RefusedError(f"the backup has format {number}, not {FORMAT}", remedy=remedy)
                return Header(schema, self._time(made))
        raise self._damaged("it does not begin as a backup does")

    def _next(self) -> Any:  # Any: JSON
        line = next(self._lines, b"")
        self._number += 1
        if not line.endswith(b"\n") or len(line) > LONGEST:
            raise self._damaged("it is cut short")
        self._digest.update(line)
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            raise self._damaged("no JSON") from None

    def _decoded(self, encoded: object) -> object:
        match encoded:
            case None | str() | int():
                return encoded
            case {"hex": str(text)}:
                try:
                    return bytes.fromhex(text)
                except ValueError:
                    raise self._damaged("bytes that are not hexadecimal") from None
            case {"utc": str(text)}:
                return self._time(text)
        raise self._damaged("a value of no known kind")

    def _time(self, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._damaged("a time that is none") from None

    def _damaged(self, what: str) -> RefusedError:
        remedy = "take another backup: `netipl db backup` makes them, whole or not at all"
        return RefusedError(f"line {self._number} of the backup: {what}", remedy=remedy)


def _line(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def _encoded(plain: object) -> object:
    match plain:
        case None | str() | int():
            return plain
        case bytes():
            return {"hex": plain.hex()}
        case datetime():
            return {"utc": (plain if plain.tzinfo else plain.replace(tzinfo=UTC)).astimezone(UTC).isoformat()}
    raise TypeError(f"no form for {type(plain)} in a backup")
