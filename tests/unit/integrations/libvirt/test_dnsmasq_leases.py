"""What the file says that libvirt's dnsmasq reads its leases from."""

import json
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

import pytest

from netipl.errors import UnavailableError
from netipl.guests.lease import Lease
from netipl.integrations.libvirt.dnsmasq_leases import with_leases
from netipl.net import Mac


def lease(last: int, **more: Any) -> Lease:
    address, mac = IPv4Address(f"192.0.2.{last}"), Mac.parse("52:54:00:00:00:aa")
    expires = datetime.fromtimestamp(1_800_000_000, UTC)
    return Lease(network="lab", address=address, mac=mac, expires=expires, **more)


OURS = {"ip-address": "192.0.2.9", "mac-address": "52:54:00:00:00:aa", "expiry-time": 1_800_000_000}
OTHER = {"ip-address": "192.0.2.7", "mac-address": "52:54:00:00:00:bb", "expiry-time": 1}
V6 = {"ip-address": "2001:db8::9", "mac-address": "52:54:00:00:00:aa", "iaid": "1", "expiry-time": 1}
CASES: dict[str, tuple[list[object], Lease, list[object]]] = {
    "the first one": ([], lease(9), [OURS]),
    "beside another's": ([OTHER], lease(9), [OTHER, OURS]),
    "in the place of who had the address": ([{**OTHER, "ip-address": "192.0.2.9"}], lease(9), [OURS]),
    "in the place of an older one": ([{**OURS, "ip-address": "192.0.2.8"}], lease(9), [OURS]),
    "that of IPv6 stays": ([V6], lease(9), [V6, OURS]),
    "with the client's identifier": ([], lease(9, client_id=b"\xff\x01"), [{**OURS, "client-id": "ff:01"}]),
    "by its guest's name": ([], lease(9, guest="z1", hostname="other"), [{**OURS, "hostname": "z1"}]),
    "a name that is none is left out": ([], lease(9, hostname="a b\n"), [OURS]),
}


@pytest.mark.parametrize(("there", "new", "then"), CASES.values(), ids=CASES)
def test_a_lease_comes_in(there: list[object], new: Lease, then: list[object]) -> None:
    assert json.loads(with_leases(json.dumps(there) if there else "", [new])) == then


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1]", "7"])
def test_what_is_no_list_of_leases_is_left_alone(text: str) -> None:
    with pytest.raises(UnavailableError, match="cannot be understood"):
        with_leases(text, [lease(9)])
