"""Machines that were being started, and paused for it, when netipl was killed: they go on, as they were to.

Only where three things say so: netipl was the last that asked for it, nothing of the machine was seen since, and its
processors have done nothing. One that somebody else has paused, or started paused, stays so.
"""

import asyncio
from typing import Final

import structlog

from netipl.control.machines.failing import History, back
from netipl.control.machines.power import Power
from netipl.errors import NetiplError
from netipl.guests.guest import Guest
from netipl.provisioning.timeline import Deed, Seen

_log = structlog.get_logger("netipl")

_STARTS: Final = frozenset({"start", "reset"})
_BESIDE: Final = frozenset({Seen.MACHINE_STARTED, Seen.MACHINE_STOPPED, Seen.MACHINE_CRASHED})
"""What a start tells of itself: a cold one switches off first."""
_OF_CONSOLE: Final = frozenset({Seen.CONSOLE_OPENED, Seen.CONSOLE_LOST})


class Interrupted:
    """`found` is told of each machine that is paused and has not run."""

    def __init__(self, power: Power, history: History) -> None:
        self._power = power
        self._history = history
        self._found: asyncio.Queue[Guest] = asyncio.Queue()

    def found(self, guest: Guest) -> None:
        """The machine of `guest`."""
        self._found.put_nowait(guest)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            guest = await self._found.get()
            try:
                if await self._was_being_started(guest):
                    await self._power.go_on(guest)
                    _log.info("a machine goes on that was being started when netipl ended", guest=guest.name)
            except NetiplError as error:
                _log.warning("a machine stays paused", guest=guest.name, reason=str(error), remedy=error.remedy)

    async def _was_being_started(self, guest: Guest) -> bool:
        """Whether that is the last that was done with it."""
        async for event in back(self._history, guest.name):
            if event.what is Deed.MACHINE_RETRIED:
                return True
            if event.what is Deed.MACHINE_ASKED:
                return event.detail.get("to") in _STARTS
            if isinstance(event.what, Seen) and event.what not in _BESIDE | _OF_CONSOLE:
                return False
        return False
