"""What a query knows of its client: its lease time, its boot fields, the changes that bind it, what is observed."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

import pytest

from netipl.guests.guest import Guest
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network
from netipl.protocols.dhcp4.codes import MessageType, Option
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.changes import LeaseForgotten, LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.identity import Client
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.query import Query, file_shown
from netipl.provisioning.timeline import Observation, Seen
from tests.unit.provisioning.dhcp_lab import DUID, LAB, S390, START, STRANGER, Z1, Z1_ADDRESS, Z1_MAC, message

POOL_1 = IPv4Address("192.168.133.100")
FIELDS = BootFields(file=b"boot")
HOUR = timedelta(hours=1)


def boot(guest: Guest | None, network: Network, address: IPv4Address) -> BootFields:
    assert (guest, network.name, address) == (Z1, "lab", Z1_ADDRESS)
    return FIELDS


def query(*leases: Lease, network: Network = LAB, **given: Any) -> Query:
    """Z1's DISCOVER; `given` as in `dhcp_lab.message`, of any type."""
    return Query(
        message=message(MessageType.DISCOVER, xid=7, **given),
        arrival=Arrival(interface="virbr1"),
        network=network,
        addresses=Inventory((network,), (Z1,), leases).addresses(network),
        client=Client(Z1_MAC, DUID, Z1),
        now=START,
        boot=boot,
    )


SECONDS = {
    "the network's, when it does not say": (None, 3600),
    "what it asks for, when that is less": (600, 600),
    "the network's, when it asks for more": (7200, 3600),
    "the network's, when it asks for ever": (0xFFFFFFFF, 3600),
    "at least two minutes, when it asks for none": (0, 120),
}


@pytest.mark.parametrize(("wish", "seconds"), SECONDS.values(), ids=SECONDS)
def test_the_lease_time_is(wish: int | None, seconds: int) -> None:
    more = {} if wish is None else {Option.LEASE_TIME: wish.to_bytes(4, "big")}
    assert query(more=more).lease_time == timedelta(seconds=seconds)


def test_a_network_of_short_leases_gives_no_longer_ones() -> None:
    brief = replace(LAB, lease_time=timedelta(seconds=30))
    assert query(network=brief, more={Option.LEASE_TIME: bytes(4)}).lease_time == timedelta(seconds=30)


def test_boot_fields_are_for_s390_alone() -> None:
    assert query().boot_fields(Z1_ADDRESS) is FIELDS
    assert query(architecture=S390).boot_fields(Z1_ADDRESS) is FIELDS
    assert query(architecture=b"\x00\x07").boot_fields(Z1_ADDRESS) is None


def test_a_lease_says_everything_about_its_client() -> None:
    assert query().lease(Z1_ADDRESS, LeaseState.BOUND, START + HOUR) == Lease(
        network="lab",
        address=Z1_ADDRESS,
        mac=Z1_MAC,
        client_id=DUID,
        guest="z1",
        state=LeaseState.BOUND,
        expires=START + HOUR,
        xid=7,
    )


def test_a_client_keeps_the_name_that_it_gave_itself_where_it_says_none() -> None:
    before = Lease(network="lab", address=Z1_ADDRESS, mac=Z1_MAC, guest="z1", expires=START, hostname="before")
    for asked, called in ((query(before), "before"), (query(before, more={Option.HOST_NAME: b"now"}), "now")):
        assert asked.lease(Z1_ADDRESS, LeaseState.BOUND, START + HOUR).hostname == called


def test_binding_another_address_forgets_the_one_before() -> None:
    before = Lease(network="lab", address=POOL_1, mac=Z1_MAC, guest="z1", expires=START)
    asked = query(before)
    bound = LeaseSet(asked.lease(Z1_ADDRESS, LeaseState.BOUND, START + HOUR))
    assert asked.bound(Z1_ADDRESS, START + HOUR) == (LeaseForgotten("lab", POOL_1), bound)


def test_binding_the_same_address_or_the_first_forgets_nothing() -> None:
    before = Lease(network="lab", address=Z1_ADDRESS, mac=STRANGER, guest="z1", expires=START)
    for asked in (query(before), query()):
        (change,) = asked.bound(Z1_ADDRESS, START + HOUR)
        assert isinstance(change, LeaseSet)


def test_what_is_seen_is_known_by_mac_guest_and_address() -> None:
    assert query().saw(Seen.DHCP_ACK, Z1_ADDRESS, file="boot") == Observation(
        at=START,
        seen=Seen.DHCP_ACK,
        mac=Z1_MAC,
        address=Z1_ADDRESS,
        guest="z1",
        detail={"file": "boot"},
    )


def test_silence_has_its_reason() -> None:
    outcome = query().ignored("no")
    assert (outcome.reply, outcome.changes) == (None, ())
    assert [(each.seen, each.detail) for each in outcome.observations] == [(Seen.DHCP_IGNORED, {"reason": "no"})]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [(None, ""), (BootFields(), ""), (FIELDS, "boot"), (BootFields(file=b"\xff/x"), "\\xff/x")],
)
def test_the_boot_file_is_shown(fields: BootFields | None, shown: str) -> None:
    assert file_shown(fields) == shown
