"""Whom an installer is believed to be: the build whose token it shows, from the address that its guest has leased."""

from datetime import datetime
from ipaddress import IPv4Address

from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.tokens import Tokens
from netipl.values import value


@value()
class Installer:
    """The installer of `build`, on `guest` in `network`."""

    guest: Guest
    build: Build
    network: Network


def installer(inventory: Inventory, tokens: Tokens, peer: IPv4Address, token: str, now: datetime) -> Installer | None:
    """Who is at `peer` and shows `token`; None for everybody else. An address alone proves nothing, nor a token."""
    lease = inventory.lease_with(peer)
    if lease is None:
        return None
    guest, network = inventory.guest_of(lease), inventory.network(lease.network)
    build = inventory.build_of(guest) if guest is not None else None
    if guest is None or network is None or build is None or not tokens.is_good(token, build, now):
        return None
    return Installer(guest, build, network)
