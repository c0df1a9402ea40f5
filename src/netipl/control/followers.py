"""Whoever follows the events: first those that are stored, then those that come, each once and in order."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final

from netipl.provisioning.history import EventQuery
from netipl.provisioning.timeline import Event

_MOST_BEHIND: Final = 10_000
"""Events that a follower who does not read may lag behind."""

_PAGE: Final = 1000


class Followers:
    """Each has a queue of its own; one that is too far behind is sent away, and comes back with the number it has."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Event | None]] = set()

    async def follow(
        self, stored: Callable[[EventQuery], Awaitable[Sequence[Event]]], *, after: int | None
    ) -> AsyncGenerator[Event, None]:
        """What is stored with numbers behind `after`, if that is given, and then what is told."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(_MOST_BEHIND)
        self._queues.add(queue)
        last = after or 0
        try:
            while after is not None:
                page = await stored(EventQuery(after=last, limit=_PAGE))
                for event in page:
                    yield event
                if not page:
                    break
                last = page[-1].number
            while (newest := await queue.get()) is not None:
                if newest.number > last or not newest.number:
                    yield newest
        finally:
            self._queues.discard(queue)

    def tell(self, event: Event) -> None:
        """To all."""
        for queue in list(self._queues):
            self._put(queue, event)

    def _put(self, queue: "asyncio.Queue[Event | None]", event: Event) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            self._queues.discard(queue)
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)
