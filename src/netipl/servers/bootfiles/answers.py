"""What each request gets: files of the tree to GET and HEAD, 204 to callbacks, and problem details to all else.

No body of a request is read but that of a callback by POST: RFC 9110, 9.3.1 gives those of GET no meaning. The
connection ends after one that has a body.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http import HTTPStatus
from ipaddress import IPv4Address

import h11

from netipl.content import Content
from netipl.errors import ContentError, RefusedError, WireError
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution
from netipl.provisioning.timeline import Observation, Seen
from netipl.servers.bootfiles import replies, targets
from netipl.servers.bootfiles.provisioning_macs import macs
from netipl.servers.bootfiles.replies import Reply, problem, utc_now
from netipl.servers.complaints import Complaints
from netipl.servers.web.representation import representation
from netipl.wire import printable

Resolve = Callable[[str, IPv4Address, IPv4Address, tuple[Mac, ...]], Resolution]
"""Of a checked name without leading slash, for a peer, by the address of ours that it asked, and the MACs it says."""
Observe = Callable[[Iterable[Observation]], None]
Callback = Callable[[IPv4Address, str, bytes], None]
"""A peer, the path and query with which it called back, and the end of what it sent: all from outside."""

_RETRY_AFTER = "2"


class Answers:
    """Translates requests to questions for the resolver, and its resolutions to replies."""

    def __init__(self, *, resolve: Resolve, callback: Callback, observe: Observe, complaints: Complaints) -> None:
        self._resolve = resolve
        self._callback = callback
        self._observe = observe
        self._complaints = complaints

    @contextmanager
    def answer(self, request: h11.Request, peer: IPv4Address, local: IPv4Address, body: bytes = b"") -> Iterator[Reply]:
        """The reply; its files stay open for as long as the context, at whose good end it is observed.

        `body` is the end of that of a request that `takes_body`.
        """
        with ExitStack() as files:
            try:
                reply = self._reply(request, peer, local, body, files)
            except WireError as error:
                reply = problem(HTTPStatus.BAD_REQUEST, str(error), last=True)
            except RefusedError as error:
                reply = problem(HTTPStatus.FORBIDDEN, str(error))
            yield replace(reply, segments=()) if request.method == b"HEAD" else reply
        if reply.name is not None:
            detail = {"name": reply.name, "status": reply.status.value, "size": reply.size}
            self._observe([Observation(at=utc_now(), seen=Seen.HTTP_SERVED, address=peer, detail=detail)])

    def _reply(
        self, request: h11.Request, peer: IPv4Address, local: IPv4Address, body: bytes, files: ExitStack
    ) -> Reply:
        """Raises WireError and RefusedError."""
        fields = {name.decode("ascii"): value.decode("latin-1") for name, value in request.headers}
        path = targets.path_and_query(request.target)
        if targets.CALLBACK.fullmatch(path):
            reply = self._called_back(request.method, peer, path, body)
            return replace(reply, last=reply.last or _has_body(fields))
        if _has_body(fields):
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "requests have no body here", last=True)
        if request.method not in {b"GET", b"HEAD"}:
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "files are only read", last=True, Allow="GET, HEAD")
        name = targets.name(path)
        found = self._resolve(name, peer, local, macs(fields))
        reply = self._resolved(found, fields, peer, files, ranges=request.method == b"GET")
        return replace(reply, name=name)

    def _called_back(self, method: bytes, peer: IPv4Address, path: str, body: bytes) -> Reply:
        if method not in {b"GET", b"POST"}:
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "call back by GET or POST", last=True, Allow="GET, POST")
        self._callback(peer, path, body)
        return Reply(status=HTTPStatus.NO_CONTENT)

    def _resolved(
        self, found: Resolution, fields: Mapping[str, str], peer: IPv4Address, files: ExitStack, *, ranges: bool
    ) -> Reply:
        match found:
            case Missing():
                return problem(HTTPStatus.NOT_FOUND, "there is no such file")
            case Denied():
                return problem(HTTPStatus.FORBIDDEN, "this file is not for you")
            case Arriving():
                detail = "the file is on its way"
                return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, Retry_After=_RETRY_AFTER)
            case Content():
                try:
                    opened = files.enter_context(representation(found))
                except ContentError as error:
                    self._complaints.add("a file cannot be read", peer=str(peer), reason=printable(str(error)))
                    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the file cannot be read")
                return replies.file(opened, fields, ranges=ranges)


def takes_body(request: h11.Request) -> bool:
    """Whether it is a callback that brings something with it."""
    try:
        path = targets.path_and_query(request.target)
    except WireError:
        return False
    return request.method == b"POST" and targets.CALLBACK.fullmatch(path) is not None


def _has_body(fields: Mapping[str, str]) -> bool:
    return "transfer-encoding" in fields or fields.get("content-length", "0").strip("0") != ""
