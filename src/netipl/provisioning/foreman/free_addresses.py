"""Which address Foreman is offered for a new host: its own, if it has one there, else one that nobody has.

An address that was offered is not offered again for half an hour, since Foreman takes its time to reserve it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UsageError
from netipl.guests.network import Network
from netipl.net import AddressRange, Mac
from netipl.provisioning.foreman.records import Records
from netipl.provisioning.inventory import Inventory

KEPT: Final = timedelta(minutes=30)
"""How long an address is nobody else's after it was offered."""

Random = Callable[[int], int]
"""A number below the one given."""


class Offered:
    """The addresses that were offered lately."""

    def __init__(self) -> None:
        self._until: dict[IPv4Address, datetime] = {}

    def add(self, address: IPv4Address, now: datetime) -> None:
        self._until = {each: until for each, until in self._until.items() if until > now}
        self._until[address] = now + KEPT

    def has(self, address: IPv4Address, now: datetime) -> bool:
        return (until := self._until.get(address)) is not None and until > now


def span(network: Network, first: str | None, last: str | None) -> AddressRange:
    """From two addresses as Foreman writes them; without them the whole subnet. Raises UsageError."""
    one, other = _address(first), _address(last)
    if one is not None and other is not None and one > other:
        raise UsageError(f"{first} can't be lower IP address than {last} - change the order?")
    hosts = network.subnet.network_address + 1, network.subnet.broadcast_address - 1
    low, high = one or hosts[0], other or hosts[1]
    if low not in network.subnet or high not in network.subnet or low > high:
        raise UsageError("Range does not belong to provided subnet")
    return AddressRange(low, high)


def own(records: Records, mac: Mac, among: AddressRange) -> IPv4Address | None:
    """The address that `mac` has already, reserved or leased, if it is in the range."""
    found = records.by_mac(mac)
    address = IPv4Address(str(found["ip"])) if found is not None else None
    return address if address in among else None


def candidates(
    inventory: Inventory, records: Records, among: AddressRange, offered: Offered, now: datetime, *, random: Random
) -> Iterator[IPv4Address]:
    """All free ones of the range, from a random one on."""
    addresses = inventory.addresses(records.network)
    had = records.taken | {each.address for each in addresses.offers() if each.until > now}
    count = len(among)
    start = random(count)
    for number in range(count):
        address = among.first + (start + number) % count
        if addresses.plan.may_be_reserved(address) and address not in had and not offered.has(address, now):
            yield address


def _address(text: str | None) -> IPv4Address | None:
    try:
        return IPv4Address(text) if text else None
    except ValueError:
        raise UsageError(f"Invalid IP Address {text}") from None
