"""When a guest whose firmware failed is started again: after 10 s, and twice as long each time, up to 10 minutes.

Only for as long as its build leads to an installer: another build begins anew, and so does a boot that came through.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from netipl.guests.build import Build

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The `number`-th of `guest`, for the build of that identifier; `due` None: it has been made."""

    guest: str
    build: str
    number: int
    pause: timedelta
    due: datetime | None


class Retries:
    """Of all guests."""

    def __init__(self) -> None:
        self._by_guest: dict[str, Retry] = {}
        self._stopped: dict[str, str] = {}
        """Guests that somebody has stopped, and with which build."""

    def failed(self, build: Build, now: datetime) -> Retry | None:
        """The machine of the guest crashed. The retry that comes of it; None where its build is good for no boot."""
        before = self._by_guest.get(build.guest)
        if not build.installs or build.expires < now or self._stopped.get(build.guest) == build.id:
            self._by_guest.pop(build.guest, None)
            return None
        if before is not None and before.build != build.id:
            before = None
        if before is not None and before.due is not None:  # told twice
            return before
        number = before.number + 1 if before is not None else 1
        pause = min(FIRST_PAUSE * 2 ** min(number - 1, 16), LONGEST_PAUSE)
        made = Retry(guest=build.guest, build=build.id, number=number, pause=pause, due=now + pause)
        self._by_guest[build.guest] = made
        return made

    def due(self, now: datetime, *, busy: Container[str] = ()) -> Iterator[Retry]:
        """Those whose time has come, each once; guests that are `busy` wait on."""
        for retry in [*self._by_guest.values()]:
            if retry.due is not None and retry.due <= now and retry.guest not in busy:
                self._by_guest[retry.guest] = replace(retry, due=None)
                yield retry

    def waits(self, guest: str) -> Retry | None:
        """The one that is still to come."""
        retry = self._by_guest.get(guest)
        return retry if retry is not None and retry.due is not None else None

    def forget(self, guest: str, *, stopped: Build | None = None) -> None:
        """Somebody has started it or reset it; or stopped it while it had that build: then it stays off."""
        self._by_guest.pop(guest, None)
        self._stopped.pop(guest, None)
        if stopped is not None:
            self._stopped[guest] = stopped.id
