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
from netipl.provisioning.foreman.records import Host, Leased, Records
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


def known(inventory: Inventory) -> Records:
    return records.of_inventory(inventory, LAB, START)


def test_a_record_has_every_option_that_it_came_with() -> None:
    [ours, _] = known(inventory()).reservations
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
    [_, own] = known(inventory()).reservations
    assert (own["name"], own["ip"], own["deleteable"]) == ("web1", str(ADDRESS + 5), False)


def test_a_lease_has_its_times() -> None:
    assert known(inventory()).leases == [
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
    changed = inventory()
    changed.apply(LeaseSet(gone))
    assert known(changed).leases == []


def test_a_reservation_is_found_before_a_lease() -> None:
    changed = inventory()
    changed.apply(LeaseSet(replace(LEASE, mac=ONE)))
    there = known(changed)
    found = there.by_mac(ONE)
    assert found is not None
    assert found["type"] == "reservation"
    [at] = there.by_address(ADDRESS + 9)
    assert at["type"] == "lease"
    assert there.by_address(ADDRESS + 1) == []
    assert there.by_mac(LEASED) is None


def test_the_same_record_is_there_already() -> None:
    assert known(inventory()).has(RECORD, ())


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
            known(inventory()).has(new, related)
    else:
        assert not known(inventory()).has(new, related)


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


def test_a_subnet_without_a_router_says_none() -> None:
    options = records.subnet(LAB, has_router=False)["options"]
    assert isinstance(options, dict)
    assert list(options) == ["range"]


HOST = records.host_of(RECORD)
FOREIGN = Host(mac=LEASED, name="old", address=ADDRESS + 2)


def of_hosts(*hosts: Host, leased: tuple[Leased, ...] = ()) -> Records:
    return records.of_hosts(inventory(), LAB, hosts, leased)


def test_a_host_is_foremans_record_as_long_as_it_is_what_that_made_it() -> None:
    [ours, _] = of_hosts(HOST).reservations
    assert (ours["hostname"], ours["filename"]) == ("z1.example.com", "pxelinux.0")
    for changed in (replace(HOST, address=ADDRESS + 3), replace(HOST, name="z2")):
        [other, _] = of_hosts(changed).reservations
        assert "filename" not in other
        assert (other["ip"], other["hostname"]) == (str(changed.address), changed.name)
    assert [each["name"] for each in of_hosts().reservations] == ["web1"], "what the network does not say is not there"


def test_a_host_that_others_wrote_is_a_reservation_that_may_be_deleted() -> None:
    [other, _] = of_hosts(FOREIGN).reservations
    assert other == {
        "name": "old",
        "ip": str(ADDRESS + 2),
        "mac": str(LEASED),
        "subnet": "192.168.133.0/255.255.255.0",
        "type": "reservation",
        "deleteable": True,
        "hostname": "old",
    }
    [unnamed, _] = of_hosts(replace(FOREIGN, name="")).reservations
    assert unnamed["name"] == LEASED.dashed


def test_a_host_of_a_guest_of_netipl_is_shown_once_and_stays() -> None:
    [own] = of_hosts(Host(mac=TWO, name="web1", address=ADDRESS + 5)).reservations
    assert (own["name"], own["deleteable"]) == ("web1", False)


def test_a_host_without_a_mac_is_no_record_and_its_address_is_taken() -> None:
    there = of_hosts(Host(mac=None, name="by-name", address=ADDRESS + 7))
    assert [each["name"] for each in there.reservations] == ["web1"]
    assert ADDRESS + 7 in there.taken
    with pytest.raises(ConflictError):
        there.has(replace(RECORD, address=ADDRESS + 7), ())


def test_a_lease_of_libvirt_has_no_beginning() -> None:
    [lease] = of_hosts(HOST, leased=(Leased(mac=LEASED, address=ADDRESS + 9, ends=START),)).leases
    assert (lease["starts"], lease["ends"]) == (None, "2026-03-01 12:00:00 UTC")
    assert ADDRESS + 9 in of_hosts(leased=(Leased(mac=LEASED, address=ADDRESS + 9),)).taken


def test_a_host_of_which_foreman_could_not_be_told_is_in_nobodys_way() -> None:
    """Its record is made anew, as after a daemon that was killed; any other is in the way."""
    new = replace(RECORD, mac=LEASED, name="old", address=ADDRESS + 2)
    assert not of_hosts(FOREIGN).has(new, ())
    for other in (replace(new, name="z9"), replace(new, address=ADDRESS + 4), replace(new, mac=ONE)):
        with pytest.raises(ConflictError):
            of_hosts(FOREIGN).has(other, ())


@pytest.mark.parametrize(
    ("name", "written"),
    [("z1.example.com", "z1.example.com"), ("1z.example.com", ""), ("z_1", ""), ("", "")],
)
def test_a_host_has_the_name_that_libvirt_takes(name: str, written: str) -> None:
    assert records.host_of(replace(RECORD, name=name)).name == written
