"""What the firmware would do with a file, for the screen and for JSON."""

from dataclasses import dataclass

from netipl.firmware import verdict as firmware
from netipl.firmware.limits import limits_of
from netipl.firmware.rehearsal import Held, Shelf
from netipl.firmware.verdict import Place, Verdict
from netipl.firmware.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The firmware and the guest that are asked about; `memory` in bytes."""

    version: Version | None
    memory: int
    shelf: Shelf

    def verdict(self, place: Place, file: Held) -> Verdict:
        """Of `file` at `place`."""
        return firmware.verdict(place, file, self.shelf, limits=limits_of(self.version), memory=self.memory)


def as_json(verdict: Verdict) -> dict[str, object]:
    """For JSON."""
    return {"works": verdict.works, "firmware": verdict.words, "remedy": verdict.remedy or None}


def line(place: Place, verdict: Verdict) -> str:
    """For people."""
    remedy = f"; {verdict.remedy}" if verdict.remedy else ""
    return f"  as {place:<11} {'yes' if verdict.works else 'no'}: the firmware {verdict.words}{remedy}"
