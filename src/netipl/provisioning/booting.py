"""One DHCP message on its way through: its answer, and what it means for the boot of its guest.

A boot begins with the firmware's DISCOVER and pins its plan at the ACK: a plan that changes later is for the next boot.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import IPv4Address

from netipl.guests.guest import Guest
from netipl.guests.marks import is_station
from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import S390
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning.boot_clients import is_firmware_discover
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boots
from netipl.provisioning.building import pin
from netipl.provisioning.changes import BootSet, Change, LeaseSet
from netipl.provisioning.changing import discovered
from netipl.provisioning.dhcp import answer, network_of
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.identity import name_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.observing import interrupted
from netipl.provisioning.plan import Plan
from netipl.values import value

PlanFor = Callable[[Guest | None, Network, Mac, IPv4Address], Plan | None]
"""What a guest, or a client of the pool (None), with this MAC and address of that network is to boot; None: nothing."""


@value()
class Received:
    """The outcome, and the address whose transfers it ended, since its guest has begun another boot."""

    outcome: Outcome
    interrupted: IPv4Address | None = None


def receive(
    inventory: Inventory, boots: Boots, message: Message, arrival: Arrival, now: datetime, *, plan_for: PlanFor
) -> Received:
    """Answer `message`. Begins boots and pins plans; all else that changes is in the outcome."""
    planned: Plan | None = None

    def fields(guest: Guest | None, network: Network, address: IPv4Address) -> BootFields | None:
        nonlocal planned
        planned = _pinned(boots, message, address) or plan_for(guest, network, message.mac, address)
        return planned.fields if planned is not None else None

    outcome = answer(inventory, message, arrival, now, fields)
    if not _from_firmware(message):
        return Received(outcome)
    begun, interrupted = _begun(inventory, boots, message, arrival, now)
    pinned = _pin(inventory, boots, message, outcome.changes, planned=planned, now=now)
    if not begun and not pinned:
        return Received(outcome, interrupted)
    changes = (*outcome.changes, *begun, *pinned)
    return Received(Outcome(changes=changes, reply=outcome.reply, observations=outcome.observations), interrupted)


def _from_firmware(message: Message) -> bool:
    return is_firmware_discover(message.options) or not S390.isdisjoint(message.options.architectures)


def _pinned(boots: Boots, message: Message, address: IPv4Address) -> Plan | None:
    """The plan of the boot that repeats its question."""
    boot = boots.of(message.mac)
    return boot.plan if boot is not None and (boot.xid, boot.address) == (message.xid, address) else None


def _begun(
    inventory: Inventory, boots: Boots, message: Message, arrival: Arrival, now: datetime
) -> tuple[tuple[Change, ...], IPv4Address | None]:
    """Begin the boot of this message if it is a new one, of a client that is ours; and the address of the one before,
    if it is still this guest's.
    """
    before = boots.of(message.mac)
    if before is not None and before.xid == message.xid:
        return (), None
    guest = inventory.recognised(message.mac, None, message.options.uuid)
    network = network_of(inventory, message, arrival, guest)
    if network is None:
        return (), None
    if guest is None and network.unknown is not UnknownClients.POOL:
        registers = network.unknown is UnknownClients.REGISTER and is_station(message.mac)
        return (discovered(inventory, network, message.mac, now) if registers else ()), None
    boots.begin(message.mac, message.xid, now, network=network.name, guest=name_of(guest))
    if before is None:
        return (), None
    changes = interrupted(before, now)
    lease = inventory.lease_with(before.address) if before.address is not None else None
    return changes, before.address if lease is not None and lease.mac == message.mac else None


def _pin(
    inventory: Inventory,
    boots: Boots,
    message: Message,
    changes: Iterable[Change],
    *,
    planned: Plan | None,
    now: datetime,
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
    pinned = build is not None and build.id == planned.build
    return BootSet(boot), *(pin(build, boot, now) if build is not None and pinned else ())
