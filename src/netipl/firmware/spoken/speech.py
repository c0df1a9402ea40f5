"""What one network boot has said for itself so far, and by that why it failed, if it did.

A complaint may be followed by something that works (a boot file that is not there, by the names that are probed), so it
is the cause only of a boot that ended, and the last one is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from netipl.firmware.limits import PROBED_CONFIGURATION
from netipl.firmware.rulebook.rule import RuleId
from netipl.firmware.spoken.signs import Said, Sign

_PASSED_OVER: Final = frozenset(
    {
        RuleId.LINE_NOT_UNDERSTOOD,
        RuleId.KEYWORD_UNKNOWN,
        RuleId.NAME_UNRESOLVED,
        RuleId.FILE_EMPTY,
        RuleId.DISK_NOT_BOOTABLE,
        RuleId.NO_ADDRESS,
        RuleId.NO_DEVICE,
    }
)
"""Complaints with which a boot goes on, or that only say that it ended: causes where nothing better is said."""

_ENDS: Final = frozenset({RuleId.MACHINE_TOO_OLD, RuleId.ENTRY_MISSING})
"""Nothing comes after these, and nothing says so."""

_BEGINNINGS: Final = frozenset({Sign.IPL, Sign.NETWORK})

_MOST: Final = 64
"""Signs of a kind that are kept: a boot has a dozen."""

_FINER: Final[Mapping[RuleId, Callable[[Said], RuleId]]] = {
    RuleId.FILE_TOO_LARGE: lambda said: (
        RuleId.CONFIGURATION_TOO_LARGE
        if said.facts.get("room") == str(PROBED_CONFIGURATION)
        else RuleId.MEMORY_EXCEEDED
    ),
}
"""Rules that share their words, told apart by what is said beside."""


@dataclass(slots=True)
class Speech:
    """Empty where nobody hears the console."""

    received: list[Said] = field(default_factory=list)
    complaints: list[Said] = field(default_factory=list)
    entry: int | None = None
    """How many files it had when it chose an entry of a configuration."""
    is_listed: bool = False
    """Whether it read an .ins list last."""
    is_probing: bool = False
    """Whether it looks for configurations, and has found none."""
    is_starting: bool = False
    """Whether it has said that it starts what it loaded."""
    has_started: bool = False
    """Whether that has spoken."""
    has_given_up: bool = False

    def note(self, said: Said) -> None:
        """One more thing that it said."""
        match said.sign:
            case Sign.RECEIVED:
                self.is_probing = False
                self._keep(self.received, said)
            case Sign.ENTRY:
                self.entry = len(self.received)
            case Sign.LIST:
                self.is_listed = True
            case Sign.PROBING:
                self.is_probing, self.is_listed = True, False
            case Sign.STARTING:
                self.is_starting = True
            case Sign.KERNEL | Sign.KERNEL_OF_DISK | Sign.REIPL | Sign.NO_REIPL:
                self.has_started = True
            case Sign.ERROR if not self.has_given_up:  # behind that, complaints are of the next device
                self._keep(self.complaints, said)
                self.has_given_up |= said.rule in _ENDS
            case Sign.GAVE_UP:
                self.has_given_up = True
                if said.rule in _ENDS:
                    self._keep(self.complaints, said)

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come of what it started."""
        return self.is_starting and not self.has_started and not self.has_given_up

    @property
    def cause(self) -> Said | None:
        """The complaint that it ended for, under the rule that fits best; None where it made none."""
        weighty = [said for said in self.complaints if said.rule not in _PASSED_OVER]
        return next(reversed(weighty or self.complaints), None)

    @property
    def rule(self) -> RuleId | None:
        """Of one that has given up, with or without a complaint."""
        if not self.has_given_up:
            return None
        said = self.cause
        if said is None or said.rule is None:
            return RuleId.NO_CONFIGURATION if self.is_probing else RuleId.LOAD_FAILED
        return _FINER[said.rule](said) if said.rule in _FINER else said.rule

    def then(self, said: Said) -> "Speech":
        """This one with `said` noted; a new one where another boot begins. One that gave up may go on with a disk."""
        speech = Speech() if said.sign in _BEGINNINGS and not self.has_given_up else self
        speech.note(said)
        return speech

    def _keep(self, kept: list[Said], said: Said) -> None:
        if len(kept) < _MOST:
            kept.append(said)
