"""Which guests there are because of Foreman: a host is a guest from its DHCP record or its configuration on.

Foreman says name, MACs and address; what somebody else has said of the guest (its disk, its firmware) stays. MACs that
share an address are one host's. A guest goes when nothing of it is left, which Foreman removes one by one. Returns
changes, makes none.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address

from netipl.errors import ConflictError, UsageError
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning import changing
from netipl.provisioning.changes import (
    Change,
    ConfigurationForgotten,
    ConfigurationSet,
    GuestSet,
    Happened,
    ReservationForgotten,
    ReservationSet,
)
from netipl.provisioning.foreman.deployed import DEFAULT, Configuration, Deployed, Reservation, Variant
from netipl.provisioning.foreman.records import Host, Records
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event


def reserve(inventory: Inventory, new: Reservation, *, by: str, now: datetime) -> tuple[Change, ...]:
    """Raises ConflictError and UsageError where its host cannot be a guest."""
    owner = inventory.guest_with_mac(new.mac)
    if owner is not None and owner.origin not in {Origin.FOREMAN, Origin.DISCOVERED}:
        remedy = f"take the MAC from guest {owner.name}, or remove it: `netipl guest remove {owner.name}`"
        raise ConflictError(f"{new.mac} is that of guest {owner.name}, which is not Foreman's", remedy=remedy)
    before = _host(inventory, new)
    left: tuple[Change, ...] = ()
    known = before
    if owner is not None and (before is None or owner.name != before.name):
        left = _without(inventory, owner, new.mac, owner.address, by=by, now=now)
        known = before or (owner if owner.origin is Origin.FOREMAN and len(owner.macs) == 1 else None)
    guest = replace(
        known or Guest(name=new.hostname, origin=Origin.FOREMAN),
        name=before.name if before is not None else _name(inventory, new),
        network=new.network,
        macs=tuple(dict.fromkeys((*(before.macs if before is not None else ()), new.mac))),
        address=new.address,
    )
    (inventory.without([owner]) if left and owner is not None else inventory).check(guest)
    told = _told(guest.name, (new.network, new.mac), Deed.ADDRESS_RESERVED, now, by, **_shown(new))
    return *left, ReservationSet(new), *_changed(before, guest, by=by, now=now), told


def forget_gone(
    inventory: Inventory, there: Records, new: Reservation, *, by: str, now: datetime
) -> tuple[Change, ...]:
    """What is journalled of other hosts at the address of `new`, and is not there any more: somebody else took it out
    of a libvirt network, or a daemon was killed before it could forget it.
    """
    kept = (each for each in inventory.deployed.reservations(new.network) if each.address == new.address)
    gone = (each.mac for each in kept if each.mac != new.mac and each not in there.reserved)
    return tuple(change for mac in gone for change in give_back(inventory, new.network, mac, by=by, now=now))


def give_back(
    inventory: Inventory, network: str, mac: Mac, gone: Iterable[Host] = (), *, by: str, now: datetime
) -> tuple[Change, ...]:
    """Nothing, where there is no such record. `gone` are the hosts of a libvirt network that went with it, of which
    it is told also where Foreman has told nothing.
    """
    kept = inventory.deployed.reservation(network, mac)
    if kept is None:
        said = ({"address": str(each.address), "name": each.name or mac.dashed} for each in gone)
        return tuple(_told(None, (network, mac), Deed.ADDRESS_GIVEN_BACK, now, by, **each) for each in said)
    guest = _foremans(inventory, mac)
    changes: list[Change] = [ReservationForgotten(network, mac)]
    name = guest.name if guest is not None else None
    changes.append(_told(name, (network, mac), Deed.ADDRESS_GIVEN_BACK, now, by, address=str(kept.address)))
    if guest is not None:
        others = _addresses(inventory.deployed, network, guest, without=mac)
        if any(inventory.deployed.variants(str(mac))):
            after = replace(guest, address=next(iter(others), None))
            changes += _changed(guest, after, by=by, now=now)
        else:
            changes += _without(inventory, guest, mac, next(iter(others), None), by=by, now=now)
    return tuple(changes)


def deploy(inventory: Inventory, new: Configuration, *, by: str, now: datetime) -> tuple[Change, ...]:
    """Its station becomes a guest, if it is none and there is one network that it must be in."""
    made: tuple[Change, ...] = ()
    mac = mac_of(new.station)
    if mac is not None and new.variant is Variant.PXELINUX:
        owner = inventory.guest_with_mac(mac)
        if owner is not None and owner.origin is Origin.DISCOVERED:
            made = _renewed(inventory, owner, mac, by=by, now=now)
        elif owner is None and len(inventory.networks) == 1:
            made = _changed(None, _unnamed(mac, inventory.networks[0].name), by=by, now=now)
    return *made, ConfigurationSet(new)


def withdraw(inventory: Inventory, station: str, variant: Variant, *, by: str, now: datetime) -> tuple[Change, ...]:
    """Nothing, where there is none."""
    if inventory.deployed.configuration(station, variant) is None:
        return ()
    changes: list[Change] = [ConfigurationForgotten(station, variant)]
    mac = mac_of(station)
    guest = _foremans(inventory, mac) if mac is not None else None
    if mac is not None and variant is Variant.PXELINUX:
        network, name = (str(guest.network), guest.name) if guest is not None else ("", None)
        changes.append(_told(name, (network, mac), Deed.CONFIGURATION_REMOVED, now, by, variant=variant))
    is_last = all(each is variant for each in inventory.deployed.variants(station))
    if guest is not None and mac is not None and is_last and not _is_reserved(inventory, guest, mac):
        changes += _without(inventory, guest, mac, guest.address, by=by, now=now)
    return tuple(changes)


def forget(inventory: Inventory, guest: Guest) -> tuple[Change, ...]:
    """All that Foreman has deployed for a guest that somebody else removes."""
    if guest.origin is not Origin.FOREMAN:
        return ()
    deployed, network = inventory.deployed, str(guest.network)
    kept = [ReservationForgotten(network, mac) for mac in guest.macs if deployed.reservation(network, mac) is not None]
    stations = [str(mac) for mac in guest.macs]
    return *kept, *(ConfigurationForgotten(each, variant) for each in stations for variant in deployed.variants(each))


def said(inventory: Inventory, deed: Deed, address: IPv4Address, now: datetime) -> tuple[Change, ...]:
    """What the guest at `address` has said to Foreman; nothing, where no guest has it."""
    lease = inventory.lease_with(address)
    guest = inventory.guest_of(lease) if lease is not None else None
    guest = guest or next((each for each in inventory.guests if each.address == address), None)
    if guest is None or not guest.macs:
        return ()
    return (_told(guest.name, (str(guest.network), guest.macs[0]), deed, now, "", address=str(address)),)


def mac_of(station: str) -> Mac | None:
    """Of an Ethernet station; an InfiniBand address is nobody's here."""
    try:
        return None if station == DEFAULT else Mac.parse(station)
    except UsageError:
        return None


def _host(inventory: Inventory, new: Reservation) -> Guest | None:
    """The guest that this record is of: the one at its address, the one with its MAC, or the one of its name that has
    lost its address, as between the two halves of a change.
    """
    of_foreman = [each for each in inventory.guests if each.origin is Origin.FOREMAN and each.network == new.network]
    at = next((each for each in of_foreman if each.address == new.address), None)
    named = inventory.guest(new.hostname)
    with_mac = next((each for each in of_foreman if new.mac in each.macs and each.name == new.hostname), None)
    if at is not None or with_mac is not None:
        return at or with_mac
    return named if named is not None and named in of_foreman and named.address is None else None


def _name(inventory: Inventory, new: Reservation) -> str:
    """The host's name; where another machine has that, with the MAC behind it."""
    other = inventory.guest(new.hostname)
    is_free = other is None or (other.macs == (new.mac,) and other.origin in {Origin.FOREMAN, Origin.DISCOVERED})
    return new.hostname if is_free else f"{new.hostname.partition('.')[0]}-{new.mac.dashed}"


def _changed(before: Guest | None, guest: Guest, *, by: str, now: datetime) -> tuple[Change, ...]:
    if before == guest:
        return ()
    event = Event(
        at=now,
        what=Deed.GUEST_ADDED if before is None else Deed.GUEST_CHANGED,
        network=str(guest.network),
        guest=guest.name,
        mac=guest.macs[0],
        by=by,
        detail=changing.difference(before, guest),
    )
    return GuestSet(guest), Happened(event)


def _without(
    inventory: Inventory, guest: Guest, mac: Mac, address: IPv4Address | None, *, by: str, now: datetime
) -> tuple[Change, ...]:
    """`guest` without that MAC; without any it is gone."""
    macs = tuple(each for each in guest.macs if each != mac)
    if macs:
        return _changed(guest, replace(guest, macs=macs, address=address), by=by, now=now)
    return changing.remove(inventory, guest.name, by=by, now=now)


def _renewed(inventory: Inventory, before: Guest, mac: Mac, *, by: str, now: datetime) -> tuple[Change, ...]:
    gone = changing.remove(inventory, before.name, by=by, now=now)
    return *gone, *_changed(None, _unnamed(mac, str(before.network)), by=by, now=now)


def _unnamed(mac: Mac, network: str) -> Guest:
    """A host of which Foreman has told no name."""
    return Guest(name=f"foreman-{mac.dashed}", macs=(mac,), network=network, origin=Origin.FOREMAN)


def _is_reserved(inventory: Inventory, guest: Guest, mac: Mac) -> bool:
    return inventory.deployed.reservation(str(guest.network), mac) is not None


def _addresses(deployed: Deployed, network: str, guest: Guest, *, without: Mac) -> Iterable[IPv4Address]:
    kept = (deployed.reservation(network, mac) for mac in guest.macs if mac != without)
    return (each.address for each in kept if each is not None)


def _foremans(inventory: Inventory, mac: Mac) -> Guest | None:
    guest = inventory.guest_with_mac(mac)
    return guest if guest is not None and guest.origin is Origin.FOREMAN else None


def _shown(new: Reservation) -> dict[str, str]:
    said = {
        "name": new.name,
        "address": str(new.address),
        "next_server": new.option("nextServer"),
        "file": new.option("filename"),
    }
    return {key: text for key, text in said.items() if text}


def _told(guest: str | None, of: tuple[str, Mac], deed: Deed, now: datetime, by: str, **detail: str) -> Happened:
    """`of` is the network and the MAC."""
    network, mac = of
    return Happened(Event(at=now, what=deed, network=network, guest=guest, mac=mac, by=by, detail=detail))
