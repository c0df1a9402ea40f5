"""One DHCP message on its way through: its answer, and what it means for the boot of its guest.

A boot begins with the firmware's DISCOVER and pins its plan at the ACK: a plan that changes later is for the next boot.
"""

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Address

from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import S390
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning.boot_clients import is_firmware_discover
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boots
from netipl.provisioning.changes import LeaseSet
from netipl.provisioning.dhcp import answer
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan
from netipl.values import value

PlanFor = Callable[[Guest | None, Mac, IPv4Address], Plan | None]
"""What a guest, or a client of the pool (None), with this MAC and address is to boot; None: nothing."""


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

    def fields(guest: Guest | None, _: Network, address: IPv4Address) -> BootFields | None:
        nonlocal planned
        planned = _pinned(boots, message, address) or plan_for(guest, message.mac, address)
        return planned.fields if planned is not None else None

    outcome = answer(inventory, message, arrival, now, fields)
    begins = outcome.reply is not None and _from_firmware(message)
    interrupted = _begun(inventory, boots, message, now) if begins else None
    for change in outcome.changes:
        if planned is not None and isinstance(change, LeaseSet):
            boots.pin(message.mac, message.xid, change.lease.address, planned)
    return Received(outcome, interrupted)


def _from_firmware(message: Message) -> bool:
    return is_firmware_discover(message.options) or not S390.isdisjoint(message.options.architectures)


def _pinned(boots: Boots, message: Message, address: IPv4Address) -> Plan | None:
    """The plan of the boot that repeats its question."""
    boot = boots.of(message.mac)
    return boot.plan if boot is not None and (boot.xid, boot.address) == (message.xid, address) else None


def _begun(inventory: Inventory, boots: Boots, message: Message, now: datetime) -> IPv4Address | None:
    """Begin the boot of this message if it is a new one; the address of the one before, if it is still this guest's."""
    before = boots.of(message.mac)
    boots.begin(message.mac, message.xid, now)
    if before is None or before.xid == message.xid or before.address is None:
        return None
    lease = inventory.lease_with(before.address)
    return before.address if lease is not None and lease.mac == message.mac else None
