"""A file that is being downloaded: what is there of it, and by which validator the rest is asked for.

The bytes are in `PART`, the validator in `PART.json` beside it; it is written before the first byte, so that bytes are
never continued that are of another version. Source: RFC 9110, 13.1.5 (If-Range takes strong validators alone).
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from netipl.errors import UnavailableError

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Which bytes the server has at a URL; `validator` is empty where it does not say."""

    url: str
    validator: str = ""
    size: int | None = None


class Part:
    """To be used as a context. Blocks: call it in a thread."""

    def __init__(self, path: Path, algorithms: frozenset[str] = frozenset()) -> None:
        """`algorithms` are those, besides SHA-256, of which there will be sums, as hashlib calls them."""
        self.path = path
        self.size = 0
        self.is_pieced = False
        """Whether its bytes came at several times, and may be of several versions after all."""
        self.version: Version | None = None
        self._note = path.with_name(f"{path.name}.json")
        self._algorithms = algorithms | {"sha256"}
        self._sums = self._none()
        self._file: BinaryIO | None = None
        self._is_over = False

    def open(self, url: str) -> None:
        """What is there of `url` is read and summed up; what is of another is thrown away. Raises UnavailableError."""
        with _explaining(self.path):
            self._file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
            if self._is_over:  # whoever wanted it was cancelled meanwhile
                self._file.close()
                return
            self.version = self._noted()
            if self.version is None or self.version.url != url:
                self.restart(Version(url=url))
                return
            while piece := self._file.read(_PIECE):
                self._add(piece)
            self.is_pieced = self.size > 0

    def restart(self, version: Version) -> None:
        """From the beginning, with bytes of this version. Raises UnavailableError."""
        assert self._file is not None  # while it is open
        with _explaining(self.path):
            self._file.seek(0)
            self._file.truncate()
            self.size, self._sums, self.version, self.is_pieced = 0, self._none(), version, False
            said = {"url": version.url, "validator": version.validator, "size": version.size}
            self._note.write_text(json.dumps(said))

    def write(self, data: bytes) -> None:
        """The next bytes. Raises UnavailableError, also once it is closed."""
        if self._file is None:
            raise UnavailableError(f"{self.path}: nobody waits for it any more", remedy="ask for it again")
        with _explaining(self.path):
            self._file.write(data)
            self._add(data)

    def sum(self, algorithm: str) -> str:
        """Of what is there, in hexadecimal digits."""
        return self._sums[algorithm].hexdigest()

    def close(self) -> None:
        """What is there stays."""
        self._is_over = True
        if self._file is not None:
            with _explaining(self.path):
                self._file.close()
            self._file = None

    def discard(self) -> None:
        """Nothing stays."""
        with suppress(UnavailableError):
            self.close()
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _add(self, data: bytes) -> None:
        for each in self._sums.values():
            each.update(data)
        self.size += len(data)

    def _none(self) -> dict[str, "hashlib._Hash"]:
        return {name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms}

    def _noted(self) -> Version | None:
        try:
            said = json.loads(self._note.read_text())
            return Version(url=str(said["url"]), validator=str(said["validator"]), size=said["size"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    """What the disk refuses, in a person's words."""
    try:
        yield
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise UnavailableError(message, remedy="make room in the state directory, and try again") from error
