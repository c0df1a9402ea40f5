"""How large a body may be, and how long it may take to come: a client cannot fill the memory of the daemon.

Uploads have no such end, and go to disk as they come; between two pieces of one there may not be long.
"""

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netipl.servers.api.problems import Refusal, of_refusal

UPLOADS: Final = "data"
"""With this end the paths of jobs to which uploads are PUT."""

_UPLOAD: Final = re.compile(rf"/api/v1/media-jobs/[^/]+/{UPLOADS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """In bytes, and in seconds for the whole, or for a piece of an upload."""

    size: int = 8 * 1024 * 1024
    time: float = 60
    piece: float = 60


class BodyLimit:
    """Around the application."""

    def __init__(self, application: ASGIApp, *, limits: BodyLimits) -> None:
        self._application = application
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "PUT" and _UPLOAD.fullmatch(scope["path"]):
            await self._application(scope, self._flowing(receive), send)
            return
        said = Headers(scope=scope).get("content-length", "0")
        if said.isdecimal() and int(said) > self._limits.size:
            await of_refusal(self._too_large())(scope, receive, send)
        else:
            await self._application(scope, self._counted(receive), send)

    def _flowing(self, receive: Receive) -> Receive:
        """`receive`, which says in time that there is no more."""
        is_whole = False

        async def flowing() -> Message:
            nonlocal is_whole
            if is_whole:
                return await receive()
            try:
                async with asyncio.timeout(self._limits.piece):
                    message = await receive()
            except TimeoutError:
                raise _too_late() from None
            is_whole = not message.get("more_body", False)
            return message

        return flowing

    def _counted(self, receive: Receive) -> Receive:
        """`receive`, within the limits as long as there is more of a body to come."""
        until, size, is_whole = asyncio.get_running_loop().time() + self._limits.time, 0, False

        async def counted() -> Message:
            nonlocal size, is_whole
            if is_whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _too_late() from None
            size += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if size > self._limits.size:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> Refusal:
        """What still comes is passed over for a while, not cut: a reset would take this answer from the client."""
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {self._limits.size} bytes")


def _too_late() -> Refusal:
    detail = "the request takes too long to come"
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"})
