from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from netipl.errors import ConflictError
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.changes import LeaseSet, ReservationSet
from netipl.provisioning.foreman import records
from netipl.provisioning.inventory import Inventory
from tests.plane import LAB, START
from tests.unit.provisioning.foreman.test_hosts import ADDRESS, ONE, RECORD, TWO

LEASED = Mac.parse("52:54:00:aa:aa:aa")
LEASE = Lease(network="lab", address=ADDRESS + 9, mac=LEASED, expires=START + timedelta(hours=1))
OWN = Guest(name="web1", macs=(TWO,), network="lab", address=ADDRESS + 5)


def inventory() -> Inventory:
    made = Inventory([LAB], [OWN], [LEASE])
    made.apply(ReservationSet(RECORD))
    return made


def test_a_record_has_every_option_that_it_came_with() -> None:
    [ours, _] = records.reservations(inventory(), LAB)
    assert ours == {
        "name": "z1.example.com",
        "ip": "192.168.133.11",
        "mac": "52:54:00:00:00:01",
        "subnet": "192.168.133.0/255.255.255.0",
        "type": "reservation",
        "deleteable": True,
        "hostname": "z1.example.com",
        "nextServer": "192.168.133.1",
        "filename": "pxelinux.0",
    }


def test_a_guest_of_netipl_is_a_record_that_cannot_be_deleted() -> None:
    [_, own] = records.reservations(inventory(), LAB)
    assert (own["name"], own["ip"], own["deleteable"]) == ("web1", str(ADDRESS + 5), False)


def test_a_lease_has_its_times() -> None:
    assert records.leases(inventory(), LAB, START) == [
        {
            "name": "lease-525400aaaaaa",
            "ip": "192.168.133.20",
            "mac": "52:54:00:aa:aa:aa",
            "subnet": "192.168.133.0/255.255.255.0",
            "starts": "2026-03-01 12:00:00 UTC",
            "ends": "2026-03-01 13:00:00 UTC",
            "state": "active",
            "type": "lease",
        }
    ]


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(replace(LEASE, expires=START), id="expired"),
        pytest.param(replace(LEASE, state=LeaseState.DECLINED), id="declined"),
        pytest.param(replace(LEASE, mac=ONE), id="of a reservation"),
    ],
)
def test_no_lease_is_shown_that_is(gone: Lease) -> None:
    known = inventory()
    known.apply(LeaseSet(gone))
    assert records.leases(known, LAB, START) == []


def test_a_reservation_is_found_before_a_lease() -> None:
    known = inventory()
    known.apply(LeaseSet(replace(LEASE, mac=ONE)))
    found = records.by_mac(known, LAB, ONE, START)
    assert found is not None
    assert found["type"] == "reservation"
    [at] = records.by_address(known, LAB, ADDRESS + 9, START)
    assert at["type"] == "lease"
    assert records.by_address(known, LAB, ADDRESS + 1, START) == []
    assert records.by_mac(known, LAB, LEASED, START) is None


def test_the_same_record_is_there_already() -> None:
    assert records.is_there(inventory(), LAB, RECORD, ())


@pytest.mark.parametrize(
    ("new", "related", "conflicts"),
    [
        pytest.param(replace(RECORD, options=()), (), True, id="other options"),
        pytest.param(replace(RECORD, mac=LEASED), (), True, id="its address"),
        pytest.param(replace(RECORD, address=ADDRESS + 1), (), True, id="its MAC"),
        pytest.param(replace(RECORD, mac=LEASED), (ONE,), False, id="its address, of a related MAC"),
        pytest.param(replace(RECORD, mac=LEASED, address=ADDRESS + 5), (), True, id="that of a guest"),
        pytest.param(replace(RECORD, mac=LEASED, address=ADDRESS + 9), (), False, id="of a lease"),
    ],
)
def test_another_record_is_in_the_way(new: object, related: tuple[Mac, ...], conflicts: bool) -> None:
    assert isinstance(new, type(RECORD))
    if conflicts:
        with pytest.raises(ConflictError, match=f"Record 192.168.133.0/{new.address} already exists"):
            records.is_there(inventory(), LAB, new, related)
    else:
        assert not records.is_there(inventory(), LAB, new, related)


def test_a_subnet_has_what_foreman_imports() -> None:
    dressed = replace(LAB, dns=(IPv4Address("192.168.133.2"),), domain="example.com")
    assert records.subnet(dressed) == {
        "network": "192.168.133.0",
        "netmask": "255.255.255.0",
        "options": {
            "routers": ["192.168.133.1"],
            "domain_name_servers": ["192.168.133.2"],
            "domain_name": "example.com",
            "range": ["192.168.133.100", "192.168.133.103"],
        },
    }
