"""A network that another DHCP server had until now: its reservations become guests, and its leases go on as ours.

What we know already stays as it is: a guest or a lease of ours is newer than what the other one knew.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from netipl.errors import NetiplError
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.provisioning import changing
from netipl.provisioning.changes import Change, GuestSet, LeaseSet
from netipl.provisioning.inventory import Inventory
from netipl.values import value


@value(kw_only=True)
class HandedOver:
    """What the other server knew of the network of that name."""

    network: str
    guests: tuple[Guest, ...] = ()
    """Its reservations."""
    leases: tuple[Lease, ...] = ()


@value(kw_only=True)
class TakenOver:
    """`left_out` says which guests do not fit in, each with its reason."""

    changes: tuple[Change, ...]
    left_out: tuple[str, ...]


def taken_over(inventory: Inventory, handed: HandedOver, *, by: str, now: datetime) -> TakenOver:
    """What follows for `inventory`, which has the network."""
    changes, left_out = list[Change](), list[str]()
    scratch = inventory.without(())
    for guest in handed.guests:
        if any(inventory.guest_with_mac(mac) is not None for mac in guest.macs):
            continue
        try:
            made = changing.put(inventory, guest, by=by, now=now, among=scratch)
        except NetiplError as error:
            left_out.append(f"guest {guest.name}: {error}")
            continue
        scratch.apply(GuestSet(guest))
        changes += made
    changes += _leases(inventory, scratch, handed, now)
    return TakenOver(changes=tuple(changes), left_out=tuple(left_out))


def _leases(inventory: Inventory, after: Inventory, handed: HandedOver, now: datetime) -> Iterator[Change]:
    """Those that hold, of addresses that we may give to their owner `after` the guests are there."""
    network = inventory.network(handed.network)
    if network is None:
        return
    plan = after.addresses(network).plan
    for lease in handed.leases:
        guest = after.guest_of(lease)
        owner = lease.mac if guest is None else guest.name
        is_known = inventory.lease(network.name, lease.address) or inventory.lease_of(network.name, owner)
        is_ours_to_give = plan.pooled(lease.address) or plan.reserved(guest) == lease.address
        if lease.expires > now and not is_known and is_ours_to_give:
            yield LeaseSet(replace(lease, guest=None if guest is None else guest.name))
