"""REQUEST: what the client means by it, and whether it may have the address (RFC 2131, 4.3.2).

An address that cannot be granted is refused with a NAK where the network is authoritative, elsewhere by silence. An
offer that is not remembered (the server was started again) is no reason to refuse what is free.
"""

from collections.abc import Mapping
from enum import Enum, auto
from ipaddress import IPv4Address
from typing import Final

from netipl.firmware.rules import RuleId
from netipl.protocols.dhcp4.codes import MessageType
from netipl.protocols.dhcp4.message import ANY
from netipl.provisioning import replies
from netipl.provisioning.exchange import Outcome
from netipl.provisioning.query import Query, file_shown
from netipl.provisioning.timeline import Seen


class ClientState(Enum):
    """The state of the client that sent a REQUEST. RENEWING and REBINDING differ only in the way they come."""

    SELECTING = auto()
    INIT_REBOOT = auto()
    RENEWING = auto()


_STATES: Final[Mapping[tuple[bool, bool, bool], ClientState | None]] = {
    # server identifier, requested address, ciaddr: RFC 2131, table 4, and what careless clients send instead
    (True, True, False): ClientState.SELECTING,
    (True, True, True): ClientState.SELECTING,
    (False, True, False): ClientState.INIT_REBOOT,
    (False, False, True): ClientState.RENEWING,
    (False, True, True): ClientState.RENEWING,
    (True, False, True): ClientState.RENEWING,
    (True, False, False): None,
    (False, False, False): None,
}


def request(query: Query) -> Outcome:
    """Answers a REQUEST with ACK, NAK or silence."""
    message = query.message
    server, wanted = message.options.server_identifier, message.options.requested_address
    if server is not None and server != query.network.server:
        query.addresses.withdraw(query.client.owner)
        return query.ignored(f"it chose the server {server}", rule=RuleId.OTHER_SERVER)
    state = _STATES[server is not None, wanted is not None, message.ciaddr != ANY]
    if state is None:
        return query.ignored("it requests no address")
    address = message.ciaddr if state is ClientState.RENEWING or wanted is None else wanted
    objection = _objection(query, state, address)
    if objection is None:
        return acknowledged(query, address)
    if query.network.authoritative:
        return _refused(query, objection)
    return query.ignored(objection, rule=RuleId.REQUEST_REFUSED)


def acknowledged(query: Query, address: IPv4Address) -> Outcome:
    boot = query.boot_fields(address)
    seen = query.saw(Seen.DHCP_ACK, address, file=file_shown(boot))
    return Outcome(
        changes=query.bound(address, query.now + query.lease_time),
        reply=replies.leased(query, MessageType.ACK, address, boot),
        observations=(seen,),
    )


def _objection(query: Query, state: ClientState, address: IPv4Address) -> str | None:
    """Why the client may not have `address`; None if it may."""
    expected = query.addresses.expected(query.client, query.now)
    if expected is not None:
        return None if address == expected else f"{address} is not its address, {expected} is"
    if address not in query.network.subnet:
        return f"{address} is not in network {query.network.name}"
    if state is not ClientState.SELECTING and not query.network.authoritative:
        return f"no lease of {address} is known"
    return None if query.addresses.grantable(address, query.client, query.now) else f"{address} is not free"


def _refused(query: Query, reason: str) -> Outcome:
    return Outcome(
        reply=replies.refused(query, reason),
        observations=(query.saw(Seen.DHCP_NAK, reason=reason, rule=RuleId.REQUEST_REFUSED),),
    )
