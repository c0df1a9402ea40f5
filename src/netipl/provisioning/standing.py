"""Where a guest stands now, as people see it: its status, and what that follows from. All of it is in memory."""

from datetime import datetime
from ipaddress import IPv4Address

from netipl.guests.build import Build
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import LeaseState
from netipl.guests.status import Status
from netipl.provisioning import machine, status
from netipl.provisioning.boots import Boot, Boots
from netipl.provisioning.choice import is_left_to_foreman, version_of
from netipl.provisioning.foreman.wishes import Wish, wish
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import MachineView, Power
from netipl.values import value


@value(kw_only=True)
class Standing:
    """Of one guest, with its newest build and boot. `leased` is the address that it has now."""

    status: Status
    build: Build | None
    boot: Boot | None
    seen: datetime | None
    """When anything was seen of its newest boot, or of the system that it led to."""
    leased: IPv4Address | None
    machine: MachineView | None
    """None where libvirt does not run it."""
    foreman: Wish | None
    """None for a guest that is not Foreman's, or that boots something of netipl's."""


def standing(
    inventory: Inventory, boots: Boots, guest: Guest, of_libvirt: MachineView | None, now: datetime
) -> Standing:
    """Of `guest`, whose machine is `of_libvirt`, at `now`."""
    build, newest = inventory.build_of(guest), machine.newest(boots, guest)
    power = of_libvirt.power if of_libvirt is not None else None
    boot = None if newest is not None and _is_of_before(boots, newest, power) else newest
    return Standing(
        status=status.status(guest, build, boot, power),
        build=build,
        boot=boot,
        seen=boots.story(newest).heard if newest is not None else None,
        leased=_leased_to(inventory, guest, now),
        machine=of_libvirt,
        foreman=_wish(inventory, guest, build),
    )


def _is_of_before(boots: Boots, boot: Boot, power: Power | None) -> bool:
    """Whether its machine was switched off since, and runs again: of what it has booted then nothing was seen yet."""
    return power is Power.ON and boots.story(boot).left is not None


def _wish(inventory: Inventory, guest: Guest, build: Build | None) -> Wish | None:
    network = inventory.network(guest.network) if guest.network is not None else None
    installs = build is not None and build.installs
    if network is None or guest.origin is not Origin.FOREMAN or installs or not is_left_to_foreman(guest):
        return None
    return wish(inventory.deployed, guest, network, version_of(guest, network))


def _leased_to(inventory: Inventory, guest: Guest, now: datetime) -> IPv4Address | None:
    for network in inventory.networks:
        lease = inventory.lease_of(network.name, guest.name)
        if lease is not None and lease.state is LeaseState.BOUND and lease.expires > now:
            return lease.address
    return None
