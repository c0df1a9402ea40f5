"""What one boot has shown so far, as far as its end is judged by it. In memory, for as long as the boot is watched."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from netipl.protocols.tftp.server import Reason
from netipl.provisioning.timeline import Observation, Seen

_MOST_NAMES: Final = 64
"""Names remembered of each kind: the firmware probes twelve."""


@dataclass(slots=True)
class Story:
    """`heard` is when anything was seen last. Names are as the firmware asked for them."""

    heard: datetime
    rule: str = ""
    """What DHCP said of it last: a rule of the one table, or nothing."""
    reason: str = ""
    """The same in words."""
    discovers: int = 0
    missing: list[str] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)
    """Why, by name."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why, by name; of those that began and did not arrive."""
    running: set[str] = field(default_factory=set)
    fetched: set[str] = field(default_factory=set)
    answers: bool = False
    """Whether the guest has fetched its answers."""

    def note(self, observation: Observation) -> None:
        """What was seen becomes part of it."""
        self.heard = observation.at
        name = str(observation.detail.get("name", ""))
        match observation.seen:
            case Seen.DHCP_DISCOVER:
                self.discovers += 1
            case Seen.DHCP_IGNORED | Seen.DHCP_NAK:
                self.rule = str(observation.detail.get("rule", ""))
                self.reason = str(observation.detail.get("reason", ""))
            case Seen.TFTP_MISSING if len(self.missing) < _MOST_NAMES:
                self.missing.append(name)
            case Seen.TFTP_DENIED if len(self.denied) < _MOST_NAMES:
                self.denied[name] = str(observation.detail.get("reason", ""))
            case Seen.TFTP_STARTED:
                self.running.add(name)
                self.failed.pop(name, None)
            case Seen.TFTP_FINISHED:
                self._arrived(name)
            case Seen.TFTP_FAILED if observation.detail.get("reason") == Reason.LAST_UNCONFIRMED:
                self._arrived(name)  # the firmware goes on with it, and says nothing more
            case Seen.TFTP_FAILED:
                self.running.discard(name)
                self.failed[name] = str(observation.detail.get("reason", ""))
            case Seen.ANSWERS_FETCHED:
                self.answers = True

    def _arrived(self, name: str) -> None:
        self.running.discard(name)
        self.failed.pop(name, None)
        self.fetched.add(name)
