"""Whoever looks on at one console: each gets all of it in order, and none holds up another."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from netipl.provisioning.console_view import Shown

_MOST_BEHIND: Final = 2000
"""What a viewer who does not read may lag behind; then it is sent away."""


class Viewers:
    """Of one console."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[Shown | None], bool] = {}

    @property
    def want_raw(self) -> bool:
        """Whether anybody wants the bytes."""
        return any(self._queues.values())

    def add(self, *, raw: bool) -> "asyncio.Queue[Shown | None]":
        """From now on it is shown everything: the bytes with `raw`, the text without."""
        queue: asyncio.Queue[Shown | None] = asyncio.Queue(_MOST_BEHIND)
        self._queues[queue] = raw
        return queue

    def remove(self, queue: "asyncio.Queue[Shown | None]") -> None:
        self._queues.pop(queue, None)

    def show(self, shown: Shown) -> None:
        """To all whom it concerns."""
        for queue, raw in list(self._queues.items()):
            if (shown.text and raw) or (shown.raw and not raw):
                continue
            try:
                queue.put_nowait(shown)
            except asyncio.QueueFull:
                self._send_away(queue)

    def _send_away(self, queue: "asyncio.Queue[Shown | None]") -> None:
        del self._queues[queue]
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(Shown(note="too much was printed for this connection"))
        queue.put_nowait(None)


async def each(queue: "asyncio.Queue[Shown | None]") -> AsyncGenerator[Shown, None]:
    """What it is shown, until it is sent away."""
    while (shown := await queue.get()) is not None:
        yield shown
