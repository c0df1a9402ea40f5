"""Reads a console as it is printed: what the firmware says of its boot, and when what it started speaks.

A line is read up to its CR too, as errors overwrite a progress display. After the kernel's first words only a new start
of the firmware and a panic are looked for, so a guest that prints much costs little.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from netipl.console import Lines
from netipl.firmware.rulebook.rule import RuleId
from netipl.firmware.spoken.errors import OF_KERNEL, error
from netipl.firmware.spoken.signs import Said, Sign, sign
from netipl.values import value

_ENDS: Final = re.compile(r"[\r\n]+")
_LONGEST: Final = 4096  # characters; what is longer without an end is cut
_TRIES: Final = 10
_TRIED: Final = re.compile(r"(\d\d\d)\x08*(?:done)?$")
_LOADED: Final = re.compile(r"Receiving data:.*?(\d+) KBytes$", re.DOTALL)
_AFTER_KERNEL: Final = ("LOADPARM=[", "Kernel panic - not syncing: ")
"""What is looked for behind a kernel's first words; at the beginning of a line, or behind its time stamp."""
_STAMP: Final = re.compile(r"\[ *\d+\.\d{6}\] ")
_SPEAKERS: Final = {
    Sign.NETWORK: Sign.KERNEL,
    Sign.STARTING: Sign.KERNEL,
    **dict.fromkeys((Sign.DISK, Sign.IPL, Sign.NEXT_DEVICE, Sign.GAVE_UP), Sign.KERNEL_OF_DISK),
}
"""Where the next kernel comes from. Behind the last three it is not said: only a disk is left."""
_DEVICES: Final = frozenset({Sign.IPL, Sign.NEXT_DEVICE, Sign.NETWORK, Sign.DISK})
_OF_ONE_DEVICE: Final = frozenset({RuleId.DISK_NOT_BOOTABLE, RuleId.LOAD_FAILED})
_OF_REIPL: Final = frozenset({Sign.REIPL, Sign.NO_REIPL})
_KERNELS: Final = frozenset({Sign.KERNEL, Sign.KERNEL_OF_DISK})


@value(kw_only=True)
class Progress:
    """How far the firmware is in what it does now: requests for an address, or kilobytes of a file."""

    tries: int = 0
    kilobytes: int | None = None


class ConsoleReading:
    """Of one console from its first piece on, or from where somebody came to it."""

    def __init__(self) -> None:
        self._rest = ""
        self._speaker: Sign | None = None
        """What a kernel's first word would be; None where nothing is known yet."""
        self._device: Sign | None = None
        self._goes_on = False
        """Whether the firmware turns to another device when it says anew what it says first."""
        self._is_firmware = False
        """Whether the firmware has spoken last, so that what sounds like it is its own."""
        self._is_started = False
        """Whether what it has started may speak now, whatever it says."""
        self._speaks_reipl = False
        """Whether the re-IPL program may speak."""
        self._has_spoken = False

    @property
    def progress(self) -> Progress | None:
        """Of the line that is still being written."""
        if found := _LOADED.search(self._rest):
            return Progress(kilobytes=int(found[1]))
        if "via DHCP:" in self._rest and (tries := _tries(self._rest)):
            return Progress(tries=tries)
        return None

    def feed(self, text: str) -> list[Said]:
        """The signs in what was printed, in their order."""
        text = self._rest + text
        if self._has_spoken and not any(words in text for words in _AFTER_KERNEL):
            self._rest = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :][-_LONGEST:]
            return []
        return self._told(text)

    def _told(self, text: str) -> list[Said]:
        told: list[Said] = []
        begin = 0
        for end in _ENDS.finditer(text):
            told += self._line(text[begin : end.start()])
            begin = end.end()
        self._rest = text[begin:][-_LONGEST:]
        return told

    def _line(self, raw: str) -> Iterator[Said]:
        line = _shown(raw)
        if not line:
            return
        said = self._complaint(line) or sign(line)
        if said is not None and said.sign in _OF_REIPL and not self._speaks_reipl:
            said = None
        if said is None and self._is_started:
            said = Said(sign=Sign.KERNEL, line=line)
        if said is not None:
            yield from self._meant(said, raw)

    def _complaint(self, line: str) -> Said | None:
        """Only the firmware's are looked for where it speaks, and only the kernel's behind it."""
        said = error(_STAMP.sub("", line)) if self._is_firmware or self._has_spoken else None
        return said if said is None or not self._has_spoken or said.rule in OF_KERNEL else None

    def _meant(self, said: Said, raw: str) -> Iterator[Said]:
        if self._has_spoken and said.sign not in {Sign.IPL, Sign.ERROR}:
            return
        if said.sign is Sign.IPL and self._goes_on:
            said = replace(said, sign=Sign.NEXT_DEVICE)
        elif said.sign is Sign.DHCP:
            said = replace(said, facts={"tries": _tries(raw) or 1})
        elif said.sign is Sign.KERNEL:
            said = replace(said, sign=self._speaker or Sign.KERNEL)
        if said.sign is not Sign.DISK or self._device is not Sign.DISK:  # it says several things of one
            yield said
        self._turn(said)

    def _turn(self, said: Said) -> None:
        """Whose word the next one is."""
        self._speaker = _SPEAKERS.get(said.sign, self._speaker)
        self._device = said.sign if said.sign in _DEVICES else self._device
        self._goes_on = said.sign in {Sign.GAVE_UP, Sign.REIPL} or said.rule in _OF_ONE_DEVICE
        self._is_started = said.sign is Sign.STARTING
        self._speaks_reipl = said.sign in {Sign.STARTING, *_OF_REIPL}
        self._has_spoken = said.sign in _KERNELS or said.rule in OF_KERNEL
        self._is_firmware = not self._has_spoken


def _shown(raw: str) -> str:
    if "\b" not in raw:
        return raw.strip()
    lines = Lines()
    lines.feed(raw)
    return lines.current.strip()


def _tries(raw: str) -> int:
    found = _TRIED.search(raw)
    return _TRIES + 1 - int(found[1]) if found else 0
