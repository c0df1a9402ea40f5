"""What one boot has shown so far, as far as its end is judged by it. In memory, for as long as the boot is watched.

Names are those of the tree, however the firmware writes them: it asks for `/pxelinux.cfg/...` where its boot file is
`/` (firmware.md, "Probing").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from netipl.errors import RefusedError
from netipl.firmware.limits import BLOCK_SIZE
from netipl.firmware.spoken.speech import Speech
from netipl.protocols.tftp.resolution import checked
from netipl.protocols.tftp.server import Reason
from netipl.provisioning.timeline import Observation, Seen

BY_TFTP: Final = frozenset(seen for seen in Seen if seen.startswith("tftp-"))

_MOST_NAMES: Final = 64
"""Names remembered of each kind: the firmware probes twelve."""


@dataclass(slots=True)
class Story:
    """`heard` is when anything was seen last."""

    heard: datetime
    is_whole: bool = True
    """Whether it was watched from its beginning: not by this process, if it began before."""
    is_released: bool = False
    """Whether its firmware has given its address back."""
    has_spent: bool = False
    """Whether it has spent a build."""
    rule: str = ""
    """What DHCP said of it last: a rule of the one table, or nothing."""
    reason: str = ""
    """The same in words."""
    discovers: int = 0
    offers: int = 0
    missing: list[str] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)
    """Why, by name."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why, by name; of those that began and did not arrive."""
    running: dict[str, int] = field(default_factory=dict)
    """How many bytes are not acknowledged yet, as far as is known, by name."""
    fetched: dict[str, None] = field(default_factory=dict)
    """Names in the order in which they arrived."""
    answers: bool = False
    """Whether the guest has fetched its answers."""
    unanswered: str = ""
    """Why it was given none, when it asked last."""
    speech: Speech = field(default_factory=Speech)
    """What its console said."""
    spoke: datetime | None = None
    """When that was said last."""
    is_silence_told: bool = False
    """Whether somebody was told that nothing came of what it started."""
    left: datetime | None = None
    """When its machine stopped or crashed, under it or behind it, if it did."""
    has_crashed: bool = False

    @property
    def has_asked(self) -> bool:
        """Whether it has asked for any file."""
        return bool(self.fetched or self.running or self.failed or self.missing or self.denied)

    @property
    def unconfirmed(self) -> set[str]:
        """Names of which all has arrived but the last block, or that too: its ACK may be lost or late."""
        return {name for name, left in self.running.items() if left <= BLOCK_SIZE}

    def note(self, observation: Observation) -> None:
        """What was seen becomes part of it."""
        self.heard = observation.at
        detail = observation.detail
        match observation.seen:
            case Seen.DHCP_DISCOVER:
                self.discovers += 1
            case Seen.DHCP_OFFER:
                self.offers += 1
            case Seen.DHCP_RELEASE:
                self.is_released = True
            case Seen.DHCP_IGNORED | Seen.DHCP_NAK:
                self.rule, self.reason = str(detail.get("rule", "")), str(detail.get("reason", ""))
            case Seen.ANSWERS_FETCHED:
                self.answers = True
            case Seen.ANSWERS_FAILED:
                self.unanswered = str(detail.get("reason", ""))
            case seen if seen in BY_TFTP:
                self._note_file(seen, _name(observation), detail)

    def _note_file(self, seen: Seen, name: str, detail: Mapping[str, str | int | float]) -> None:
        reason = str(detail.get("reason", ""))
        if seen is not Seen.TFTP_MISSING:
            self.running.pop(name, None)
            self.failed.pop(name, None)
        match seen:
            case Seen.TFTP_MISSING if len(self.missing) < _MOST_NAMES:
                self.missing.append(name)
            case Seen.TFTP_DENIED if len(self.denied) < _MOST_NAMES:
                self.denied[name] = reason
            case Seen.TFTP_STARTED | Seen.TFTP_PROGRESS:
                self.running[name] = int(detail.get("size", 0)) - int(detail.get("sent", 0))
            case Seen.TFTP_FAILED if reason != Reason.LAST_UNCONFIRMED:
                self.failed[name] = reason
            case Seen.TFTP_FINISHED | Seen.TFTP_FAILED:  # the firmware goes on without its last ACK, and says no more
                self.fetched[name] = None


def _name(observation: Observation) -> str:
    """Of the tree, from the Latin-1 in which TFTP reports the bytes of a request."""
    asked = str(observation.detail.get("name", ""))
    try:
        return checked(asked.encode("latin-1", "replace"))
    except RefusedError:
        return asked
