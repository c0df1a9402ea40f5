"""Boots: the attempts of guests' firmware that are under way, each with the plan that it pinned at its ACK.

A boot is known by its guest's MAC and the transaction id that its firmware keeps from the first DISCOVER on. What state
it is in follows from what is observed, by the table `TRANSITIONS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from netipl.net import Mac
from netipl.provisioning.plan import Plan
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


MOST = 65_536
"""So many boots are kept; a new one beyond it displaces the oldest."""

_FETCHING = (Seen.TFTP_STARTED, Seen.TFTP_MISSING, Seen.TFTP_DENIED, Seen.TFTP_PROGRESS, Seen.TFTP_FINISHED)
_SIGNS_OF_LIFE = (Seen.KERNEL, Seen.GUEST_ADDRESSED, Seen.CALLBACK)
_BEFORE_KERNEL = (BootState.ASKING, BootState.ADDRESSED, BootState.LOADING)

TRANSITIONS: Mapping[tuple[BootState, Seen], BootState] = {
    (BootState.ASKING, Seen.DHCP_ACK): BootState.ADDRESSED,
    (BootState.ASKING, Seen.BOOTP_REPLY): BootState.ADDRESSED,
    **{(BootState.ADDRESSED, seen): BootState.LOADING for seen in _FETCHING},
    **{(state, Seen.DHCP_RELEASE): BootState.FINISHED for state in _BEFORE_KERNEL},
    **{(state, seen): BootState.STARTED for state in BootState for seen in _SIGNS_OF_LIFE},
}
"""What is observed in a state and is not here changes nothing."""

_MOVES = frozenset(seen for _, seen in TRANSITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """One attempt. `plan` and `address` are there from ADDRESSED on."""

    mac: Mac
    xid: int
    began: datetime
    state: BootState = BootState.ASKING
    address: IPv4Address | None = None
    plan: Plan | None = None


class Boots:
    """The newest boot of each MAC."""

    def __init__(self) -> None:
        self._by_mac: dict[Mac, Boot] = {}
        self._mac_by_address: dict[IPv4Address, Mac] = {}

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

    def begin(self, mac: Mac, xid: int, now: datetime) -> None:
        """A boot with this transaction id, unless it is the one that runs, ends the one before."""
        running = self._by_mac.pop(mac, None)
        if running is None or running.xid != xid:
            running = Boot(mac=mac, xid=xid, began=now)
        self._by_mac[mac] = running
        if len(self._by_mac) > MOST:
            oldest = self._by_mac.pop(next(iter(self._by_mac)))
            if oldest.address is not None and self._mac_by_address.get(oldest.address) == oldest.mac:
                del self._mac_by_address[oldest.address]

    def pin(self, mac: Mac, xid: int, address: IPv4Address, plan: Plan) -> None:
        """Give that boot its address and its plan, once: a boot that has a plan keeps it."""
        boot = self._by_mac.get(mac)
        if boot is None or boot.xid != xid or boot.address not in {None, address}:
            return
        if boot.plan is None:
            self._by_mac[mac] = replace(boot, address=address, plan=plan)
        self._mac_by_address[address] = mac

    def observe(self, observation: Observation) -> Boot | None:
        """Apply what was seen to the boot it belongs to, by MAC or address; that boot if its state changed."""
        boot = self._of(observation) if observation.seen in _MOVES else None
        if boot is None:
            return None
        state = TRANSITIONS.get((boot.state, observation.seen))
        if state is None:
            return None
        changed = self._by_mac[boot.mac] = replace(boot, state=state)
        return changed

    def _of(self, observation: Observation) -> Boot | None:
        if observation.mac is not None:
            return self._by_mac.get(observation.mac)
        return self.at(observation.address) if observation.address is not None else None
