"""One DHCP message on its way through: its answer, and what it means for the boot of its guest.

A boot begins with the firmware's DISCOVER and pins its plan at the ACK: a plan that changes later is for the next boot.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import Final

from netipl.guests.guest import Guest
from netipl.guests.marks import is_station
from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import S390, MessageType
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning.boot_clients import is_firmware_discover
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import OVER, Boot, Boots, BootState
from netipl.provisioning.building import TOKEN_LASTS, pin
from netipl.provisioning.changes import BootSet, Change, LeaseSet
from netipl.provisioning.changing import discovered
from netipl.provisioning.dhcp import answer, network_of
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.identity import name_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.observing import displaced, spent_unseen
from netipl.provisioning.plan import Plan
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Seen
from netipl.values import value

PlanFor = Callable[[Guest | None, Network, Mac, IPv4Address], Plan | None]
"""What a guest, or a client of the pool (None), with this MAC and address of that network is to boot; None: nothing."""

_BOOTS_BY: Final = frozenset({MessageType.DISCOVER, MessageType.REQUEST})
_DONE: Final = OVER | {BootState.FINISHED}
_Begun = tuple[tuple[Change, ...], IPv4Address | None]
_NONE_BEGUN: Final[_Begun] = ((), None)


@value()
class Received:
    """The outcome, and the address whose transfers it ended, since its guest has begun another boot."""

    outcome: Outcome
    interrupted: IPv4Address | None = None


def receive(
    inventory: Inventory,
    boots: Boots,
    message: Message,
    arrival: Arrival,
    now: datetime,
    *,
    plan_for: PlanFor,
    token_lasts: timedelta = TOKEN_LASTS,
) -> Received:
    """Answer `message`. Begins boots and pins plans; all else that changes is in the outcome, and a build that proves
    spent is so at once, since the answer rests on it.
    """
    running = boots.of(message.mac)
    repeated = running is not None and _belongs(message, running, boots.story(running))
    spent = () if repeated or not _from_firmware(message) else _spent(inventory, boots, message, now)
    planned: Plan | None = None

    def fields(guest: Guest | None, network: Network, address: IPv4Address) -> BootFields | None:
        nonlocal planned
        if repeated and running is not None and running.address == address:
            planned = running.plan
        else:
            planned = plan_for(guest, network, message.mac, address)
        return planned.fields if planned is not None else None

    outcome = answer(inventory, message, arrival, now, fields)
    if not repeated and not _from_firmware(message):
        return Received(_by_its_own_system(outcome) if running is not None else outcome)
    begins = not repeated and (outcome.reply is not None or running is None or running.state in _DONE)
    begun, ended = _begun(inventory, boots, message, arrival, now) if begins else _NONE_BEGUN
    is_its_own = repeated or boots.of(message.mac) is not running
    planned = planned if is_its_own else None
    pinned = _pin(inventory, boots, message, outcome.changes, planned=planned, now=now, token_lasts=token_lasts)
    if not (spent or begun or pinned):
        return Received(outcome, ended)
    return Received(replace(outcome, changes=(*spent, *outcome.changes, *begun, *pinned)), ended)


def _spent(inventory: Inventory, boots: Boots, message: Message, now: datetime) -> tuple[Change, ...]:
    guest = inventory.recognised(message.mac, message.options.client_identifier, message.options.uuid)
    changes = spent_unseen(inventory, boots, guest, now) if guest is not None else ()
    for change in changes:
        inventory.apply(change)
    return changes


def _from_firmware(message: Message) -> bool:
    options = message.options
    if options.message_type not in _BOOTS_BY:
        return False
    return is_firmware_discover(options) or not S390.isdisjoint(options.architectures)


def _belongs(message: Message, boot: Boot, story: Story) -> bool:
    """Whether it is of this boot: its firmware keeps one transaction id, and gets no address once it has finished."""
    if message.xid != boot.xid:
        return False
    if boot.state is BootState.FAILED and not story.has_asked:  # it was given up, and goes on
        return True
    by_bootp = boot.plan is not None and boot.plan.fields.plain_bootp
    binds = {MessageType.REQUEST, None} | ({MessageType.DISCOVER} if by_bootp else set())
    return boot.state not in _DONE or message.options.message_type not in binds


def _by_its_own_system(outcome: Outcome) -> Outcome:
    """An ACK for another transaction, which the firmware did not ask for: the guest's own system speaks."""
    seen = tuple(
        replace(each, seen=Seen.GUEST_ADDRESSED) if each.seen is Seen.DHCP_ACK else each
        for each in outcome.observations
    )
    return replace(outcome, observations=seen)


def _begun(inventory: Inventory, boots: Boots, message: Message, arrival: Arrival, now: datetime) -> _Begun:
    """Begin the boot of this message, if its client is ours; and the address of the one before, if it is still this
    guest's. Who gets no answer has a boot too, which tells why, but ends none that is under way.
    """
    guest = inventory.recognised(message.mac, message.options.client_identifier, message.options.uuid)
    network = network_of(inventory, message, arrival, guest)
    if network is None:
        return (), None
    if guest is None and network.unknown is not UnknownClients.POOL:
        registers = network.unknown is UnknownClients.REGISTER and is_station(message.mac)
        return (discovered(inventory, network, message.mac, now) if registers else ()), None
    before = boots.of(message.mac)
    changes = displaced(inventory, boots, before, now) if before is not None else ()
    boots.begin(message.mac, message.xid, now, network=network.name, guest=name_of(guest))
    lease = inventory.lease_with(before.address) if before is not None and before.address is not None else None
    return changes, lease.address if lease is not None and lease.mac == message.mac else None


def _pin(
    inventory: Inventory,
    boots: Boots,
    message: Message,
    changes: Iterable[Change],
    *,
    planned: Plan | None,
    now: datetime,
    token_lasts: timedelta,
) -> tuple[Change, ...]:
    """The boot has its address and its plan, and with it the build that the plan is for."""
    lease = next((change.lease for change in changes if isinstance(change, LeaseSet)), None)
    if lease is None or planned is None:
        return ()
    boot = boots.pin(message.mac, message.xid, lease.address, planned)
    if boot is None:
        return ()
    guest = inventory.guest(boot.guest) if boot.guest is not None else None
    build = inventory.build_of(guest) if guest is not None else None
    if build is None or build.id != planned.build:
        return (BootSet(boot),)
    return BootSet(boot), *pin(build, boot, now, lasts=token_lasts)
