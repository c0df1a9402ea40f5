from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.errors import UsageError
from netipl.net import AddressRange
from netipl.provisioning.foreman.free_addresses import KEPT, Offered, candidates, own, span
from tests.plane import LAB, START
from tests.unit.provisioning.foreman.test_hosts import ADDRESS, ONE, TWO
from tests.unit.provisioning.foreman.test_records import LEASED, OWN, inventory, known

FEW = AddressRange.parse("192.168.133.9-192.168.133.20")


def found(among: AddressRange = FEW, offered: Offered | None = None, start: int = 0) -> list[int]:
    """The last octets."""
    there = inventory()
    made = candidates(there, known(there), among, offered or Offered(), START, random=lambda _: start)
    return [int(address) & 0xFF for address in made]


def test_all_are_offered_but_those_that_somebody_has() -> None:
    assert found() == [9, 10, 12, 13, 14, 15, 17, 18, 19], "11 is reserved, 16 a guest's, 20 leased"


def test_it_begins_anywhere_and_goes_round() -> None:
    assert found(start=8) == [17, 18, 19, 9, 10, 12, 13, 14, 15]


def test_the_whole_subnet_has_neither_server_nor_its_own_addresses() -> None:
    whole = found(span(LAB, None, None))
    assert (min(whole), max(whole)) == (2, 254)


def test_what_was_offered_is_kept_for_half_an_hour() -> None:
    offered = Offered()
    offered.add(IPv4Address("192.168.133.9"), START)
    assert found(offered=offered)[0] == 10
    assert offered.has(IPv4Address("192.168.133.9"), START + KEPT - timedelta(seconds=1))
    assert not offered.has(IPv4Address("192.168.133.9"), START + KEPT)


def test_a_machine_keeps_what_it_has_within_the_range() -> None:
    there = known(inventory())
    assert own(there, ONE, FEW) == ADDRESS
    assert own(there, TWO, FEW) == OWN.address
    assert own(there, LEASED, FEW) == ADDRESS + 9
    assert own(there, ONE, AddressRange.parse("192.168.133.50")) is None


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("192.168.133.9", "192.168.133.8", "192.168.133.9 can't be lower IP address than 192.168.133.8"),
        ("10.0.0.1", "192.168.133.8", "Range does not belong to provided subnet"),
        ("192.168.133.9", "10.0.0.1", "can't be lower"),
        ("192.168.133.300", None, "Invalid IP Address 192.168.133.300"),
        ("::1", None, "Invalid IP Address ::1"),
    ],
)
def test_a_range_that_is_none_is_refused(first: str, last: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        span(LAB, first, last)
