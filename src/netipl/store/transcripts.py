"""Transcripts of consoles, one for each boot, as files of the state directory named GUEST/MOMENT, when it began in UTC.

What comes when that is full goes to MOMENT.last, which becomes MOMENT.before when it is full too; MOMENT.gap is there
where something is missing in between. So a guest that prints for ever keeps its first part, where the firmware speaks,
and its newest. Whoever writes has made it safe text without secrets.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from netipl.errors import MissingError, UnavailableError

MOST: Final = 20
"""Transcripts that are kept of each guest."""
PART: Final = 1 << 20
"""Bytes of each of the three parts."""

_MOMENT: Final = "%Y%m%dT%H%M%S%f"
_NAME: Final = re.compile(r"\d{8}T\d{12}")
_BEFORE, _LAST, _GAP = ".before", ".last", ".gap"
_LEFT_OUT: Final = "\n[netipl: what came here is not kept]\n"
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`size` in bytes."""

    id: str
    began: datetime
    size: int


def identifier(began: datetime) -> str:
    """Of the transcript that began then."""
    return f"{began.astimezone(UTC):{_MOMENT}}"


class Transcripts:
    """In `directory`. Everything waits for the disk, so it is to be called in a thread, and there from one alone."""

    def __init__(self, directory: Path, *, most: int = MOST, part: int = PART) -> None:
        self.directory = directory
        self._most = most
        self._part = part

    def begin(self, guest: str, at: datetime) -> str:
        """The identifier of a new one; the oldest beyond the limit are removed. Raises UnavailableError."""
        name = identifier(at)
        try:
            self._of(guest).mkdir(parents=True, exist_ok=True)
            _append(self._of(guest) / name, "")
            for old in [found.id for found in self.of(guest)][self._most :]:
                for path in self._parts(guest, old):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from error
        return name

    def add(self, guest: str, transcript: str, text: str) -> None:
        """What was printed next. Raises UnavailableError."""
        first, before, last, gap = self._parts(guest, transcript)
        try:
            if _size(first) < self._part:
                _append(first, text)
                return
            if _size(last) >= self._part:
                if before.exists():
                    gap.touch(_PRIVATE)
                last.replace(before)
            _append(last, text)
        except OSError as error:
            raise _unavailable(error) from error

    def of(self, guest: str) -> list[Transcript]:
        """The newest first."""
        directory = self._of(guest)
        names = sorted((path.name for path in directory.iterdir()), reverse=True) if directory.is_dir() else []
        return [
            Transcript(id=name, began=_began(name), size=sum(map(_size, self._parts(guest, name))))
            for name in names
            if _NAME.fullmatch(name)
        ]

    def text(self, guest: str, transcript: str) -> str:
        """All of it that is kept. Raises MissingError and UnavailableError."""
        first, before, last, gap = self._parts(guest, transcript if _NAME.fullmatch(transcript) else "")
        if not first.is_file():
            raise MissingError(f"guest {guest} has no transcript {transcript}", remedy="list those that it has")
        try:
            parts = [_read(first), _LEFT_OUT if gap.exists() else "", _read(before), _read(last)]
        except OSError as error:
            raise _unavailable(error) from error
        return "".join(parts)

    def forget(self, guest: str) -> None:
        """All of that guest."""
        for found in self.of(guest):
            for path in self._parts(guest, found.id):
                path.unlink(missing_ok=True)

    def _of(self, guest: str) -> Path:
        return self.directory / guest

    def _parts(self, guest: str, name: str) -> tuple[Path, Path, Path, Path]:
        directory = self._of(guest)
        return directory / name, directory / (name + _BEFORE), directory / (name + _LAST), directory / (name + _GAP)


def _append(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "replace"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


def _began(name: str) -> datetime:
    return datetime.strptime(name, _MOMENT).replace(tzinfo=UTC)


def _unavailable(error: OSError) -> UnavailableError:
    return UnavailableError(f"transcripts: {error.filename}: {error.strerror}", remedy="see whether the disk is full")
