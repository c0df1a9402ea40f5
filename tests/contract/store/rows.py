"""A lease that has everything, and how leases come into a database of the tests."""

from contextlib import closing
from datetime import UTC, datetime
from ipaddress import IPv4Address

from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.changes import LeaseSet
from netipl.store.journal import Journal

LEASE = Lease(
    network="lab",
    address=IPv4Address("192.0.2.10"),
    mac=Mac.parse("52:54:00:13:33:0a"),
    client_id=b"\xff\x00'\"",
    guest="gäst-\U0001f5a5'\n",
    state=LeaseState.RELEASED,
    expires=datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    xid=0xFFFFFFFF,
)


def store(url: str, *leases: Lease) -> None:
    with closing(Journal(url, ["lab", "other"])) as journal:
        journal.submit(map(LeaseSet, leases), lambda _: None)
