"""A console as it is printed, for as long as somebody looks on: safe text, the guest's own bytes, or JSON lines.

It ends with the daemon, when the client is gone, or when too much is printed for its line.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from enum import StrEnum
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from netipl.provisioning.console_view import Shown

Printed = AsyncGenerator[Shown, None]


class Form(StrEnum):
    """How a console is shown."""

    TEXT = "text"
    """What the guest prints, without what could steer a terminal."""
    RAW = "raw"
    """As the guest prints it; a terminal does what it says, and secrets are in it."""
    JSON = "json"
    """One object a line: `text`, `transcript` where another boot begins, `note` where netipl says something."""


MEDIA_TYPES: Final[Mapping[Form, str]] = {
    Form.TEXT: "text/plain; charset=utf-8",
    Form.RAW: "application/octet-stream",
    Form.JSON: "application/x-ndjson",
}


def _text(shown: Shown) -> bytes:
    return (shown.text + (f"\n[netipl: {shown.note}]\n" if shown.note else "")).encode("utf-8", "replace")


def _raw(shown: Shown) -> bytes:
    note = f"\r\n[netipl: {shown.note}]\r\n" if shown.note else ""
    return shown.text.encode("utf-8", "replace") + shown.raw + note.encode()


def _json(shown: Shown) -> bytes:
    said = {"transcript": shown.transcript, "text": shown.text, "note": shown.note}
    kept = {key: value for key, value in said.items() if value}
    return json.dumps(kept).encode() + b"\n" if kept else b""


_WRITERS: Final[Mapping[Form, Callable[[Shown], bytes]]] = {Form.TEXT: _text, Form.RAW: _raw, Form.JSON: _json}


class ConsoleStream(Response):
    """Of `printed`; `closing` is set when the daemon ends."""

    def __init__(self, printed: Printed, form: Form, *, closing: asyncio.Event) -> None:
        super().__init__(headers={"Content-Type": MEDIA_TYPES[form], "Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._printed = printed
        self._write = _WRITERS[form]
        self._closing = closing

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        ends = [asyncio.ensure_future(each) for each in (self._closing.wait(), _gone(receive))]
        passing = asyncio.ensure_future(self._pass_on(send))
        try:
            await asyncio.wait((passing, *ends), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (passing, *ends):
                each.cancel()
            await asyncio.gather(passing, *ends, return_exceptions=True)
            await self._printed.aclose()
        await send({"type": "http.response.body"})

    async def _pass_on(self, send: Send) -> None:
        async for shown in self._printed:
            if data := self._write(shown):
                await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Returns when the client is no longer there."""
    while (await receive())["type"] != "http.disconnect":
        pass
