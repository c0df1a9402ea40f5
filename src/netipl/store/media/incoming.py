"""Imports that are not done: `incoming/ID/` with what was asked and the parts that have come, for after a restart."""

import base64
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from netipl.errors import UnavailableError
from netipl.provisioning.media_jobs import MediumAsked
from netipl.store.media import disk

RECORD: Final = "import.json"
UPLOAD: Final = "upload.part"
KEPT: Final = timedelta(days=7)
"""How long an import that failed can be taken up again."""

_FORM: Final = 1
_PRIVATE: Final = 0o600
_log = structlog.get_logger("netipl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`id` is that of the medium to be; `failed` says when it failed, if it did; `uploaded`: all was sent."""

    id: str
    asked: MediumAsked
    by: str
    at: datetime
    failed: datetime | None = None
    uploaded: bool = False


class Incoming:
    """Of the directory `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def directory(self, identifier: str) -> Path:
        """Where parts of an import are."""
        return self._root / identifier

    def begin(self, asked: MediumAsked, by: str, now: datetime) -> Import:
        """A new one, with an identifier that no medium ever had. Raises OSError."""
        made = Import(id=f"{asked.name}-{secrets.token_hex(4)}", asked=asked, by=by, at=now)
        disk.make_directory(self._root)
        self.directory(made.id).mkdir(mode=0o700)
        self.save(made)
        return made

    def save(self, made: Import) -> None:
        """Raises OSError."""
        disk.write(self.directory(made.id) / RECORD, _encode(made), mode=_PRIVATE)

    def one(self, identifier: str) -> Import:
        """Raises UnavailableError."""
        try:
            return _decode(identifier, (self.directory(identifier) / RECORD).read_bytes())
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"the import {identifier} cannot be gone on with: {error}"
            raise UnavailableError(message, remedy="cancel it, and add the medium again") from error

    def all(self) -> Iterator[Import]:
        """Those that go on, and those that failed and can be taken up again; what is neither is cleaned away."""
        for place in sorted(self._root.glob("*")):
            try:
                found = self.one(place.name)
            except UnavailableError as error:
                _log.warning("an import that cannot be gone on with is removed", id=place.name, reason=str(error))
                self.end(place.name)
                continue
            if found.failed is not None and datetime.now(UTC) - found.failed > KEPT:
                self.end(found.id)
            else:
                yield found

    def end(self, identifier: str) -> None:
        """It is done, or nobody wants it any more."""
        place = self.directory(identifier)
        with suppress(OSError):
            (place / RECORD).unlink()  # from now on it is not gone on with, whatever stays
        shutil.rmtree(place, ignore_errors=True)


def _encode(made: Import) -> bytes:
    asked = made.asked
    return json.dumps(
        {
            "form": _FORM,
            "name": asked.name,
            "source": asked.source,
            "called": asked.called,
            "tree": asked.tree,
            "unpack": asked.unpack,
            "key": base64.b64encode(asked.key).decode(),
            "sha256": asked.sha256,
            "by": made.by,
            "at": made.at.isoformat(),
            "failed": made.failed.isoformat() if made.failed is not None else None,
            "uploaded": made.uploaded,
        }
    ).encode()


def _decode(identifier: str, data: bytes) -> Import:
    """Raises ValueError, KeyError and TypeError."""
    said = json.loads(data)
    if said["form"] != _FORM:
        raise ValueError(f"its form is {said['form']}")
    asked = MediumAsked(
        name=said["name"],
        source=said["source"],
        called=said["called"],
        tree=said["tree"],
        unpack=said["unpack"],
        key=base64.b64decode(said["key"]),
        sha256=said["sha256"],
    )
    failed = datetime.fromisoformat(said["failed"]) if said["failed"] is not None else None
    return Import(
        id=identifier,
        asked=asked,
        by=said["by"],
        at=datetime.fromisoformat(said["at"]),
        failed=failed,
        uploaded=said["uploaded"],
    )
