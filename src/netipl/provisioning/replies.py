"""The messages that answer, and where they go: fixed fields (RFC 2131, table 3), options, destination (4.1).

Sent whether asked for or not: lease times, server, boot fields, and the netmask always with a router, since
the firmware takes neither alone. Echoed: options 61 (RFC 6842), 97 (RFC 4578, 2.3) and 82 (RFC 3046, 2.2).
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final

from netipl.protocols.dhcp4.codes import CLIENT_PORT, SERVER_PORT, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.exchange import Broadcast, Destination, Reply, Routed, Unicast
from netipl.provisioning.query import Query

FILE_FIELD_HOLDS: Final = 127  # the 128th byte ends it (RFC 951, 3)
_SNAME_FIELD_HOLDS: Final = 63
_INFINITY: Final = 0xFFFFFFFF  # RFC 2131, 3.3
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ECHOED: Final = (Option.CLIENT_IDENTIFIER, Option.CLIENT_MACHINE, Option.RELAY_INFORMATION)


def leased(query: Query, kind: MessageType, address: IPv4Address, boot: BootFields | None) -> Reply:
    """OFFER or ACK of `address`."""
    values = _identified(query, kind) | _times(query.lease_time) | _configuration(query)
    ciaddr = query.message.ciaddr if kind is MessageType.ACK else ANY
    return Reply(_message(query, values, boot, yiaddr=address, ciaddr=ciaddr), _to(query, address))


def informed(query: Query, boot: BootFields | None) -> Reply:
    """ACK of an INFORM: no address and no times (RFC 2131, 4.3.5)."""
    ciaddr = query.message.ciaddr
    values = _identified(query, MessageType.ACK) | _configuration(query)
    return Reply(_message(query, values, boot, ciaddr=ciaddr), _to(query, ciaddr))


def plain(query: Query, address: IPv4Address, boot: BootFields | None) -> Reply:
    """A BOOTP reply: no message type, and no options at all for a client that sent no cookie.

    To the firmware the cookie matters: without it, it takes neither its own address nor the netmask into use.
    """
    values = _configuration(query) if query.message.cookie else {}
    return Reply(_message(query, values, boot, yiaddr=address, ciaddr=query.message.ciaddr), _to(query, address))


def refused(query: Query, reason: str) -> Reply:
    """NAK, always broadcast at the client's end (RFC 2131, 4.1 and 4.3.2)."""
    request = query.message
    values = _identified(query, MessageType.NAK)
    values[Option.MESSAGE] = reason.encode()
    message = Message(
        op=OpCode.BOOTREPLY,
        xid=request.xid,
        broadcast=request.broadcast or request.giaddr != ANY,
        giaddr=request.giaddr,
        mac=request.mac,
        options=Options(values | _echoes(query)),
    )
    return Reply(message, Broadcast() if request.giaddr == ANY else Routed(request.giaddr, SERVER_PORT))


def _to(query: Query, address: IPv4Address) -> Destination:
    """Where a reply about `address` goes."""
    request, interface = query.message, query.network.interface
    if request.giaddr != ANY:
        return Routed(request.giaddr, SERVER_PORT)
    if request.ciaddr == address and (interface is None or interface != query.arrival.interface):
        return Routed(address, CLIENT_PORT)
    if request.ciaddr != address and request.broadcast:
        return Broadcast()
    return Unicast(address, request.mac)


def _message(
    query: Query,
    values: dict[int, bytes],
    boot: BootFields | None,
    *,
    yiaddr: IPv4Address = ANY,
    ciaddr: IPv4Address = ANY,
) -> Message:
    request = query.message
    siaddr, sname, file = ANY, b"", b""
    if boot is not None:
        siaddr = boot.server or query.network.server
        sname = boot.server_name if len(boot.server_name) <= _SNAME_FIELD_HOLDS else b""
        file = boot.file if len(boot.file) <= FILE_FIELD_HOLDS else b""
        if request.cookie:
            values |= _boot_options(boot, siaddr, request.options.parameters or b"")
    return Message(
        op=OpCode.BOOTREPLY,
        xid=request.xid,
        broadcast=request.broadcast,
        ciaddr=ciaddr,
        yiaddr=yiaddr,
        siaddr=siaddr,
        giaddr=request.giaddr,
        mac=request.mac,
        sname=sname,
        file=file,
        options=Options(values | _echoes(query)),
        cookie=request.cookie,
    )


def _identified(query: Query, kind: MessageType) -> dict[int, bytes]:
    return {Option.MESSAGE_TYPE: bytes((kind,)), Option.SERVER_IDENTIFIER: query.network.server.packed}


@lru_cache(maxsize=64)
def _times(lease_time: timedelta) -> dict[int, bytes]:
    """Of a lease, of T1 and of T2 (RFC 2131, 4.4.5). Not to be changed: all leases of this time share it."""
    seconds = min(int(lease_time.total_seconds()), _INFINITY)
    return {
        Option.LEASE_TIME: seconds.to_bytes(4, "big"),
        Option.RENEWAL_TIME: (seconds // 2).to_bytes(4, "big"),
        Option.REBINDING_TIME: (seconds * 7 // 8).to_bytes(4, "big"),
    }


def _configuration(query: Query) -> dict[int, bytes]:
    """Netmask and router, then what the client asks for; everything when it does not say."""
    values: dict[int, bytes] = {
        Option.SUBNET_MASK: query.network.subnet.netmask.packed,
        Option.ROUTER: _router(query).packed,
    }
    asked = query.message.options.parameters
    for code, value_of in _ON_REQUEST.items():
        if (asked is None or code in asked) and (value := value_of(query)):
            values[code] = value
    return values


def _router(query: Query) -> IPv4Address:
    """The network's, else the relay when it stands in the subnet, else the server."""
    network, relay = query.network, query.message.giaddr
    return network.router or (relay if relay in network.subnet else network.server)


def _boot_options(boot: BootFields, server: IPv4Address, asked: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    if boot.server_name or Option.TFTP_SERVER_NAME in asked:
        values[Option.TFTP_SERVER_NAME] = boot.server_name or str(server).encode()
    if boot.file and (len(boot.file) > FILE_FIELD_HOLDS or Option.BOOT_FILE_NAME in asked):
        values[Option.BOOT_FILE_NAME] = boot.file
    if boot.configuration_file is not None:
        values[Option.CONFIGURATION_FILE] = boot.configuration_file
    if boot.path_prefix is not None:
        values[Option.PATH_PREFIX] = boot.path_prefix
    return values


def _echoes(query: Query) -> dict[int, bytes]:
    options = query.message.options
    return {code: options[code] for code in _ECHOED if code in options}


def _host_name(query: Query) -> bytes:
    guest = query.client.guest
    return guest.name.encode() if guest is not None and _HOST_NAME.fullmatch(guest.name) else b""


_ON_REQUEST: Final[Mapping[int, Callable[[Query], bytes]]] = {
    Option.DOMAIN_NAME_SERVER: lambda query: b"".join(address.packed for address in query.network.dns),
    Option.HOST_NAME: _host_name,
    Option.DOMAIN_NAME: lambda query: (query.network.domain or "").encode(),
    Option.BROADCAST_ADDRESS: lambda query: query.network.subnet.broadcast_address.packed,
}
