"""How a DHCP message came in and what goes out for it: the vocabulary between the engine and its server."""

from collections.abc import Callable
from ipaddress import IPv4Address

from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.changes import Change
from netipl.provisioning.timeline import Observation
from netipl.values import value

BootPlan = Callable[[Guest | None, Network, IPv4Address], BootFields | None]
"""What a guest, or a client of the pool (None), boots with this address of that network; None: nothing."""


@value(kw_only=True)
class Arrival:
    """Where a message came in. `local` is the address of ours that was asked, None for a broadcast."""

    interface: str | None = None
    local: IPv4Address | None = None
    source: IPv4Address = ANY


@value()
class Broadcast:
    """To 255.255.255.255, port 68, out of the interface that the message came in by."""


@value()
class Unicast:
    """To port 68 of `address` in a frame for `mac`, without ARP: the client may not answer to its address yet."""

    address: IPv4Address
    mac: Mac


@value()
class Routed:
    """To a relay, or to a client that uses its address: as the kernel sends any UDP packet."""

    address: IPv4Address
    port: int


Destination = Broadcast | Unicast | Routed


@value()
class Reply:
    """A message and where it goes (RFC 2131, 4.1)."""

    message: Message
    to: Destination


@value(kw_only=True)
class Outcome:
    """All that follows from one message. The reply may leave only after the changes are durable."""

    changes: tuple[Change, ...] = ()
    reply: Reply | None = None
    observations: tuple[Observation, ...] = ()
