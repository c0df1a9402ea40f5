"""The routes of the DHCP module, row by row."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.changes import Change, GuestSet, LeaseSet
from tests.contract.servers.smartproxy.lab import Proxy
from tests.foreman_conversation import Fields

MAC, OTHER = "52:54:00:00:00:01", "52:54:00:00:00:02"
RECORD: Fields = (
    ("hostname", "z1.example.com"),
    ("mac", MAC),
    ("ip", "192.0.2.11"),
    ("network", "192.0.2.0"),
    ("nextServer", "192.0.2.1"),
    ("filename", "pxelinux.0"),
    ("name", "z1.example.com"),
    ("related_macs", ()),
)
SHOWN = {
    "name": "z1.example.com",
    "ip": "192.0.2.11",
    "mac": MAC,
    "subnet": "192.0.2.0/255.255.255.0",
    "type": "reservation",
    "deleteable": True,
    "hostname": "z1.example.com",
    "nextServer": "192.0.2.1",
    "filename": "pxelinux.0",
}
OWN = Guest(
    name="web1",
    macs=(Mac.parse("52:54:00:00:00:09"),),
    network="lab",
    address=IPv4Address("192.0.2.9"),
    origin=Origin.ADDED,
)


def with_(record: Fields = RECORD, **other: str | tuple[str, ...]) -> Fields:
    return tuple((key, other.get(key, said)) for key, said in record)


def lease(mac: str, address: str) -> Change:
    ends = datetime.now(UTC) + timedelta(hours=1)
    return LeaseSet(Lease(network="lab", address=IPv4Address(address), mac=Mac.parse(mac), expires=ends))


@pytest.mark.parametrize("path", ["/dhcp", "/dhcp/"])
def test_the_subnets(proxy: Proxy, path: str) -> None:
    found = proxy.ask("GET", path)
    assert (found.status, found.media_type) == (200, "application/json")
    [subnet] = found.json
    assert (subnet["network"], subnet["netmask"]) == ("192.0.2.0", "255.255.255.0")
    assert subnet["options"] == {"routers": ["192.0.2.1"], "range": ["192.0.2.100", "192.0.2.199"]}


def test_a_record_comes_back_with_all_that_it_came_with(proxy: Proxy) -> None:
    made = proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    assert made.is_done
    assert made.media_type == "application/json"
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC.upper()}").json == SHOWN
    assert proxy.ask("GET", "/dhcp/192.0.2.0/ip/192.0.2.11").json == [SHOWN]
    assert proxy.ask("GET", "/dhcp/192.0.2.0").json == {"reservations": [SHOWN], "leases": []}


def test_the_same_record_twice_is_no_conflict(proxy: Proxy) -> None:
    for _ in range(2):
        assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
    assert len(proxy.ask("GET", "/dhcp/192.0.2.0").json["reservations"]) == 1


def test_the_subnet_of_a_new_record_is_the_one_that_holds_the_address(proxy: Proxy) -> None:
    assert proxy.ask("POST", "/dhcp/192.0.2.7", RECORD).is_done
    assert proxy.ask("GET", "/dhcp/192.0.2.0/ip/192.0.2.11").status == 200


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(with_(mac=OTHER), id="the address of another"),
        pytest.param(with_(ip="192.0.2.12"), id="the MAC of another"),
        pytest.param(with_(filename="other"), id="another file"),
        pytest.param(with_(mac=OTHER, ip="192.0.2.9"), id="the address of a guest of netipl"),
        pytest.param(with_(mac="52:54:00:00:00:09", ip="192.0.2.13"), id="the MAC of a guest of netipl"),
    ],
)
def test_a_record_that_is_in_the_way_is_a_conflict(proxy: Proxy, other: Fields) -> None:
    proxy.wait(proxy.control.commit([GuestSet(OWN)]))
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    found = proxy.ask("POST", "/dhcp/192.0.2.0", other)
    address = dict(other)["ip"]
    assert (found.status, found.media_type) == (409, "application/json")
    assert found.text == f"Record 192.0.2.0/{address} already exists"
    told = [each["message"] for each in proxy.ask("GET", "/logs").json["logs"] if "cannot have" in each["message"]]
    assert any(f"{name} has 52:54:00" in told[0] for name in (OWN.name, "z1.example.com")), "whose it is"


@pytest.mark.parametrize("related", [(MAC,), (MAC, "52:54:00:00:00:03")])
def test_the_ports_of_a_bond_share_an_address(proxy: Proxy, related: tuple[str, ...]) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    sibling = with_(mac=OTHER, name="z1.example.com-01", related_macs=related)
    assert proxy.ask("POST", "/dhcp/192.0.2.0", sibling).is_done
    found = proxy.ask("GET", "/dhcp/192.0.2.0/ip/192.0.2.11").json
    assert [each["name"] for each in found] == ["z1.example.com", "z1.example.com-01"]
    [guest] = proxy.inventory.guests
    assert list(map(str, guest.macs)) == [MAC, OTHER]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        pytest.param(with_(hostname="", name=""), "Must provide hostname", id="no name"),
        pytest.param(RECORD[2:3], "Must provide hostname", id="hardly anything"),
        pytest.param(with_(mac=""), "Invalid MAC ", id="no MAC"),
        pytest.param(with_(mac="01:00:00:00:00:01"), "Invalid MAC 01:00:00:00:00:01", id="no station's MAC"),
        pytest.param(with_(ip=""), "Invalid IP Address ", id="no address"),
        pytest.param(with_(ip="2001:db8::1"), "Invalid IP Address 2001:db8::1", id="an address of IPv6"),
        pytest.param(with_(ip="10.0.0.1"), "IP Address 10.0.0.1 is not in subnet", id="an address outside"),
        pytest.param(with_(ip="192.0.2.1"), "not free", id="the address of the server"),
        pytest.param(with_(hostname="../z1"), "no DNS name", id="a name that is a path"),
        pytest.param((*RECORD, ("<SPARC>root_path_name", "x")), "Vendor option", id="a vendor's option"),
        pytest.param((*RECORD, ("note", "a\nb")), "no text for a record", id="two lines"),
    ],
)
def test_a_record_that_is_none_is_refused_and_nothing_is_broken_by_it(proxy: Proxy, record: Fields, words: str) -> None:
    found = proxy.ask("POST", "/dhcp/192.0.2.0", record)
    assert (found.status, found.media_type) == (400, "application/json")
    assert words in found.text
    assert proxy.ask("GET", "/dhcp/192.0.2.0").json == {"reservations": [], "leases": []}


def test_name_and_hostname_stand_for_one_another(proxy: Proxy) -> None:
    for key, mac, address in (("name", MAC, "192.0.2.11"), ("hostname", OTHER, "192.0.2.12")):
        assert proxy.ask(
            "POST", "/dhcp/192.0.2.0", [(key, f"{key}.example.com"), ("mac", mac), ("ip", address)]
        ).is_done
        found = proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{mac}").json
        assert found["name"] == found["hostname"] == f"{key}.example.com"


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/dhcp/10.9.9.0", 404, "Subnet 10.9.9.0 could not found"),
        ("GET", "/dhcp/192.0.2.7", 404, "Subnet 192.0.2.7 could not found"),
        ("GET", "/dhcp/bogus", 400, "Invalid IP Address bogus"),
        ("GET", "/dhcp/10.9.9.0/unused_ip?", 404, "Subnet 10.9.9.0 could not found"),
        ("GET", f"/dhcp/10.9.9.0/mac/{MAC}", 404, "Subnet 10.9.9.0 could not found"),
        ("GET", "/dhcp/10.9.9.0/ip/10.9.9.1", 404, "Subnet 10.9.9.0 could not found"),
        ("GET", "/dhcp/192.0.2.0/mac/bogus", 400, "Invalid MAC bogus"),
        ("GET", "/dhcp/192.0.2.0/ip/bogus", 400, "Invalid IP Address bogus"),
        ("GET", f"/dhcp/192.0.2.0/mac/{MAC}", 404, f"No DHCP record for MAC 192.0.2.0/{MAC} found"),
        ("GET", "/dhcp/192.0.2.0/ip/192.0.2.11", 404, "No DHCP records for IP 192.0.2.0/192.0.2.11 found"),
        ("POST", "/dhcp/10.9.9.0", 400, "No Subnet detected for: 10.9.9.0"),
        ("POST", "/dhcp/bogus", 400, "Invalid IP Address bogus"),
        ("DELETE", "/dhcp/192.0.2.0/mac/bogus", 400, "Invalid MAC bogus"),
        ("DELETE", "/dhcp/192.0.2.0/ip/bogus", 400, "Invalid IP Address bogus"),
    ],
)
def test_an_answer_that_is_no(proxy: Proxy, method: str, path: str, status: int, words: str) -> None:
    found = proxy.ask(method, path, RECORD if method == "POST" else None)
    assert (found.status, found.text, found.media_type) == (status, words, "application/json")


@pytest.mark.parametrize("path", [f"mac/{MAC}", "ip/192.0.2.11"])
def test_a_record_is_removed_once_and_it_is_no_fault_that_there_is_none(proxy: Proxy, path: str) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    for network in ("192.0.2.0", "192.0.2.0", "10.9.9.0"):
        found = proxy.ask("DELETE", f"/dhcp/{network}/{path}")
        assert found.is_done
        assert found.media_type == "text/html;charset=utf-8"
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").status == 404


def test_a_guest_of_netipl_is_shown_and_not_removed(proxy: Proxy) -> None:
    proxy.wait(proxy.control.commit([GuestSet(OWN)]))
    [found] = proxy.ask("GET", "/dhcp/192.0.2.0/ip/192.0.2.9").json
    assert (found["name"], found["deleteable"]) == ("web1", False)
    for path in ("mac/52:54:00:00:00:09", "ip/192.0.2.9"):
        refused = proxy.ask("DELETE", f"/dhcp/192.0.2.0/{path}")
        assert refused.status == 400
        assert refused.text.startswith("Error removing DHCP record: guest web1")
    assert proxy.inventory.guest("web1") == OWN


def test_a_lease_is_found_where_there_is_no_reservation(proxy: Proxy) -> None:
    proxy.wait(proxy.control.commit([lease(OTHER, "192.0.2.120")]))
    [of_address] = proxy.ask("GET", "/dhcp/192.0.2.0/ip/192.0.2.120").json
    of_mac = proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{OTHER}").json
    assert of_mac == of_address
    assert (of_mac["name"], of_mac["type"], of_mac["state"]) == ("lease-525400000002", "lease", "active")
    assert of_mac["ends"].endswith(" UTC")
    assert proxy.ask("GET", "/dhcp/192.0.2.0").json == {"reservations": [], "leases": [of_mac]}
    assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{OTHER}").is_done, "it is not Foreman's, and runs on"


def test_an_unused_address_is_offered_once(proxy: Proxy) -> None:
    whole = proxy.ask("GET", "/dhcp/192.0.2.0/unused_ip?")
    assert IPv4Address(whole.json["ip"]) in proxy.control.networks[0].subnet
    path = f"/dhcp/192.0.2.0/unused_ip?mac={MAC}&from=192.0.2.50&to=192.0.2.50"
    assert proxy.ask("GET", path).json == {"ip": "192.0.2.50"}
    again = proxy.ask("GET", path)
    assert (again.status, again.json) == (200, {"ip": None})


def test_a_machine_is_offered_what_it_has(proxy: Proxy) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    proxy.wait(proxy.control.commit([lease(OTHER, "192.0.2.120")]))
    for mac, address in ((MAC, "192.0.2.11"), (OTHER, "192.0.2.120")):
        for _ in range(2):
            path = f"/dhcp/192.0.2.0/unused_ip?mac={mac}&from=192.0.2.10&to=192.0.2.200"
            assert proxy.ask("GET", path).json == {"ip": address}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=192.0.2.20&to=192.0.2.10", "192.0.2.20 can't be lower IP address than 192.0.2.10 - change the order?"),
        ("from=10.0.0.1&to=10.0.0.2", "Range does not belong to provided subnet"),
        ("mac=zz", "Invalid MAC zz"),
        ("from=bogus", "Invalid IP Address bogus"),
    ],
)
def test_a_range_that_is_none_is_refused(proxy: Proxy, query: str, words: str) -> None:
    found = proxy.ask("GET", f"/dhcp/192.0.2.0/unused_ip?{query}")
    assert (found.status, found.text) == (400, words)


INFINIBAND = ":".join(["ab"] * 20)


def test_an_infiniband_address_is_one_that_nothing_is_known_of(proxy: Proxy) -> None:
    """Foreman takes any other answer than 404 as a reason to refuse the host."""
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{INFINIBAND.upper()}").status == 404
    assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{INFINIBAND}").is_done
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/unused_ip?mac={INFINIBAND}").json["ip"]
    of_it = [(key, INFINIBAND if key == "mac" else said) for key, said in RECORD]
    refused = proxy.ask("POST", "/dhcp/192.0.2.0", of_it)
    assert (refused.status, refused.text) == (400, f"Invalid MAC {INFINIBAND}")
    beside = [(key, (INFINIBAND,) if key == "related_macs" else said) for key, said in RECORD]
    assert proxy.ask("POST", "/dhcp/192.0.2.0", beside).is_done


def test_octets_may_have_one_digit(proxy: Proxy) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", [(key, "52:54:0:0:0:1" if key == "mac" else said) for key, said in RECORD])
    assert proxy.ask("GET", "/dhcp/192.0.2.0/mac/52:54:0:00:0:01").json["mac"] == MAC
