"""Server-sent events (WHATWG HTML, 9.2): each event of the timeline once it is durable, under its number.

A client that comes back with the number it has last seen misses nothing and gets nothing twice. One that reads too
slowly is cut, and comes back in the same way. What only passes (the progress of a transfer) has no number, and is not
sent again.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from netipl.errors import NetiplError
from netipl.provisioning.timeline import Event
from netipl.servers.api.views.history import of_event

Events = AsyncGenerator[Event, None]

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT: Final = 15.0  # seconds

_COMMENT: Final = b":\n\n"
_RETRY: Final = b"retry: 1000\n\n"  # milliseconds until a client that was cut comes back


def is_wanted(accept: str) -> bool:
    """Whether this `Accept` asks for a stream by name."""
    return any(each.partition(";")[0].strip().lower() == MEDIA_TYPE for each in accept.split(","))


class EventStream(Response):
    """From its first byte on nothing is missed. It ends with the daemon, or when the client is gone or left behind."""

    def __init__(self, events: Events, fits: Callable[[Event], bool], *, closing: asyncio.Event) -> None:
        """To be made in the loop. `closing` is set when the daemon ends."""
        super().__init__(headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._events = events
        self._fits = fits
        self._closing = closing

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        coming = asyncio.ensure_future(_next(self._events))
        await asyncio.sleep(0)  # now they are followed
        ends = [asyncio.ensure_future(each) for each in (self._closing.wait(), _gone(receive))]
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await _piece(send, _RETRY)
            while True:
                await asyncio.wait((coming, *ends), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                if any(end.done() for end in ends):
                    break
                if not coming.done():
                    await _piece(send, _COMMENT)
                    continue
                if (event := coming.result()) is None:
                    break
                coming = asyncio.ensure_future(_next(self._events))
                if self._fits(event):
                    await _piece(send, encoded(event))
        except NetiplError:  # of the store: the client comes back, and is told by an answer of its own
            pass
        finally:
            for each in (coming, *ends):
                each.cancel()
            await asyncio.gather(coming, *ends, return_exceptions=True)
            await self._events.aclose()
        await send({"type": "http.response.body"})


async def _next(events: Events) -> Event | None:
    return await anext(events, None)


async def _gone(receive: Receive) -> bool:
    """Returns when the client is no longer there."""
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


async def _piece(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


def encoded(event: Event) -> bytes:
    """JSON has no line break of its own."""
    name = f"id: {event.number}\n" if event.number else ""
    return f"{name}event: {event.what}\ndata: {of_event(event).model_dump_json()}\n\n".encode()
