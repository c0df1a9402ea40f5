"""The consoles of guests: recorded, read for the timeline, shown to whoever looks on, and typed at.

The worker has them open and does what costs time; here its pieces are passed on. A transcript is of one boot. A console
that was away goes on in the same one, unless its machine was off meanwhile.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from netipl.control.consoles.recording import Recording
from netipl.control.consoles.viewers import Viewers, each
from netipl.errors import ConflictError, NetiplError
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.console import TAKEN, Piece, Printed
from netipl.integrations.libvirt.worker.protocol import Call, Json, Notice, Told
from netipl.net import Mac
from netipl.provisioning import hearing
from netipl.provisioning.console_view import Shown, TranscriptView
from netipl.provisioning.timeline import Observation, Seen
from netipl.store.transcripts import Transcripts

_TICK: Final = 1.0
_OFF: Final = frozenset({"stopped", "crashed", "shutdown"})
_ENDED: Final = "its machine is off"
_MISSING: Final = "\n[netipl: what came here was not seen]\n"
_REMEDIES: Final = {TAKEN: "it is recorded again when they leave it; netipl never takes a console from anybody"}
_REMEDY: Final = "give the domain a console of type pty, as `netipl guest define` does"


class Driver(Protocol):
    """Asks the worker."""

    @property
    def why_not(self) -> str: ...

    async def ask(self, call: Call, /, *, limit: float = ..., **arguments: Json) -> Json: ...


class Machines(Protocol):
    """Which domain is whose."""

    def guests(self) -> Iterable[tuple[Guest, str]]:
        """Those that have a domain, with its UUID."""
        ...

    def whose(self, uuid: str) -> tuple[Guest, Mac | None] | None:
        """The guest of that domain, and the MAC that both have."""
        ...


@dataclass(slots=True)
class _Console:
    viewers: Viewers = field(default_factory=Viewers)
    transcript: str | None = None
    """Of the newest boot; None before the first."""
    is_over: bool = False
    """Whether its machine was off since, or crashed; its last words may still come."""
    is_open: bool = False
    was_cut: bool = False
    """Whether it was away, so that something may be missing before its next piece."""
    why_not: str = "its machine is off"


class ConsolePlane:
    """`observe` is the door of the timeline."""

    def __init__(
        self, driver: Driver, machines: Machines, transcripts: Transcripts, observe: Callable[[Observation], None]
    ) -> None:
        self._driver = driver
        self._machines = machines
        self._observe = observe
        self._recording = Recording(transcripts)
        self._consoles: dict[str, _Console] = {}
        self._wanted = frozenset[str]()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keeps the worker told of whose consoles are wanted, until cancelled."""
        try:
            while True:
                await self._want()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK):  # wait_for of Python 3.11 can lose a cancellation
                        await self._changed.wait()
                self._changed.clear()
        finally:
            self._recording.close()

    def hear(self, notice: Notice) -> None:
        """In the order in which it was told, and after whoever knows the domains."""
        match notice.told:
            case Told.CONNECTED:
                self._wanted = frozenset()
                self._changed.set()
            case Told.LIFECYCLE:
                self._changed.set()
                if notice.detail["event"] in _OFF and (console := self._of_domain(notice.detail["uuid"])) is not None:
                    console.is_over = True
            case Told.CONSOLE_OPENED:
                self._opened(notice.detail["uuid"], is_whole=notice.detail["is_whole"])
            case Told.CONSOLE:
                self._printed(Printed.of_json(notice.detail))
            case Told.CONSOLE_CLOSED:
                self._closed(notice.detail["uuid"], notice.detail["reason"])

    # what is asked

    async def follow(self, guest: Guest, *, raw: bool) -> AsyncGenerator[Shown, None]:
        """What its console has printed in this boot, and then all that it prints; as bytes with `raw`."""
        console = self._console(guest.name)
        queue, transcript = console.viewers.add(raw=raw), console.transcript
        so_far = self._recording.ask(lambda kept: _so_far(kept, guest.name, transcript))  # now, as the queue begins now
        try:
            if raw:
                await self._want_raw(guest)
            yield Shown(transcript=transcript, text=await so_far, note="" if console.is_open else console.why_not)
            async for shown in each(queue):
                yield shown
        finally:
            so_far.cancel()
            console.viewers.remove(queue)
            if raw and not console.viewers.want_raw:
                await self._want_raw(guest)

    async def type(self, guest: Guest, keys: bytes) -> None:
        """Raises NetiplError."""
        console = self._console(guest.name)
        uuid = self._uuid_of(guest)
        if uuid is None or not console.is_open:
            raise ConflictError(
                f"the console of guest {guest.name} is not open: {console.why_not}",
                remedy=f"netipl guest start {guest.name}",
            )
        await self._driver.ask(Call.CONSOLE_KEYS, uuid=uuid, keys=b64encode(keys).decode("ascii"))

    async def transcripts(self, guest: str) -> Sequence[TranscriptView]:
        """The newest first."""
        found = await self._recording.ask(lambda kept: kept.of(guest))
        return [TranscriptView(id=each.id, began=each.began, size=each.size) for each in found]

    async def transcript(self, guest: str, transcript: str) -> str:
        """Raises MissingError and UnavailableError."""
        return await self._recording.ask(lambda kept: kept.text(guest, transcript))

    # what is heard

    def _opened(self, uuid: str, *, is_whole: bool) -> None:
        if (found := self._machines.whose(uuid)) is None:
            return
        console = self._console(found[0].name)
        console.is_open, console.why_not = True, ""
        console.was_cut = not is_whole
        if console.viewers.want_raw:
            self._changed.set()
            self._wanted = frozenset()

    def _printed(self, printed: Printed) -> None:
        if (found := self._machines.whose(printed.uuid)) is None:
            return
        guest, mac = found
        console, at = self._console(guest.name), datetime.fromtimestamp(printed.at, UTC)
        for piece in printed.pieces:
            self._record(console, piece, guest, mac, at)
            for said in piece.said:
                seen, detail = hearing.seen(said)
                self._observe(Observation(at=at, seen=seen, mac=mac, guest=guest.name, detail=detail))
        if printed.raw:
            console.viewers.show(Shown(raw=printed.raw))
        if printed.missed:
            self._say(console, guest.name, _MISSING)
        if (progress := printed.progress) is not None:
            detail = {"tries": progress.tries} if progress.kilobytes is None else {"kilobytes": progress.kilobytes}
            self._observe(Observation(at=at, seen=Seen.FIRMWARE_PROGRESS, mac=mac, guest=guest.name, detail=detail))

    def _record(self, console: _Console, piece: Piece, guest: Guest, mac: Mac | None, at: datetime) -> None:
        goes_on = console.was_cut and not console.is_over
        if console.transcript is None or (piece.begins and not goes_on):
            console.is_over = False
            console.transcript = self._recording.begin(guest.name, at)
            console.viewers.show(Shown(transcript=console.transcript))
            missed = {"missed": "its first lines may be missing"} if console.was_cut else {}
            detail = {"transcript": console.transcript, **missed}
            self._observe(Observation(at=at, seen=Seen.CONSOLE_OPENED, mac=mac, guest=guest.name, detail=detail))
        elif goes_on and piece.begins:
            self._say(console, guest.name, _MISSING)
        console.was_cut = False
        self._recording.add(guest.name, console.transcript, piece.text)
        console.viewers.show(Shown(text=piece.text))

    def _say(self, console: _Console, guest: str, words: str) -> None:
        if console.transcript is not None:
            self._recording.add(guest, console.transcript, words)
        console.viewers.show(Shown(text=words))
        console.viewers.show(Shown(raw=words.replace("\n", "\r\n").encode()))

    def _closed(self, uuid: str, reason: str) -> None:
        if (found := self._machines.whose(uuid)) is None:
            return
        guest, mac = found
        console = self._console(guest.name)
        console.is_open, console.why_not = False, reason or _ENDED
        console.viewers.show(Shown(note=console.why_not))
        if reason:
            detail = {"reason": reason, "remedy": _REMEDIES.get(reason, _REMEDY)}
            now = datetime.now(UTC)
            self._observe(Observation(at=now, seen=Seen.CONSOLE_LOST, mac=mac, guest=guest.name, detail=detail))

    # the worker

    async def _want(self) -> None:
        """Asked again where it came to nothing."""
        wanted = frozenset(uuid for _, uuid in self._machines.guests())
        if wanted == self._wanted or self._driver.why_not:
            return
        try:
            await self._driver.ask(Call.CONSOLES, uuids=sorted(wanted))
            for guest, _ in self._machines.guests():
                if (console := self._consoles.get(guest.name)) is not None and console.viewers.want_raw:
                    await self._want_raw(guest)
        except NetiplError:
            return
        self._wanted = wanted

    async def _want_raw(self, guest: Guest) -> None:
        """While its console is not open there are no bytes, and it is asked again when it is."""
        uuid = self._uuid_of(guest)
        if uuid is not None:
            with suppress(NetiplError):
                wanted = self._console(guest.name).viewers.want_raw
                await self._driver.ask(Call.CONSOLE_RAW, uuid=uuid, wanted=wanted)

    def _uuid_of(self, guest: Guest) -> str | None:
        return next((uuid for each, uuid in self._machines.guests() if each.name == guest.name), None)

    def _of_domain(self, uuid: str) -> _Console | None:
        found = self._machines.whose(uuid)
        return self._console(found[0].name) if found is not None else None

    def _console(self, name: str) -> _Console:
        return self._consoles.setdefault(name, _Console())


def _so_far(kept: Transcripts, guest: str, transcript: str | None) -> str:
    """Nothing, where it could not be recorded."""
    if transcript is not None:
        with suppress(NetiplError):
            return kept.text(guest, transcript)
    return ""
