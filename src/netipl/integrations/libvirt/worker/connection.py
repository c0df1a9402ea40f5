"""The one connection of the worker to libvirt: opened, watched, and opened again when it is lost.

libvirt's own event loop runs in a thread, as its library expects; every call that may block is made in another one. A
libvirtd that hangs is noticed by keepalive messages, and the calls that wait for it fail.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from netipl.errors import NetiplError
from netipl.integrations.libvirt.worker.failures import failure
from netipl.integrations.libvirt.worker.host import Host, Libvirt

_KEEPALIVE: Final = 5
"""Seconds between two messages; the connection is lost after so many without an answer:"""
_UNANSWERED: Final = 3
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0


class Connection:
    """Of `host`. `opened` is called in a thread with each new connection, `lost` in the loop with reason and remedy."""

    def __init__(self, host: Host, *, opened: Callable[[Libvirt], None], lost: Callable[[str, str], None]) -> None:
        self._host = host
        self._binding = host.binding
        self._opened = opened
        self._lost = lost

    async def keep(self) -> None:
        """Opens it, and opens it again, until cancelled. Says why it is not open when that is another reason."""
        loop, pause, said = asyncio.get_running_loop(), _FIRST_PAUSE, ""
        while True:
            closed = asyncio.Event()
            try:
                await _in_thread(self._open, lambda closed=closed: loop.call_soon_threadsafe(closed.set))
            except NetiplError as error:
                if said != str(error):
                    said = str(error)
                    self._lost(said, error.remedy)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            await closed.wait()
            self._close()
            said, pause = f"{self._host.uri}: libvirtd has closed the connection", _FIRST_PAUSE
            self._lost(said, "it is connected again as soon as libvirtd is back")

    def _open(self, closed: Callable[[], None]) -> None:
        try:
            connection = self._binding.open(self._host.uri)
            connection.registerCloseCallback(lambda *_: closed(), None)
            with suppress(self._binding.libvirtError):  # the test driver has no peer
                connection.setKeepAlive(_KEEPALIVE, _UNANSWERED)
            self._host.current = connection
            self._opened(connection)
        except self._binding.libvirtError as error:
            self._host.current = None
            raise failure(self._binding, error) from error

    def _close(self) -> None:
        """What has its connection still finds it closed."""
        connection, self._host.current = self._host.current, None
        with suppress(self._binding.libvirtError):
            connection.close()


def run_event_loop(binding: Libvirt) -> None:
    """Of libvirt, in a thread of its own, for as long as the process. To be called before a connection is opened."""
    binding.registerErrorHandler(lambda *_: None, None)  # else it writes all errors to standard error
    binding.virEventRegisterDefaultImpl()

    def run() -> None:
        try:
            while True:
                binding.virEventRunDefaultImpl()
        finally:
            os._exit(1)  # without it nothing would be heard of any domain

    threading.Thread(target=run, name="libvirt events", daemon=True).start()


async def _in_thread(function: Callable[..., None], *arguments: Any) -> None:
    """In one that the end of the process does not wait for: to open may hang for as long as libvirtd does."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def settle(error: BaseException | None) -> None:
        if not done.done():
            done.set_result(None) if error is None else done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            function(*arguments)
        except BaseException as caught:  # noqa: BLE001 - raised where it is awaited
            error = caught
        loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, name="libvirt connection", daemon=True).start()
    await done
