"""A process that is killed at whatever instant has stored every guest, build, boot and event that it acknowledged."""

import random
import subprocess
import sys
from contextlib import closing
from itertools import pairwise

from netipl.provisioning.history import BootQuery, EventQuery
from netipl.store.archive import Archive
from netipl.store.database import Database
from tests.contract.store import keeper
from tests.contract.store.rows import stored

TIMES = 5


def acknowledged(url: str, count: int) -> list[int]:
    """The steps that a process says before it is killed, `count` of them or a few more."""
    command = [sys.executable, "-m", keeper.__name__, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(count)]
        process.kill()
        said += process.stdout.readlines()
    return [int(line) for line in said if line.endswith("\n")]


def test_what_was_acknowledged_is_stored_and_each_submission_whole_or_not_at_all(url: str) -> None:
    instants = random.Random(TIMES)
    said = [acknowledged(url, instants.randrange(1, 400)) for _ in range(TIMES)]
    assert all(later[0] > earlier[-1] for earlier, later in pairwise(said))
    kept = stored(url, ["lab"])
    with closing(Database(url)) as database:
        archive = Archive(database, lambda: ["lab"])
        happened = {event.number: event for event in archive.events(EventQuery(limit=1_000_000))}
        boots = archive.boots(BootQuery(limit=1_000_000))
    assert {step for steps in said for step in steps} <= happened.keys()
    assert {build.guest for build in kept.builds} == {event.guest for event in happened.values()}
    assert {boot.id for boot in boots} == {event.boot for event in happened.values()}
    last = max(happened)
    assert {guest.name for guest in kept.guests} == {keeper.name_of(last - 1), keeper.name_of(last)}
