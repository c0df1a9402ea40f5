"""What came of simulated boots: one word and one sentence for each, and the numbers of all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netipl.firmware.kernel import Started
from netipl.firmware.netboot import Verdict
from netipl.firmware.rules import RULES
from netipl.machines.simulated.attempt import Attempt

KERNEL: Final = Verdict.KERNEL.value
NO_KERNEL: Final = "no-kernel"
UNFINISHED: Final = "unfinished"

WORDS: Final = {
    KERNEL: "the kernel is started",
    NO_KERNEL: "what is started is no kernel: the guest crashes or hangs",
    UNFINISHED: "not finished within the limit",
    Verdict.NEXT_DEVICE.value: "the network boot failed, and the next boot device is tried",
    Verdict.HALTED.value: "the network boot failed, and the guest stops",
    Verdict.MENU.value: "the firmware waits for a choice from its menu",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one boot ended. `seconds` are from the first packet to the end; `cause` is a rule's name or empty."""

    verdict: str
    cause: str = ""
    remedy: str = ""
    seconds: float = 0.0
    loaded: int = 0

    @property
    def booted(self) -> bool:
        return self.verdict == KERNEL

    @property
    def reason(self) -> str:
        """What outcomes are counted by."""
        return self.cause or self.verdict

    @property
    def words(self) -> str:
        return WORDS[self.verdict]


def outcome(attempt: Attempt) -> Outcome:
    """Of an attempt that has ended. A boot that got its kernel has no cause."""
    finished = attempt.finished
    if finished is None:
        return Outcome(verdict=UNFINISHED, seconds=_seconds(attempt))
    verdict = NO_KERNEL if finished.started is Started.NOTHING else finished.verdict.value
    cause = finished.cause if verdict != KERNEL else None
    return Outcome(
        verdict=verdict,
        cause=cause.value if cause is not None else "",
        remedy=RULES[cause].remedy if cause is not None else "",
        seconds=_seconds(attempt),
        loaded=sum(file.size for file in finished.files),
    )


def _seconds(attempt: Attempt) -> float:
    return 0.0 if attempt.ended is None else attempt.ended - attempt.began


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Of all boots. Times in seconds to the kernel, None where none got there; `reasons` counts all boots."""

    guests: int
    booted: int
    reasons: dict[str, int]
    p50: float | None
    p99: float | None
    seconds: float
    megabytes_per_second: float


def summary(attempts: Sequence[Attempt]) -> Summary:
    """Of attempts that have ended, of which there is at least one."""
    outcomes = [outcome(attempt) for attempt in attempts]
    times = sorted(each.seconds for each in outcomes if each.booted)
    began = min(attempt.began for attempt in attempts)
    seconds = max(attempt.ended or began for attempt in attempts) - began
    loaded = sum(each.loaded for each in outcomes)
    return Summary(
        guests=len(outcomes),
        booted=len(times),
        reasons=dict(Counter(each.reason for each in outcomes).most_common()),
        p50=percentile(times, 50),
        p99=percentile(times, 99),
        seconds=seconds,
        megabytes_per_second=loaded / seconds / 1e6 if seconds else 0.0,
    )


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest rank: the smallest of them that so many percent do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None
