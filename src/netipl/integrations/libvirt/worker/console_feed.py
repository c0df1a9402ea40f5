"""What was read of one console, until it is told: made safe, read, with secrets hidden, and no more than can be taken.

All that costs anything is done here, in the worker: the daemon gets some pieces of text a second, however many lines
they have.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from netipl.console import SafeText
from netipl.firmware.spoken.reading import ConsoleReading, Progress
from netipl.firmware.spoken.signs import Said, Sign
from netipl.integrations.libvirt.console import Piece, Printed
from netipl.provisioning.tokens import Hiding

_BEGINNING: Final = "LOADPARM=["
_FIRMWARE: Final = re.compile(f"(?={re.escape(_BEGINNING)})")
_MOST_HELD: Final = 4 << 20
"""Characters that wait for the daemon."""
_BURST: Final = 200
_A_SECOND: Final = 10.0
"""Signs that a console may give at once, and in each second: a guest can print what it likes."""
_IDLE: Final = 0.2
"""Seconds after which what is not yet known to be a secret is shown."""
_BETWEEN_PROGRESS: Final = 0.5


@dataclass(slots=True)
class _Part:
    text: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    begins: bool = False


class ConsoleFeed:
    """Of the domain `uuid`. Times are seconds that only grow, but for `at` of `take`."""

    def __init__(self, uuid: str, now: float) -> None:
        self.wants_raw = False
        self._uuid = uuid
        self._safe, self._reading, self._hiding = SafeText(), ConsoleReading(), Hiding()
        self._parts = [_Part(begins=True)]
        self._held = self._missed = 0
        self._raw = bytearray()
        self._allowed, self._counted = float(_BURST), now
        self._read = now
        self._progress: Progress | None = None
        self._progress_told = now

    def read(self, data: bytes, now: float) -> None:
        """What the console printed next."""
        self._read = now
        if self._held > _MOST_HELD:
            self._missed += len(data)
            return
        if self.wants_raw:
            self._raw += data
        text = self._safe.feed(data)
        for part in _FIRMWARE.split(text) if _BEGINNING in text else (text,):
            if part:
                self._take_in(part, now)

    def take(self, now: float, at: float) -> Printed | None:
        """What is to be told, if anything is."""
        if now - self._read >= _IDLE:
            self._keep(self._hiding.shown())
        pieces = tuple(
            Piece(text="".join(part.text), said=tuple(part.said), begins=part.begins)
            for part in self._parts
            if part.text or part.said
        )
        printed = Printed(
            uuid=self._uuid,
            at=at,
            pieces=pieces,
            progress=self._new_progress(now),
            raw=bytes(self._raw),
            missed=self._missed,
        )
        if pieces:
            self._parts = [_Part()]
        self._held = self._missed = 0
        self._raw.clear()
        return printed if pieces or printed.progress is not None or printed.raw or printed.missed else None

    def _take_in(self, text: str, now: float) -> None:
        said = self._reading.feed(text)
        if said and said[0].sign is Sign.IPL and any(part.text for part in self._parts):
            self._parts.append(_Part(begins=True))
        self._keep(self._hiding.feed(text))
        self._parts[-1].said += said[: self._allowance(len(said), now)]

    def _keep(self, text: str) -> None:
        if text:
            self._parts[-1].text.append(text)
            self._held += len(text)

    def _allowance(self, wanted: int, now: float) -> int:
        self._allowed = min(_BURST, self._allowed + (now - self._counted) * _A_SECOND)
        self._counted = now
        given = min(wanted, int(self._allowed))
        self._allowed -= given
        return given

    def _new_progress(self, now: float) -> Progress | None:
        progress = self._reading.progress
        if progress == self._progress or now - self._progress_told < _BETWEEN_PROGRESS:
            return None
        self._progress, self._progress_told = progress, now
        return progress
