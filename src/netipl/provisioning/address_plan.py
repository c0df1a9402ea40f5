"""Which addresses of a network may be given: one reserved for each guest that has it, the rest of the pools to anyone.

The addresses of the subnet itself, of the server, routers, relays and name servers, and those reserved, are in no pool.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UsageError
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.net import AddressRange
from netipl.provisioning.identity import at_home

_POINT_TO_POINT: Final = 31  # RFC 3021: from here on every address is a host's


class AddressPlan:
    """The plan of one network. Raises UsageError for a pool or a reservation that its subnet does not have room for."""

    def __init__(self, network: Network, guests: Iterable[Guest]) -> None:
        self.network = network
        taken = _taken(network)
        self._reserved: dict[str, IPv4Address] = {}
        self._reserved_for: dict[IPv4Address, str] = {}
        for guest in guests:
            if guest.address is not None and at_home(guest, network):
                self._reserve(guest.name, guest.address, taken, named=guest.network is not None)
        self._ranges = [_bounds(pool, network) for pool in network.pools]
        self._taken = taken
        self._withheld = {int(address) for address in taken | self._reserved_for.keys()}

    def check(self, guest: Guest) -> None:
        """Raises UsageError for a reservation that there is no room for."""
        if guest.address is not None and at_home(guest, self.network):
            self._checked(guest.name, guest.address, self._taken, named=guest.network is not None)

    def add(self, guest: Guest) -> None:
        """Reserves its address. Raises UsageError."""
        if guest.address is not None and at_home(guest, self.network):
            self._reserve(guest.name, guest.address, self._taken, named=guest.network is not None)
            if guest.name in self._reserved:
                self._withheld.add(int(guest.address))

    def remove(self, guest: Guest) -> IPv4Address | None:
        """Gives its reservation back; the address, where any client may have it now."""
        address = self._reserved.pop(guest.name, None)
        if address is None:
            return None
        del self._reserved_for[address]
        self._withheld.discard(int(address))
        return address if self.pooled(address) else None

    def _reserve(self, name: str, address: IPv4Address, taken: set[IPv4Address], *, named: bool) -> None:
        if self._checked(name, address, taken, named=named):
            self._reserved_for[address] = name
            self._reserved[name] = address

    def _checked(self, name: str, address: IPv4Address, taken: set[IPv4Address], *, named: bool) -> bool:
        """Whether it is an address of this network. Raises UsageError when it cannot be given."""
        network = self.network
        if address not in network.subnet:
            if named:
                raise UsageError(
                    f"the address {address} of guest {name} is not in network {network.name}",
                    remedy=f"give it one of {network.subnet}",
                )
            return False
        if address in taken:
            raise UsageError(
                f"the address {address} of guest {name} is not free in network {network.name}",
                remedy="give it one that is no server's or router's, or none: it gets one of the pool",
            )
        if (other := self._reserved_for.get(address, name)) != name:
            raise UsageError(
                f"the guests {other} and {name} both have the address {address}", remedy="take it from one of them"
            )
        return True

    def reserved(self, guest: Guest | None) -> IPv4Address | None:
        """The address that is `guest`'s alone."""
        return None if guest is None else self._reserved.get(guest.name)

    def owner(self, address: IPv4Address) -> str | None:
        """The name of the guest whose alone it is."""
        return self._reserved_for.get(address)

    def may_be_reserved(self, address: IPv4Address) -> bool:
        """Whether `address` could be that of one more guest."""
        return address in self.network.subnet and address not in self._taken and address not in self._reserved_for

    def pooled(self, address: IPv4Address) -> bool:
        """Whether any client may get `address`."""
        number = int(address)
        for first, last in self._ranges:
            if first <= number <= last:
                return number not in self._withheld
        return False

    def __iter__(self) -> Iterator[IPv4Address]:
        """The addresses of the pools, made as they are asked for."""
        for first, last in self._ranges:
            for number in range(first, last + 1):
                if number not in self._withheld:
                    yield IPv4Address(number)


def _taken(network: Network) -> set[IPv4Address]:
    """What no client may ever have."""
    taken = {network.server, *network.dns, *network.relays}
    if network.router is not None:
        taken.add(network.router)
    if network.subnet.prefixlen < _POINT_TO_POINT:
        taken |= {network.subnet.network_address, network.subnet.broadcast_address}
    return taken


def _bounds(pool: AddressRange, network: Network) -> tuple[int, int]:
    if pool.first not in network.subnet or pool.last not in network.subnet:
        raise UsageError(
            f"the pool {pool} is not in network {network.name}", remedy=f"choose a range within {network.subnet}"
        )
    return int(pool.first), int(pool.last)
