"""The HTTPBoot module: boot files by HTTP, for everybody, under /httpboot and /EFI. Configurations are not among them.

A range and a date are heeded (RFC 9110, 13 and 14).
"""

from typing import Final

from netipl.content import Content
from netipl.errors import ContentError, RefusedError
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, checked
from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import BYTES, TEXT, RefusalError, Reply
from netipl.servers.smartproxy.request import Request
from netipl.servers.smartproxy.routes.route import REST, Route
from netipl.servers.web.ranges import ByteRange, Unsatisfiable, byte_range
from netipl.servers.web.representation import http_date, is_unchanged, may_continue, representation

_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND, _UNAVAILABLE = 400, 403, 404, 503
_LATER: Final = (("Retry-After", "5"),)
_NOT_MODIFIED, _PARTIAL, _UNSATISFIABLE = 304, 206, 416


async def _file(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    if any("/" in part for part in parts):
        raise RefusalError(_BAD_REQUEST, "Bad Request", media_type=TEXT)
    try:
        name = checked("/".join(parts).encode("utf-8", "surrogateescape"))
    except RefusedError:
        raise _invalid() from None
    if not name:
        raise _invalid()
    match proxy.control.served(name):
        case Content() as content:
            return _sent(content, request)
        case Missing():
            raise RefusalError(_NOT_FOUND, "Not found", media_type=TEXT)
        case Arriving():
            raise RefusalError(_UNAVAILABLE, "Still being downloaded", media_type=TEXT, headers=_LATER)
        case Denied(reason=reason):
            raise _denied(reason)


def _sent(content: Content, request: Request) -> Reply:
    try:
        with representation(content) as found:
            modified = ("Last-Modified", http_date(found.last_modified)) if found.last_modified is not None else None
            headers = [("ETag", found.etag), ("Accept-Ranges", "bytes"), *([modified] if modified else [])]
            since, none_match = request.headers.get("if-modified-since"), request.headers.get("if-none-match")
            if is_unchanged(found, if_none_match=none_match, if_modified_since=since):
                return Reply(status=_NOT_MODIFIED, media_type=BYTES, headers=tuple(headers))
            wanted = request.headers.get("range")
            heeded = wanted is not None and may_continue(found, request.headers.get("if-range"))
    except ContentError as error:
        raise RefusalError(_UNAVAILABLE, str(error), media_type=TEXT) from error
    part = byte_range(wanted or "", content.size) if heeded else None
    match part:
        case ByteRange(start=start, stop=stop):
            headers.append(("Content-Range", part.content_range(content.size)))
            body = content.part(start, stop)
            return Reply(status=_PARTIAL, body=body, media_type=BYTES, headers=tuple(headers))
        case Unsatisfiable():
            return Reply(status=_UNSATISFIABLE, headers=(("Content-Range", f"bytes */{content.size}"),))
    return Reply(body=content, media_type=BYTES, headers=tuple(headers))


def _invalid() -> RefusalError:
    return RefusalError(_FORBIDDEN, "Invalid or empty path", media_type=TEXT)


def _denied(reason: str) -> RefusalError:
    if "is a directory" in reason:
        return RefusalError(_FORBIDDEN, "Directory listing not allowed", media_type=TEXT)
    if "no regular file" in reason:
        return RefusalError(_UNAVAILABLE, "Not a regular file", media_type=TEXT)
    return _invalid()


ROUTES: Final = (
    Route("GET", ("httpboot", REST), _file),
    Route("GET", ("EFI", REST), _file),
)
