"""Real boots, many times: under loss, doubling and reordering, and after a guest was destroyed in mid-transfer.

`make soak` runs them, by hand; docs/soak.md has the results. A boot counts once its kernel says its first line.
"""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.e2e.commands import run
from tests.e2e.conftest import lab as lab  # noqa: PLC0414 - a fixture
from tests.e2e.serving import Guest, Place, Serve, guest, keys, serving
from tests.soak.conftest import Row

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

SELF = "root" if os.geteuid() == 0 else "user"
AT_ONCE = 2
LIMIT = "250"


@dataclass(frozen=True, slots=True)
class Boot:
    """One boot: seconds from the firmware's first line to the kernel's, or None, and how much TFTP sent twice."""

    seconds: float | None
    sent_again: int
    last: str


def boot(arguments: tuple[str, ...]) -> Boot:
    """By `netipl boot`, which knows best when the kernel started."""
    done = run(SELF, "boot", "--until", "kernel", "--json", "--limit", LIMIT, *arguments)
    began = datetime.fromisoformat(done.events[0]["at"])
    kernel = [datetime.fromisoformat(event["at"]) for event in done.events if event["seen"] == "kernel"]
    return Boot(
        seconds=(kernel[0] - began).total_seconds() if kernel and done.status == 0 else None,
        sent_again=sum(event["retransmitted"] for event in done.events if event["seen"] == "tftp-finished"),
        last=f"{arguments}: {done.lines[-3:]} {done.errors}",
    )


def boots(what: str, count: int, *arguments: str, rows: list[Row]) -> list[str]:
    """So many boots with the seeds 1, 2, 3...; how those ended that failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(boot, [(*arguments, "--seed", str(seed)) for seed in range(1, count + 1)]))
    seconds = tuple(each.seconds for each in made if each.seconds is not None)
    rows.append(Row(what, count, seconds, sum(each.sent_again for each in made)))
    return [each.last for each in made if each.seconds is None]


def both_ways(impairment: str) -> tuple[str, ...]:
    return ("--to-guest", impairment, "--from-guest", impairment)


def test_20_of_20_boot_over_a_perfect_line(rows: list[Row]) -> None:
    assert boots("a perfect line", 20, "--to-guest", "delay=0.000001", rows=rows) == []


def test_20_of_20_boot_with_1_percent_of_the_frames_lost_each_way(rows: list[Row]) -> None:
    assert boots("1 % lost each way", 20, *both_ways("loss=0.01"), rows=rows) == []


def test_20_of_20_boot_with_everything_from_the_guest_doubled_and_reordered(rows: list[Row]) -> None:
    worse = ("--from-guest", "duplicate=1,reorder=1")
    assert boots("all from the guest doubled and reordered", 20, *worse, rows=rows) == []


@pytest.mark.parametrize("percent", [5, 10])
def test_boots_with_more_loss_are_reported(rows: list[Row], percent: int) -> None:
    boots(f"{percent} % lost each way", 10, *both_ways(f"loss={percent / 100}"), rows=rows)
    assert len(rows) > 0, "reported, not demanded"


@pytest.mark.root
def test_20_of_20_boot_that_were_destroyed_in_mid_transfer_and_started_again_at_once(
    rows: list[Row], lab: Place
) -> None:
    lab.write(lab.settings(keys(1, 'initrd = "initrd"')))
    os.truncate(lab.directory / "initrd", 48 << 20)  # so that its progress is told of four times on a fast machine too
    with serving(lab) as daemon, guest(lab) as machine:
        made = [restarted(daemon, machine, number) for number in range(20)]
    seconds = tuple(each.seconds for each in made if each.seconds is not None)
    rows.append(Row("destroyed in mid-transfer, started again", len(made), seconds))
    assert [each.last for each in made if each.seconds is None] == []


def restarted(daemon: Serve, machine: Guest, number: int) -> Boot:
    """Destroyed after one to four reports of progress, half a second apart."""
    machine.start()
    daemon.wait_for_middle_of("initrd", daemon.middles_of("initrd") + 1 + number % 4)
    machine.destroy()
    began = time.monotonic()
    machine.start()
    try:
        started = machine.boots()
    except AssertionError:
        started = False
    return Boot(time.monotonic() - began if started else None, 0, "" if started else machine.story()[-2000:])
