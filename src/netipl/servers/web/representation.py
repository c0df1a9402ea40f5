"""A content made ready to be sent: its files open, its size certain, and the validators that tell versions apart.

Sources: RFC 9110, 8.8 (validators) and 13 (conditional requests).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from netipl.content import Content, FileRange, Inline, Segment, Zeros, opened
from netipl.errors import ContentError

OpenSegment = tuple[Segment, BinaryIO | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """`content`, and the open files of its ranges. `etag` is strong: equal only for equal bytes."""

    content: Content
    files: dict[tuple[Path, Path | None], BinaryIO]
    etag: str
    last_modified: datetime | None

    def segments(self, start: int, stop: int) -> Iterator[OpenSegment]:
        """The segments of the bytes from `start` up to `stop`, each with its file."""
        for segment in self.content.part(start, stop).segments:
            file = self.files[segment.path, segment.root] if isinstance(segment, FileRange) else None
            yield segment, file


@contextmanager
def representation(content: Content) -> Iterator[Representation]:
    """Opens what `content` needs, and closes it in the end. Raises ContentError if a range is not in its file."""
    with ExitStack() as stack:
        files: dict[tuple[Path, Path | None], BinaryIO] = {}
        version, newest = blake2b(digest_size=12), 0
        for segment in content.segments:
            match segment:
                case Inline(data=data):
                    version.update(b"inline %d " % len(data) + data)
                case Zeros(length=length):
                    version.update(b"zeros %d " % length)
                case FileRange(path=path, root=root, offset=offset, length=length):
                    if (path, root) not in files:
                        files[path, root] = stack.enter_context(os.fdopen(opened(path, root=root), "rb", buffering=0))
                    status = os.fstat(files[path, root].fileno())
                    if offset + length > status.st_size:
                        raise ContentError(f"{path} ended at {status.st_size} of {offset + length} bytes")
                    version.update(b"file %d %d " % (offset, length) + _version(status))
                    newest = max(newest, int(status.st_mtime))
        modified = datetime.fromtimestamp(newest, UTC) if files else None
        yield Representation(content=content, files=files, etag=f'"{version.hexdigest()}"', last_modified=modified)


def is_unchanged(found: Representation, *, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the client has these bytes already: 304. If-None-Match goes before the date (RFC 9110, 13.2.2)."""
    if if_none_match is not None:
        known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in known or found.etag in known
    since = _date(if_modified_since)
    return since is not None and found.last_modified is not None and found.last_modified <= since


def may_continue(found: Representation, if_range: str | None) -> bool:
    """Whether a Range is to be heeded: the client's first part is of these very bytes (RFC 9110, 13.1.5)."""
    if if_range is None or if_range == found.etag:
        return True
    return found.last_modified is not None and _date(if_range) == found.last_modified


def http_date(moment: datetime) -> str:
    """As HTTP writes it; `moment` is in UTC."""
    return format_datetime(moment, usegmt=True)


def _date(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _version(status: os.stat_result) -> bytes:
    return b"%d %d %d %d " % (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
