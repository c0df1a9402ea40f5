"""One DHCP message in the place where it is answered, and the ways to say what follows from it."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning.allocation import Addresses
from netipl.provisioning.boot_clients import boots_s390
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.changes import Change, LeaseForgotten, LeaseSet
from netipl.provisioning.exchange import Arrival, BootPlan, Outcome
from netipl.provisioning.identity import Client, name_of
from netipl.provisioning.timeline import Observation, Seen
from netipl.values import value

FOREVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a lease that has none: a plain BOOTP client never renews."""
_SHORTEST_LEASE: Final = timedelta(minutes=2)


@value(kw_only=True)
class Query:
    """`message` of `client` in `network`, whose addresses are `addresses`."""

    message: Message
    arrival: Arrival
    network: Network
    addresses: Addresses
    client: Client
    now: datetime
    boot: BootPlan

    @property
    def lease_time(self) -> timedelta:
        """The network's, or what the client asks for when that is less (RFC 2131, 4.3.1)."""
        longest, wish = self.network.lease_time, self.message.options.lease_time
        return longest if wish is None else min(longest, max(wish, _SHORTEST_LEASE))

    def boot_fields(self, address: IPv4Address) -> BootFields | None:
        """What the client boots with `address`; None for nothing, and for a client that is no s390."""
        if not boots_s390(self.message.options):
            return None
        return self.boot(self.client.guest, self.network, address)

    def bound(self, address: IPv4Address, until: datetime) -> tuple[Change, ...]:
        """The client has `address` now, and no other in this network."""
        before = self.addresses.lease_of(self.client.owner)
        lease = LeaseSet(self.lease(address, LeaseState.BOUND, until))
        if before is None or before.address == address:
            return (lease,)
        return LeaseForgotten(self.network.name, before.address), lease

    def lease(self, address: IPv4Address, state: LeaseState, until: datetime) -> Lease:
        client = self.client
        return Lease(
            network=self.network.name,
            address=address,
            mac=client.mac,
            client_id=client.client_id,
            guest=name_of(client.guest),
            state=state,
            expires=until,
            xid=self.message.xid,
            hostname=self._hostname(),
        )

    def _hostname(self) -> str:
        """What the client says now, or said before: a RELEASE says nothing, nor does the firmware."""
        before = self.addresses.lease_of(self.client.owner)
        return self.message.options.host_name or ("" if before is None else before.hostname)

    def saw(self, seen: Seen, address: IPv4Address | None = None, /, **detail: str | int) -> Observation:
        """An observation of the client."""
        client = self.client
        return Observation(
            at=self.now, seen=seen, mac=client.mac, address=address, guest=name_of(client.guest), detail=detail
        )

    def ignored(self, reason: str, **detail: str) -> Outcome:
        """No answer, and why."""
        return Outcome(observations=(self.saw(Seen.DHCP_IGNORED, reason=reason, **detail),))

    def exhausted(self) -> Outcome:
        """No answer, since the network has no address to give."""
        name = self.network.name
        rule = RuleId.NO_FREE_ADDRESS
        return self.ignored(f"network {name} has no address left for it", rule=rule, remedy=RULES[rule].remedy)


def file_shown(boot: BootFields | None) -> str:
    """The boot file for an observation."""
    return "" if boot is None else boot.file.decode(errors="backslashreplace")
