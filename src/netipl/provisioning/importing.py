"""Many guests at once: what would be added, changed and removed, and that as one change, all or nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netipl.errors import NetiplError, UsageError
from netipl.guests.guest import Guest, Origin
from netipl.provisioning import changing
from netipl.provisioning.changes import Change, GuestForgotten, GuestSet, Happened
from netipl.provisioning.inventory import Inventory


class Step(StrEnum):
    """What becomes of a guest."""

    ADD = "add"
    CHANGE = "change"
    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What becomes of one guest; `fields` has what is new in it, as `OLD -> NEW`."""

    name: str
    step: Step
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The differences in the order of the import, and the changes that make them."""

    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]


def imported(inventory: Inventory, guests: Iterable[Guest], *, prune: bool, by: str, now: datetime) -> Import:
    """Of `guests`; with `prune` all other guests that were added go. Raises UsageError, which names the guest."""
    wanted: dict[str, Guest] = {}
    for guest in guests:
        if guest.name in wanted:
            raise UsageError(f"guest {guest.name} is there twice", remedy="take one of the two out")
        wanted[guest.name] = guest
    before = {name: known for name in wanted if (known := inventory.guest(name)) is not None}
    gone = [each for each in inventory.guests if prune and each.origin is Origin.ADDED and each.name not in wanted]
    scratch = inventory.without([*before.values(), *gone])
    removals = [change for guest in gone for change in changing.remove(inventory, guest.name, by=by, now=now)]
    replaced, added = list[Change](), list[Change]()
    for name, guest in wanted.items():
        try:
            changes = changing.put(inventory, guest, by=by, now=now, among=scratch)
            scratch.apply(GuestSet(guest))
        except NetiplError as error:
            raise type(error)(f"guest {name}: {error}", remedy=error.remedy) from None
        if changes and (old := before.get(name)) is not None:
            replaced.append(GuestForgotten(str(old.network), name))
        added += changes
    differences = (*(_difference(before.get(name), guest) for name, guest in wanted.items()), *map(_removed, gone))
    return Import(differences=differences, changes=(*removals, *replaced, *_last(added)))


def _last(changes: Iterable[Change]) -> Iterator[Change]:
    """Guests before events: what is told is of what is there."""
    found = list(changes)
    yield from (change for change in found if not isinstance(change, Happened | GuestForgotten))
    yield from (change for change in found if isinstance(change, Happened))


def _difference(before: Guest | None, guest: Guest) -> Difference:
    fields = changing.difference(before, guest)
    step = Step.ADD if before is None else Step.CHANGE if fields else Step.KEEP
    return Difference(name=guest.name, step=step, fields=fields)


def _removed(guest: Guest) -> Difference:
    return Difference(name=guest.name, step=Step.REMOVE, fields={})
