"""The application of the Smart Proxy: who may come in, which module answers, and what is said when the answer is no.

An ASGI application of its own: the contract has error texts, media types and orders of checks that a framework for
APIs would have to be kept from. Whoever may not is told so before it is looked whether there is such a path.
"""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, NetiplError
from netipl.servers.complaints import told
from netipl.servers.smartproxy.authorization import PROTECTED, Trust, authorized
from netipl.servers.smartproxy.control import Control, Module, Offer, Proxy
from netipl.servers.smartproxy.logbook import Level
from netipl.servers.smartproxy.reply import JSON, NOT_FOUND, TEXT, RefusalError, Reply, refusal
from netipl.servers.smartproxy.request import Client, Request, pairs, segments
from netipl.servers.smartproxy.routes import dhcp, httpboot, logs, registration, root, templates, tftp
from netipl.servers.smartproxy.routes.route import Route, found

CLIENT: Final = "client"
"""The key of `scope["state"]` under which the connection has put what its certificate says."""
LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a body."""

_TIME: Final = 60.0  # seconds for a body to come
_PIECE: Final = 256 * 1024
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_ACCEPTED: Final = ("application/json", "application/*", "*/*")
_ROUTES: Final[Mapping[Module, Sequence[Route]]] = {
    Module.TFTP: tftp.ROUTES,
    Module.DHCP: dhcp.ROUTES,
    Module.HTTPBOOT: httpboot.ROUTES,
    Module.TEMPLATES: templates.ROUTES,
    Module.REGISTRATION: registration.ROUTES,
    Module.LOGS: logs.ROUTES,
}
_NEED_FOREMAN: Final = frozenset({Module.TEMPLATES, Module.REGISTRATION})


class Application:
    """For `control`."""

    def __init__(self, control: Control, offer: Offer, trust: Trust) -> None:
        self._proxy = Proxy(control=control, offer=offer, states=_states(control, offer))
        self._trust = trust
        running = [routes for module, routes in _ROUTES.items() if self._proxy.states[module] == root.RUNNING]
        self._routes = (*root.ROUTES, *(route for routes in running for route in routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        request = _request(scope, headers)
        try:
            reply = await self._answered(request, headers, receive)
        except RefusalError as error:
            reply = self._refused(request, error)
        except NetiplError as error:
            reply = self._refused(request, refusal(error))
        except Exception as bug:  # noqa: BLE001 - one request must not end the connection of others
            self._proxy.control.logbook.add(Level.ERROR, f"{request.method} {request.path}: {told(bug)}")
            reply = Reply(status=HTTPStatus.INTERNAL_SERVER_ERROR, body=b"netipl has a fault", media_type=TEXT)
        await _send(reply, send, is_head=request.method == "HEAD")

    async def _answered(self, request: Request, headers: Headers, receive: Receive) -> Reply:
        if request.segments and request.segments[0] in PROTECTED:
            await authorized(request, self._trust)
        way = found(self._routes, request.method, request.segments)
        if way is None:
            raise RefusalError(HTTPStatus.NOT_FOUND, NOT_FOUND)
        handler, parts = way
        if request.method in _WITH_BODY:
            if "content-length" not in headers and "transfer-encoding" not in headers:
                raise RefusalError(HTTPStatus.LENGTH_REQUIRED, "Length Required")
            request = _with_body(request, await _body(receive, headers))
        return await handler(self._proxy, request, parts)

    def _refused(self, request: Request, error: RefusalError) -> Reply:
        is_fault = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        is_answer = error.status == HTTPStatus.NOT_FOUND
        level = Level.ERROR if is_fault else Level.DEBUG if is_answer else Level.WARN
        words = f"{request.method} {request.path} of {request.client}: {error.status} {error.logged}"
        self._proxy.control.logbook.refused(level, words, request_id=request.id)
        accepted = request.headers.get("accept", "*/*")
        media_type = JSON if any(each in accepted for each in _ACCEPTED) else TEXT
        return Reply(
            status=error.status,
            body=error.text.encode("utf-8", "surrogateescape"),
            media_type=error.media_type or media_type,
        )


def _states(control: Control, offer: Offer) -> dict[Module, str]:
    states = {module: root.RUNNING if module in offer.modules else "disabled" for module in Module}
    if control.upstream is None:
        for module in _NEED_FOREMAN & offer.modules:
            states[module] = "failed"
            control.logbook.failed[module] = "it needs the URL of Foreman: set `url` in [foreman]"
    return states


def _request(scope: Scope, headers: Headers) -> Request:
    raw = scope["raw_path"].decode("latin-1")
    client = scope["state"].get(CLIENT) or Client(address=scope["client"][0] if scope["client"] else "")
    scheme = "https" if client.is_tls else "http"
    return Request(
        method=scope["method"],
        path=raw,
        segments=segments(raw),
        query=pairs(scope["query_string"].decode("latin-1")),
        client=client,
        base=f"{scheme}://{headers.get('host', '')}",
        headers=dict(headers.items()),
    )


def _with_body(request: Request, body: bytes) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        segments=request.segments,
        query=request.query,
        client=request.client,
        base=request.base,
        headers=request.headers,
        body=body,
    )


async def _body(receive: Receive, headers: Headers) -> bytes:
    said = headers.get("content-length", "0")
    if said.isdecimal() and int(said) > LARGEST:
        raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {LARGEST} bytes")
    body = bytearray()
    try:
        async with asyncio.timeout(_TIME):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > LARGEST:
                    raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {LARGEST} bytes")
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise RefusalError(HTTPStatus.REQUEST_TIMEOUT, "the request takes too long to come") from None


async def _send(reply: Reply, send: Send, *, is_head: bool) -> None:
    size = reply.body.size if isinstance(reply.body, Content) else len(reply.body)
    headers = [("Content-Type", reply.media_type), ("X-Content-Type-Options", "nosniff"), *reply.headers]
    if reply.status != HTTPStatus.NOT_MODIFIED:
        headers.append(("Content-Length", str(size)))
    encoded = [(name.lower().encode(), text.encode("latin-1", "replace")) for name, text in headers]
    await send({"type": "http.response.start", "status": int(reply.status), "headers": encoded})
    if is_head or isinstance(reply.body, bytes):
        await send(
            {"type": "http.response.body", "body": b"" if is_head or isinstance(reply.body, Content) else reply.body}
        )
        return
    pieces = content.read(reply.body, _PIECE)
    try:
        while piece := await asyncio.to_thread(next, pieces, b""):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except ContentError:
        return  # the connection ends short of what was said, which the client sees
    await send({"type": "http.response.body", "body": b""})
