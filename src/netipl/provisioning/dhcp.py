"""The answer to one BOOTP or DHCP message: who asks, in which network, and what each kind of message gets.

Changes are returned, not made, but for offers, which no journal keeps. REQUEST has a file of its own (requests.py).
Sources: RFC 951, 1542, 2131 (4.3), 3046; RFC 4361 and SLOF lib/libnet/dhcp.c for the two identities of a guest.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.guests.guest import Guest
from netipl.guests.lease import LeaseState
from netipl.guests.marks import is_station
from netipl.guests.network import Network, UnknownClients
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.provisioning import replies
from netipl.provisioning.boot_clients import is_firmware_discover
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.exchange import Arrival, BootPlan, Outcome
from netipl.provisioning.identity import Client, at_home, name_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.query import FOREVER, Query, file_shown
from netipl.provisioning.requests import request
from netipl.provisioning.timeline import Observation, Seen
from netipl.values import value

KEPT_AFTER_RELEASE: Final = timedelta(minutes=10)
"""How long nobody else gets a released address: the firmware releases before its kernel asks again."""
QUARANTINE: Final = timedelta(minutes=10)
"""How long nobody gets an address that a client found in use."""
_LONGEST_ECHO: Final = 255  # one option's worth of what a reply gives back


@value()
class _Objection:
    reason: str
    rule: RuleId | None = None
    remedy: str = ""
    """Where an administrator has to know."""


def answer(inventory: Inventory, message: Message, arrival: Arrival, now: datetime, boot: BootPlan) -> Outcome:
    """What follows from `message`. Remembers offers in `inventory`; everything else is in the outcome."""
    options = message.options
    guest = inventory.recognised(message.mac, options.client_identifier, options.uuid)
    network = network_of(inventory, message, arrival, guest)
    seen, handle = _KINDS.get(options.message_type, _OTHER_KIND)
    objection = _objection(message, network, guest)
    if network is None or objection is not None:
        assert objection is not None  # to what comes from no network
        outcome = _unanswered(message, guest, now, objection)
    else:
        client = Client(message.mac, options.client_identifier, guest if guest and at_home(guest, network) else None)
        outcome = handle(
            Query(
                message=message,
                arrival=arrival,
                network=network,
                addresses=inventory.addresses(network),
                client=client,
                now=now,
                boot=boot,
            )
        )
    if seen is None:
        return outcome
    return Outcome(
        changes=outcome.changes,
        reply=outcome.reply,
        observations=(_arrived(seen, message, guest, now), *outcome.observations),
    )


def network_of(inventory: Inventory, message: Message, arrival: Arrival, guest: Guest | None) -> Network | None:
    """Where the client is: behind its relay, where its own address is when it asks us alone, or at the interface."""
    networks = [network for network in inventory.networks if not network.is_libvirts]
    if message.giaddr != ANY:
        found = [network for network in networks if message.giaddr in network.relays]
    elif message.ciaddr != ANY and arrival.local is not None:
        found = [network for network in networks if message.ciaddr in network.subnet]
    elif arrival.interface is not None:
        found = [network for network in networks if network.interface == arrival.interface]
    else:
        found = [network for network in networks if network.server == arrival.local]
    if len(found) > 1 and guest is not None:
        found.sort(key=lambda network: guest.network != network.name)
    return found[0] if found else None


def _objection(message: Message, network: Network | None, guest: Guest | None) -> _Objection | None:
    """Why nobody is answered who asks like this; None if somebody is."""
    if message.op is not OpCode.BOOTREQUEST:
        return _Objection("it is a reply")
    if not is_station(message.mac):
        return _Objection("no machine has this MAC")
    if network is None and message.giaddr != ANY:
        remedy = "list it in the relays of its network, if it is yours"
        return _Objection(f"{message.giaddr} is no relay of any network", remedy=remedy)
    if network is None:
        return _Objection("no network is here")
    at_its_home = guest is not None and at_home(guest, network)
    if network.unknown is not UnknownClients.POOL and not at_its_home:
        rule = RuleId.WRONG_NETWORK if guest is not None else None
        return _Objection(f"it is no guest of network {network.name}", rule)
    if guest is not None and at_its_home and not guest.is_approved:
        rule = RuleId.NOT_APPROVED
        return _Objection(f"guest {guest.name} waits for approval", rule, RULES[rule].remedy)
    options = message.options
    if any(code in options and len(options[code]) > _LONGEST_ECHO for code in _ECHOED):
        return _Objection("its identifiers are too long to give back")
    return None


def _unanswered(message: Message, guest: Guest | None, now: datetime, objection: _Objection) -> Outcome:
    said = {"reason": objection.reason, "rule": objection.rule or "", "remedy": objection.remedy}
    detail = {key: text for key, text in said.items() if text}
    ignored = Observation(at=now, seen=Seen.DHCP_IGNORED, mac=message.mac, guest=name_of(guest), detail=detail)
    return Outcome(observations=(ignored,))


def _arrived(seen: Seen, message: Message, guest: Guest | None, now: datetime) -> Observation:
    detail = {"xid": message.xid}
    if architectures := message.options.architectures:
        detail["architecture"] = architectures[0]
    address = None if message.ciaddr == ANY else message.ciaddr
    return Observation(at=now, seen=seen, mac=message.mac, address=address, guest=name_of(guest), detail=detail)


def _discover(query: Query) -> Outcome:
    address = query.addresses.choose(query.client, query.message.options.requested_address, query.now)
    if address is None:
        return query.exhausted()
    boot = query.boot_fields(address)
    if boot is not None and boot.plain_bootp and is_firmware_discover(query.message.options):
        return Outcome(
            changes=query.bound(address, query.now + query.network.lease_time),
            reply=replies.plain(query, address, boot),
            observations=(query.saw(Seen.BOOTP_REPLY, address, file=file_shown(boot)),),
        )
    query.addresses.offer(query.client.owner, address, query.now)
    return Outcome(
        reply=replies.leased(query, MessageType.OFFER, address, boot),
        observations=(query.saw(Seen.DHCP_OFFER, address),),
    )


def _decline(query: Query) -> Outcome:
    """RFC 2131, 4.3.3."""
    address = query.message.options.requested_address
    if (reason := _not_ours(query)) is not None:
        return query.ignored(reason)
    if address is None or address != query.addresses.expected(query.client, query.now):
        return query.ignored("it declines no address of its own")
    declined = query.lease(address, LeaseState.DECLINED, query.now + QUARANTINE)
    return Outcome(changes=(LeaseSet(declined),))


def _release(query: Query) -> Outcome:
    """RFC 2131, 4.3.4; the address stays with its owner."""
    lease = query.addresses.lease_of(query.client.owner)
    if (reason := _not_ours(query)) is not None:
        return query.ignored(reason)
    if lease is None or lease.address != query.message.ciaddr:
        return query.ignored("it releases no address of its own")
    if lease.client_id != query.client.client_id:
        return query.ignored("it releases what the same machine leased later under another identifier")
    if lease.state is LeaseState.RELEASED or lease.expires <= query.now:
        return Outcome()
    released = query.lease(lease.address, LeaseState.RELEASED, query.now + KEPT_AFTER_RELEASE)
    return Outcome(changes=(LeaseSet(released),))


def _not_ours(query: Query) -> str | None:
    server = query.message.options.server_identifier
    return None if server in (None, query.network.server) else f"it means the server {server}"


def _inform(query: Query) -> Outcome:
    """RFC 2131, 4.3.5: a client that has an address of its own asks for the rest. That is no step of a boot."""
    address = query.message.ciaddr
    if address not in query.network.subnet:
        return query.ignored(f"its address {address} is not in network {query.network.name}")
    return Outcome(reply=replies.informed(query, query.boot_fields(address)))


def _bootp(query: Query) -> Outcome:
    """RFC 951. A client that cannot renew keeps its address for ever, so only guests get one."""
    if query.client.guest is None:
        return query.ignored("it speaks plain BOOTP and is no guest")
    address = query.addresses.choose(query.client, None, query.now)
    if address is None:
        return query.exhausted()
    boot = query.boot_fields(address)
    return Outcome(
        changes=query.bound(address, FOREVER),
        reply=replies.plain(query, address, boot),
        observations=(query.saw(Seen.BOOTP_REPLY, address, file=file_shown(boot)),),
    )


def _other(query: Query) -> Outcome:
    return query.ignored(f"message type {query.message.options.message_type} is none that a client sends")


_ECHOED: Final = (Option.CLIENT_IDENTIFIER, Option.RELAY_INFORMATION)

_Handler = Callable[[Query], Outcome]
_OTHER_KIND: Final[tuple[Seen | None, _Handler]] = (None, _other)
_KINDS: Final[Mapping[int | None, tuple[Seen | None, _Handler]]] = {
    MessageType.DISCOVER: (Seen.DHCP_DISCOVER, _discover),
    MessageType.REQUEST: (Seen.DHCP_REQUEST, request),
    MessageType.DECLINE: (Seen.DHCP_DECLINE, _decline),
    MessageType.RELEASE: (Seen.DHCP_RELEASE, _release),
    MessageType.INFORM: (Seen.DHCP_INFORM, _inform),
    None: (None, _bootp),
}
