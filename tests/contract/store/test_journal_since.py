"""What is submitted while the store is being read is not in its answer, and is known beside it."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.changes import LeaseSet
from netipl.store.journal import Journal

LEASE = Lease(
    network="lab",
    address=IPv4Address("192.0.2.10"),
    mac=Mac.parse("52:54:00:13:33:0a"),
    expires=datetime(2030, 1, 1, tzinfo=UTC),
)
BEFORE, AFTER = LeaseSet(LEASE), LeaseSet(replace(LEASE, address=IPv4Address("192.0.2.11")))


def test_what_is_submitted_after_the_question_is_told_once(tmp_path: Path) -> None:
    with closing(Journal(str(tmp_path / "netipl.db"), ["lab"])) as journal:
        journal.submit([BEFORE], lambda _: None)
        asked = journal.ask()
        journal.submit([AFTER], lambda _: None)
        assert asked.result(60).leases == (LEASE,)
        assert journal.submitted_since() == [AFTER]
        journal.submit([BEFORE], lambda _: None)
        assert journal.submitted_since() == []
