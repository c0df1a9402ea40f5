"""What `netipl serve` removes when it starts: boots and observations that are older than the settings want to keep."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netipl.provisioning.changes import BootSet, GuestSet, Happened
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.store.archive import Archive
from netipl.store.database import Database
from tests.contract.store.rows import BOOT, EVENT, GUEST, keep
from tests.e2e.serving import Place, serving

pytestmark = [pytest.mark.guest, pytest.mark.root]

DAY = timedelta(days=1)


def number(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


@pytest.mark.parametrize(("history", "boots", "events"), [("2d", 1, 2), ("0", 2, 3)], ids=["two days", "for ever"])
def test_old_boots_and_what_was_observed_of_them_go(lab: Place, history: str, boots: int, events: int) -> None:
    now = datetime.now(UTC)
    old, new = now - 3 * DAY, now - DAY
    observed = replace(EVENT, by="", at=old, number=number(old))
    deed = replace(EVENT, by="user root", at=old, number=number(old) + 1)
    state = lab.directory / "state"
    state.mkdir()
    keep(
        f"{state}/netipl.sqlite",
        (
            GuestSet(replace(GUEST, address=None)),
            BootSet(replace(BOOT, began=old, build=None)),
            BootSet(replace(BOOT, began=new, build=None)),
            Happened(observed),
            Happened(deed),
            Happened(replace(observed, at=new, number=number(new))),
        ),
    )
    lab.write(lab.settings() + f'\n[limits]\nhistory = "{history}"\n')
    with serving(lab) as daemon:
        if history != "0":
            daemon.wait_for("old boots and events are removed")
        assert daemon.stop() == 0
    with closing(Database(f"{state}/netipl.sqlite")) as database:
        archive = Archive(database, lambda: ["lab"])
        assert len(archive.boots(BootQuery())) == boots
        assert len(archive.events(EventQuery())) == events
