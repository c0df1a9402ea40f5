"""Who may have answers and is believed as an installer: who shows the token of a build, from its guest's address.

The token alone never suffices, since command lines are readable; nor does the address, which nobody on the same segment
needs to prove.
"""

from datetime import datetime
from ipaddress import IPv4Address

from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.lease import LeaseState
from netipl.guests.network import Network
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.tokens import Tokens
from netipl.values import value


@value()
class Admitted:
    """The installer of `build`, which runs on `guest` in `network`."""

    guest: Guest
    build: Build
    network: Network


def admitted(inventory: Inventory, tokens: Tokens, peer: IPv4Address, token: str, now: datetime) -> Admitted | None:
    """Who asks from `peer` and shows `token`; None for nobody."""
    lease = inventory.lease_with(peer)
    if lease is None or lease.state is LeaseState.DECLINED:
        return None
    guest, network = inventory.guest_of(lease), inventory.network(lease.network)
    build = inventory.build_of(guest) if guest is not None else None
    if guest is None or network is None or build is None or not tokens.is_good(token, build, now):
        return None
    return Admitted(guest, build, network)
