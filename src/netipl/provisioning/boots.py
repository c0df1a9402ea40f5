"""Boots: the attempts of guests' firmware that are under way, each with the plan that it pinned at its ACK.

A boot is known by its guest's MAC and the transaction id that its firmware keeps from the first DISCOVER on. What state
it is in follows from what is observed, by the table `TRANSITIONS`; why it failed is decided in causes.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from netipl.firmware.rules import RuleId
from netipl.net import Mac
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.story import Story
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
_SIGNS_OF_LIFE = (Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.CALLBACK, Seen.ANSWERS_FETCHED, Seen.INSTALLER)
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
    plan: Plan | None = None

    @property
    def id(self) -> str:
        """Unique, and growing with time for each MAC."""
        at = self.began
        return f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03}-{self.mac.octets.hex()}-{self.xid:08x}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class Boots:
    """The newest boot of each MAC."""

    def __init__(self) -> None:
        self._by_mac: dict[Mac, Boot] = {}
        self._mac_by_address: dict[IPv4Address, Mac] = {}
        self._stories: dict[Mac, Story] = {}

    def story(self, boot: Boot) -> Story:
        """What it has shown so far."""
        return self._stories.setdefault(boot.mac, Story(boot.began))

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

    def begin(self, mac: Mac, xid: int, now: datetime, *, network: str = "", guest: str | None = None) -> Boot | None:
        """A boot with this transaction id, if it is a new one, in place of the one before."""
        running = self._by_mac.pop(mac, None)
        is_new = running is None or running.xid != xid
        boot = Boot(mac=mac, xid=xid, began=now, network=network, guest=guest) if is_new else running
        assert boot is not None
        self._by_mac[mac] = boot
        if is_new:
            self._stories[mac] = Story(now)
        if len(self._by_mac) > MOST:
            oldest = self._by_mac.pop(next(iter(self._by_mac)))
            self._stories.pop(oldest.mac, None)
            if oldest.address is not None and self._mac_by_address.get(oldest.address) == oldest.mac:
                del self._mac_by_address[oldest.address]
        return boot if is_new else None

    def pin(self, mac: Mac, xid: int, address: IPv4Address, plan: Plan) -> Boot | None:
        """Give that boot its address and its plan; the boot, but None where it had a plan, which it keeps."""
        boot = self._by_mac.get(mac)
        if boot is None or boot.xid != xid or boot.address not in {None, address}:
            return None
        self._mac_by_address[address] = mac
        if boot.plan is not None:
            return None
        pinned = replace(boot, address=address, plan=plan, purpose=plan.purpose, build=plan.build)
        self._by_mac[mac] = pinned
        return pinned

    def put(self, boot: Boot) -> None:
        """`boot` is now so; the newest of its MAC. Of one without a plan, the plan is made when it is asked for."""
        self._by_mac[boot.mac] = boot
        if boot.address is not None:
            self._mac_by_address[boot.address] = boot.mac

    def reload(self, stored: Iterable[Boot]) -> None:
        """After a commit that failed: a boot whose address and plan are not stored has them no more, and pins anew."""
        kept = {boot.id for boot in stored if boot.address is not None}
        for mac, boot in self._by_mac.items():
            if boot.address is not None and boot.id not in kept:
                self._by_mac[mac] = Boot(
                    mac=mac, xid=boot.xid, began=boot.began, network=boot.network, guest=boot.guest
                )

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
        """The boot that this is about."""
        if observation.mac is not None:
            return self._by_mac.get(observation.mac)
        return self.at(observation.address) if observation.address is not None else None
