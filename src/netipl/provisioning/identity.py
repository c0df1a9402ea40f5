"""Who a client is: a guest that is known, or a MAC.

The firmware sends no option 61 and the guest's own system a DUID in it (RFC 4361), both from one MAC. So the MAC
decides first, then the client identifier, then the UUID, and a client of the pool is its MAC whatever else it says:
two identifiers behind one MAC are one owner, and cloned machines that share a DUID are two.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from netipl.errors import UsageError
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.values import value

Owner = str | Mac
"""Whose an address is: the name of a guest, or the MAC of a client of the pool."""


@value()
class Client:
    """Who sent a message in one network."""

    mac: Mac
    client_id: bytes | None
    guest: Guest | None

    @property
    def owner(self) -> Owner:
        return self.mac if self.guest is None else self.guest.name


class Guests:
    """The guests that are known, by everything that tells them. Raises UsageError when two share a mark."""

    def __init__(self, guests: Iterable[Guest]) -> None:
        self._by_name: dict[str, Guest] = {}
        self._by_folded_name: dict[str, Guest] = {}
        self._by_mac: dict[Mac, Guest] = {}
        self._by_client_id: dict[bytes, Guest] = {}
        self._by_uuid: dict[UUID, Guest] = {}
        self.waiting = 0
        """How many wait for approval."""
        for guest in guests:
            self.add(guest)

    def check(self, guest: Guest, *, instead_of: Guest | None = None) -> None:
        """Raises UsageError when another than `instead_of` has its name or a mark of it."""
        for table, key in self._places(guest):
            if (other := table.get(key)) is not None and other is not instead_of:
                shown = key.hex(":") if isinstance(key, bytes) else key
                raise UsageError(
                    f"the guests {other.name} and {guest.name} are both {shown}", remedy="take it from one of them"
                )

    def add(self, guest: Guest) -> None:
        """Raises UsageError, and then adds nothing, when another has its name or a mark of it."""
        self.check(guest)
        for table, key in self._places(guest):
            table[key] = guest
        self.waiting += not guest.is_approved

    def remove(self, guest: Guest) -> None:
        for table, key in self._places(guest):
            table.pop(key, None)
        self.waiting -= not guest.is_approved

    def _places(self, guest: Guest) -> Iterator[tuple[dict[Any, Guest], Any]]:  # Any: each table has its own keys
        yield self._by_name, guest.name
        yield self._by_folded_name, guest.name.lower()  # RFC 4343: names that differ in case alone are one
        for mac in guest.macs:
            yield self._by_mac, mac
        if guest.client_id is not None:
            yield self._by_client_id, guest.client_id
        if guest.uuid is not None:
            yield self._by_uuid, guest.uuid

    def __iter__(self) -> Iterator[Guest]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def named(self, name: str | None) -> Guest | None:
        return None if name is None else self._by_name.get(name)

    def recognised(self, mac: Mac | None, client_id: bytes | None = None, uuid: UUID | None = None) -> Guest | None:
        """The guest with that MAC, otherwise with that client identifier, otherwise with that UUID."""
        return (
            (self._by_mac.get(mac) if mac is not None else None)
            or (self._by_client_id.get(client_id) if client_id is not None else None)
            or (self._by_uuid.get(uuid) if uuid is not None else None)
        )

    def owner_of(self, lease: Lease, network: Network) -> Owner:
        """Whose a lease is now: guests come and go, while the MAC it was given to stays."""
        for guest in (self.named(lease.guest), self._by_mac.get(lease.mac)):
            if guest is not None and at_home(guest, network):
                return guest.name
        return lease.mac


def at_home(guest: Guest, network: Network) -> bool:
    """Whether `guest` is one of this network's guests; elsewhere it is a client like any other."""
    return guest.network is None or guest.network == network.name


def name_of(guest: Guest | None) -> str | None:
    return None if guest is None else guest.name
