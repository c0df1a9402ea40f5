"""A lease: an IPv4 address promised to one guest or client until a time."""

from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from netipl.net import Mac
from netipl.values import value


class LeaseState(StrEnum):
    """Offers are held in memory only and have no state here."""

    BOUND = "bound"
    RELEASED = "released"
    """Given back, yet kept for its owner: the firmware releases before the kernel asks again."""
    DECLINED = "declined"
    """Somebody else uses the address (RFC 2131, 4.3.3): nobody gets it until it expires."""


@value(kw_only=True)
class Lease:
    """The newest state of one address in one network. `expires` is in UTC. `xid` is the boot that bound it;
    `hostname` is what the client calls itself, and proves nothing.
    """

    network: str
    address: IPv4Address
    mac: Mac
    client_id: bytes | None = None
    guest: str | None = None
    state: LeaseState = LeaseState.BOUND
    expires: datetime
    xid: int = 0
    hostname: str = ""
