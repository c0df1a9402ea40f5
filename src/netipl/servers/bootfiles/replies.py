"""What is answered: status, fields and the bytes to send. Errors are problem details (RFC 9457)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from netipl.content import Content, inline
from netipl.servers.web.ranges import ByteRange, Unsatisfiable, byte_range
from netipl.servers.web.representation import (
    OpenSegment,
    Representation,
    http_date,
    is_unchanged,
    may_continue,
)

_ANY_BYTES = {"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`size` is that of the body, which is in `segments`; `last` ends the connection; `name` is that of a file."""

    status: HTTPStatus
    fields: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    segments: Iterable[OpenSegment] = ()
    last: bool = False
    name: str | None = None

    def head(self, now: datetime) -> list[tuple[str, str]]:
        """All header fields. A 204 and a 304 say no length (RFC 9110, 8.6)."""
        length = {} if self.status in _WITHOUT_LENGTH else {"Content-Length": str(self.size)}
        closing = {"Connection": "close"} if self.last else {}
        return [*{"Date": http_date(now), "Server": "netipl", **self.fields, **length, **closing}.items()]


_WITHOUT_LENGTH = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


def problem(status: HTTPStatus, detail: str, *, last: bool = False, **fields: str) -> Reply:
    """An error. `detail` must not repeat what the client sent. In the names of `fields`, `_` stands for a dash."""
    details = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    body = inline(json.dumps(details) + "\n")
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Reply(
        status=status,
        fields={"Content-Type": "application/problem+json", **named},
        size=body.size,
        segments=_without_files(body),
        last=last,
    )


def file(found: Representation, request: Mapping[str, str], *, ranges: bool) -> Reply:
    """A whole file, a part of it, or word that the client has it. `request`: its header fields, in lower case."""
    fields = {**_ANY_BYTES, "Accept-Ranges": "bytes", "ETag": found.etag}
    if found.last_modified is not None:
        fields["Last-Modified"] = http_date(found.last_modified)
    since, tags = request.get("if-modified-since"), request.get("if-none-match")
    if is_unchanged(found, if_none_match=tags, if_modified_since=since):
        return Reply(status=HTTPStatus.NOT_MODIFIED, fields=fields)
    size = found.content.size
    match byte_range(request["range"], size) if ranges and _heeded(found, request) else None:
        case ByteRange() as part:
            fields["Content-Range"] = part.content_range(size)
            sent = found.segments(part.start, part.stop)
            return Reply(status=HTTPStatus.PARTIAL_CONTENT, fields=fields, size=part.stop - part.start, segments=sent)
        case Unsatisfiable():
            detail = f"the file has {size} bytes"
            return problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, detail, Content_Range=f"bytes */{size}")
    return Reply(status=HTTPStatus.OK, fields=fields, size=size, segments=found.segments(0, size))


def utc_now() -> datetime:
    return datetime.now(UTC)


def _heeded(found: Representation, request: Mapping[str, str]) -> bool:
    return "range" in request and may_continue(found, request.get("if-range"))


def _without_files(content: Content) -> list[OpenSegment]:
    return [(segment, None) for segment in content.segments]
