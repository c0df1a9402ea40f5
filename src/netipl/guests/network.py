"""A network that netipl serves: its subnet, its addresses, and whom it answers."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod
from netipl.net import AddressRange


class UnknownClients(StrEnum):
    """What a client that is no known guest gets."""

    IGNORE = "ignore"
    POOL = "pool"
    """An address, and the default files."""
    REGISTER = "register"
    """Nothing yet: firmware that asks becomes a discovered guest, which waits for approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One IPv4 subnet. `server` is our address for it: DHCP server identifier, next server and TFTP server.

    `interface` is None for a subnet that only relays reach. `router` defaults to `server` when replies are made, since
    the firmware takes a netmask only together with a router.
    """

    name: str
    subnet: IPv4Network
    server: IPv4Address
    interface: str | None = None
    router: IPv4Address | None = None
    dns: tuple[IPv4Address, ...] = ()
    domain: str | None = None
    pools: tuple[AddressRange, ...] = ()
    relays: frozenset[IPv4Address] = frozenset()
    lease_time: timedelta = timedelta(hours=1)
    authoritative: bool = False
    unknown: UnknownClients = UnknownClients.IGNORE
    firmware: Version | None = None
    """The QEMU version of guests that name none."""
    method: BootMethod | None = None
    """How guests boot that name no method."""
