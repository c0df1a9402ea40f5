"""Boots: the attempts of guests' firmware that are under way, each with the plan that it pinned at its ACK.

A boot is known by its guest's MAC and the transaction id that its firmware keeps from the first DISCOVER on. What state
it is in follows from what is observed, by the table `TRANSITIONS`; why it failed is decided in causes.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Address

from netipl.firmware.rules import RuleId
from netipl.net import Mac
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.story import BY_TFTP, Story
from netipl.provisioning.timeline import Observation, Seen


class BootState(StrEnum):
    """How far a boot has come, as seen from outside."""

    ASKING = "asking"
    """Its firmware asks for an address."""
    ADDRESSED = "addressed"
    """It has one, and a plan."""
    LOADING = "loading"
    """It fetches files."""
    FINISHED = "finished"
    """The firmware gave its address back: it has loaded all, or failed (firmware.md, "Order of events")."""
    STARTED = "started"
    """The guest's own system speaks: by DHCP, by HTTP or on the console."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The guest began another boot before this one had started anything."""


OVER = frozenset({BootState.STARTED, BootState.FAILED, BootState.INTERRUPTED})
"""The states in which the firmware has no part any more."""


MOST = 65_536
"""So many boots are kept; a new one beyond it displaces the oldest."""

_FETCHING = (Seen.TFTP_STARTED, Seen.TFTP_MISSING, Seen.TFTP_DENIED, Seen.TFTP_PROGRESS, Seen.TFTP_FINISHED)
_ASKED = (Seen.ANSWERS_FETCHED, Seen.ANSWERS_FAILED)
_SIGNS_OF_LIFE = (Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.CALLBACK, *_ASKED, Seen.INSTALLER)
_BEFORE_KERNEL = (BootState.ASKING, BootState.ADDRESSED, BootState.LOADING)
_BEFORE_LIFE = (*_BEFORE_KERNEL, BootState.FINISHED, BootState.FAILED)

TRANSITIONS: Mapping[tuple[BootState, Seen], BootState] = {
    (BootState.ASKING, Seen.DHCP_ACK): BootState.ADDRESSED,
    (BootState.ASKING, Seen.BOOTP_REPLY): BootState.ADDRESSED,
    **{(BootState.ADDRESSED, seen): BootState.LOADING for seen in _FETCHING},
    **{(state, Seen.DHCP_RELEASE): BootState.FINISHED for state in _BEFORE_KERNEL},
    **{(state, seen): BootState.STARTED for state in _BEFORE_LIFE for seen in _SIGNS_OF_LIFE},
}
"""What is observed in a state and is not here changes nothing."""

_MOMENT = "%Y%m%dT%H%M%S%f"

_MOVES = frozenset(seen for _, seen in TRANSITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """One attempt. `address`, `purpose` and, in the process that made it, `plan` are there from ADDRESSED on."""

    mac: Mac
    xid: int
    began: datetime
    network: str = ""
    guest: str | None = None
    state: BootState = BootState.ASKING
    since: datetime | None = None
    """When it came into this state; None means when it began."""
    address: IPv4Address | None = None
    purpose: Purpose | None = None
    build: str | None = None
    """The build that its plan belongs to."""
    rule: RuleId | None = None
    """What made it fail, in the one table of rules."""
    cause: str = ""
    """The same in words, about this boot."""
    plan: Plan | None = field(default=None, repr=False)  # its texts hold the token of its build

    @property
    def id(self) -> str:
        """Unique, and growing with time for each MAC."""
        return f"{self.began:{_MOMENT}}-{self.mac.octets.hex()}-{self.xid:08x}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER


def began(identifier: str) -> datetime:
    """When the boot with this identifier began."""
    return datetime.strptime(identifier.partition("-")[0], _MOMENT).replace(tzinfo=UTC)


class Boots:
    """The newest boot of each MAC."""

    def __init__(self) -> None:
        self._by_mac: dict[Mac, Boot] = {}
        self._mac_by_address: dict[IPv4Address, Mac] = {}
        self._stories: dict[Mac, Story] = {}

    def story(self, boot: Boot) -> Story:
        """What it has shown so far."""
        return self._stories[boot.mac]

    def __iter__(self) -> Iterator[Boot]:
        return iter(self._by_mac.values())

    def of(self, mac: Mac) -> Boot | None:
        """The newest boot of this MAC."""
        return self._by_mac.get(mac)

    def at(self, address: IPv4Address) -> Boot | None:
        """The boot that has this address."""
        mac = self._mac_by_address.get(address)
        boot = self._by_mac.get(mac) if mac is not None else None
        return boot if boot is not None and boot.address == address else None

    def begin(self, mac: Mac, xid: int, now: datetime, *, network: str = "", guest: str | None = None) -> Boot:
        """A new boot, in place of the one before."""
        self._by_mac.pop(mac, None)
        boot = self._by_mac[mac] = Boot(mac=mac, xid=xid, began=now, network=network, guest=guest)
        self._stories[mac] = Story(now)
        if len(self._by_mac) > MOST:
            oldest = self._by_mac.pop(next(iter(self._by_mac)))
            del self._stories[oldest.mac]
            if oldest.address is not None and self._mac_by_address.get(oldest.address) == oldest.mac:
                del self._mac_by_address[oldest.address]
        return boot

    def pin(self, mac: Mac, xid: int, address: IPv4Address, plan: Plan) -> Boot | None:
        """Give that boot its address and its plan; None where it has them already: it keeps its plan at that address.

        At another address it is given another plan, as names in it may hold the address.
        """
        boot = self._by_mac.get(mac)
        if boot is None or boot.xid != xid:
            return None
        self._mac_by_address[address] = mac
        if boot.plan is not None and boot.address == address:
            return None
        pinned = replace(boot, address=address, plan=plan, purpose=plan.purpose, build=plan.build)
        self._by_mac[mac] = pinned
        return pinned

    def put(self, boot: Boot) -> None:
        """The newest boot of its MAC is now so."""
        self._by_mac[boot.mac] = boot

    def take_up(self, boot: Boot) -> None:
        """`boot` began before this process did: what it showed until now is not known."""
        self._by_mac[boot.mac] = boot
        self._stories[boot.mac] = Story(
            boot.since or boot.began, is_whole=False, is_released=boot.state is BootState.FINISHED
        )
        holder = self.at(boot.address) if boot.address is not None else None
        if boot.address is not None and (holder is None or holder.began <= boot.began):
            self._mac_by_address[boot.address] = boot.mac

    def reload(self, stored: Iterable[Boot]) -> None:
        """After a commit that failed: a plan whose pinning is not stored was never given away, and is no more."""
        kept = {boot.id: (boot.address, boot.build) for boot in stored}
        pinned = [boot for boot in self if boot.plan is not None]
        for boot in [boot for boot in pinned if kept.get(boot.id) != (boot.address, boot.build)]:
            self._by_mac[boot.mac] = replace(
                boot, state=BootState.ASKING, since=None, address=None, plan=None, purpose=None, build=None
            )
            self._give_back(boot.address, boot.mac)

    def _give_back(self, address: IPv4Address | None, mac: Mac) -> None:
        """`mac` has not got this address after all: it is still that of the boot before."""
        if address is not None and self._mac_by_address.get(address) == mac:
            others = [boot for boot in self if boot.address == address]
            newest = max(others, key=lambda boot: boot.began, default=None)
            if newest is not None:
                self._mac_by_address[address] = newest.mac
            else:
                del self._mac_by_address[address]

    def observe(self, observation: Observation) -> Boot | None:
        """Apply what was seen to the boot it belongs to, by MAC or address; that boot if its state changed."""
        boot = self.concerned(observation) if observation.seen in _MOVES else None
        if boot is None:
            return None
        state = TRANSITIONS.get((boot.state, observation.seen))
        if state is None:
            return None
        changed = self._by_mac[boot.mac] = replace(boot, state=state, since=observation.at)
        return changed

    def concerned(self, observation: Observation) -> Boot | None:
        """The boot that this is about: what TFTP saw, by the address alone, which a boot has from its ACK on."""
        if observation.mac is not None and observation.seen not in BY_TFTP:
            return self._by_mac.get(observation.mac)
        return self.at(observation.address) if observation.address is not None else None
