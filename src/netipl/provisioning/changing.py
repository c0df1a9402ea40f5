"""What people change of guests, and how a guest that nobody knows is registered. Returns changes, makes none.

The inventory says whether a guest fits in (`Inventory.check`); here is who may change what, and what is told of it.
"""

from dataclasses import fields, replace
from datetime import datetime
from typing import Final

from netipl.errors import RefusedError, UsageError
from netipl.guests import choices_document, differing
from netipl.guests.document import document
from netipl.guests.guest import Guest, Origin
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning import building
from netipl.provisioning.changes import Change, GuestForgotten, GuestSet, Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event

MOST_WAITING: Final = 1024
"""So many guests may wait for approval: MAC addresses cost nobody anything."""
_FIELDS: Final = tuple(each.name for each in fields(Guest) if each.name not in {"name", "boot", "choices"})


def known(inventory: Inventory, name: str) -> Guest:
    """Raises RefusedError where there is no such guest."""
    guest = inventory.guest(name)
    if guest is None:
        raise RefusedError(f"there is no guest {name}", remedy="`netipl guest list` shows all")
    return guest


def at_home(inventory: Inventory, guest: Guest) -> Guest:
    """`guest` in a network: the only one, where it names none and there is no choice."""
    networks = inventory.networks
    return replace(guest, network=networks[0].name) if guest.network is None and len(networks) == 1 else guest


def put(
    inventory: Inventory, guest: Guest, *, by: str, now: datetime, among: Inventory | None = None
) -> tuple[Change, ...]:
    """`guest` is added, or takes the place of the one with its name. Raises UsageError and RefusedError.

    `among` is the inventory that it has to fit into, where that is another one.
    """
    before = inventory.guest(guest.name)
    if before is not None:
        if before == guest or (before.origin is Origin.SETTINGS and document(before) == document(guest)):
            return ()
        _changeable(before)
        _left_to_foreman(before, guest)
    if guest.network is None:
        raise UsageError(f"guest {guest.name} has no network", remedy="name the network that it boots in")
    if not guest.macs:
        raise UsageError(f"guest {guest.name} has no MAC address", remedy="give one at least: --mac 52:54:00:13:33:0a")
    (inventory if among is None else among).check(guest)
    moved: tuple[Change, ...] = ()
    if before is not None and before.network != guest.network:
        moved = (*_ended(inventory, before, by=by, now=now), GuestForgotten(str(before.network), before.name))
    deed = Deed.GUEST_ADDED if before is None else Deed.GUEST_CHANGED
    return *moved, GuestSet(guest), _told(guest, deed, now, by, **difference(before, guest))


def remove(inventory: Inventory, name: str, *, by: str, now: datetime) -> tuple[Change, ...]:
    """Its open build is cancelled. Raises RefusedError."""
    guest = known(inventory, name)
    _changeable(guest)
    ended = _ended(inventory, guest, by=by, now=now)
    return *ended, GuestForgotten(str(guest.network), name), _told(guest, Deed.GUEST_REMOVED, now, by)


def _ended(inventory: Inventory, guest: Guest, *, by: str, now: datetime) -> tuple[Change, ...]:
    """The build of a guest that leaves its network is cancelled: it must not wait for one that comes there later."""
    build = inventory.build_of(guest)
    if build is None or not build.is_open:
        return ()
    return building.end(build, Deed.BUILD_CANCELLED, now, by=by)


def approve(inventory: Inventory, name: str, *, by: str, now: datetime) -> tuple[Change, ...]:
    """A discovered guest becomes one like any other. Raises RefusedError."""
    guest = known(inventory, name)
    if guest.is_approved:
        raise RefusedError(f"guest {name} waits for no approval")
    approved = replace(guest, origin=Origin.ADDED)
    return GuestSet(approved), _told(approved, Deed.GUEST_APPROVED, now, by)


def discovered(inventory: Inventory, network: Network, mac: Mac, now: datetime) -> tuple[Change, ...]:
    """The guest that a client nobody knows is registered as; nothing where its name is taken, or too many wait."""
    name = f"discovered-{mac.dashed}"
    if inventory.waiting_guests >= MOST_WAITING or inventory.guest(name) is not None:
        return ()
    guest = Guest(name=name, macs=(mac,), network=network.name, origin=Origin.DISCOVERED)
    try:
        inventory.check(guest)
    except UsageError:
        return ()
    return GuestSet(guest), _told(guest, Deed.GUEST_DISCOVERED, now, "")


def difference(before: Guest | None, guest: Guest) -> dict[str, str]:
    """What `guest` says that `before` did not: `OLD -> NEW` by field. One that was discovered is approved by it."""
    chosen = choices_document.document(guest.choices)
    if before is None:
        said = {field: new for field in _FIELDS if field != "origin" and (new := _shown(getattr(guest, field)))}
        return said | differing.added(chosen)
    choices = differing.changed(choices_document.document(before.choices), chosen)
    if before.origin is Origin.SETTINGS:
        before = replace(before, origin=guest.origin)
    shown = {field: (_shown(getattr(before, field)), _shown(getattr(guest, field))) for field in _FIELDS}
    return {field: f"{old} -> {new}" for field, (old, new) in shown.items() if old != new} | choices


def _changeable(guest: Guest) -> None:
    if guest.origin is Origin.SETTINGS:
        raise RefusedError(f"guest {guest.name} is in the settings file", remedy="change it there, and reload netipl")


def _left_to_foreman(before: Guest, guest: Guest) -> None:
    theirs = (before.macs, before.address, before.network)
    if before.origin is Origin.FOREMAN and theirs != (guest.macs, guest.address, guest.network):
        remedy = "change them there; all else may be changed here"
        raise RefusedError(f"MACs, address and network of guest {before.name} are Foreman's", remedy=remedy)


def _shown(plain: object) -> str:
    match plain:
        case None:
            return ""
        case tuple():
            return ", ".join(map(str, plain))
        case bytes():
            return plain.hex(":")
    return str(plain)


def _told(guest: Guest, deed: Deed, now: datetime, by: str, **detail: str) -> Happened:
    mac = guest.macs[0] if guest.macs else None
    return Happened(
        Event(at=now, what=deed, network=str(guest.network), guest=guest.name, mac=mac, by=by, detail=detail)
    )
