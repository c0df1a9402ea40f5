"""Finish scripts run by SSH on a real server: once it answers with its own host key, to their end or to the limit."""

import asyncio
import socket
from collections.abc import Awaitable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netipl.control.finishing import Finishing
from netipl.errors import UnavailableError
from netipl.firmware.rules import RULES, RuleId
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.provisioning import building
from netipl.provisioning.changes import BuildSet, Change, GuestSet, Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event
from tests.ssh_guest import ADDRESS, USER, another_host_key, fifo, free_port, sshd, until_somebody_asks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DEADLINE = 120
LONG, SHORT = timedelta(seconds=100), timedelta(seconds=10)
LOOPBACK = Network(name="lo", subnet=IPv4Network("127.0.0.0/24"), server=IPv4Address("127.0.0.9"), interface="lo")
HANGS = IPv4Address("127.0.0.2")
"""Where somebody listens who never answers."""
ASKED = datetime.now(UTC)
BUILD = Build(
    id="1-web1",
    guest="web1",
    network="lo",
    profile="image",
    asked=ASKED,
    by="",
    expires=ASKED + timedelta(hours=1),
    state=BuildState.SPENT,
    attempts=0,
)


class Bench:
    """One guest whose image is being written, and the daemons that come after each other."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.inventory = Inventory([LOOPBACK])
        self.events: list[Event] = []
        self.over = asyncio.Event()
        self.slow: asyncio.Event | None = None
        self.lost = False
        self.apply((GuestSet(Guest(name="web1", network="lo", address=IPv4Address(ADDRESS))), BuildSet(BUILD)))

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.inventory.apply(change)
            if isinstance(change, Happened):
                self.events.append(change.event)
        if not self.build.is_open:
            self.over.set()

    async def commit(self, changes: Iterable[Change]) -> None:
        """Applied at once, durable a while later, or never."""
        before = BuildSet(self.build)
        self.apply(changes)
        if self.slow is not None:
            await self.slow.wait()
        if self.lost:
            self.lost = False
            self.inventory.apply(before)
            self.over.clear()
            raise UnavailableError("the disk is full", remedy="make room")

    @property
    def build(self) -> Build:
        [build] = [build for build in self.inventory.builds if build.guest == "web1"]
        return build

    @property
    def state(self) -> Path:
        return self.directory / "ssh"

    def finishing(self, limit: timedelta = LONG) -> Finishing:
        return Finishing(self.state, self.inventory, commit=self.commit, limit=lambda: limit, user=USER, port=self.port)

    async def installed(self, finishing: Finishing, script: str) -> None:
        """Its script is readied, and its installer says that it is done."""
        await finishing.ready(BUILD, script)
        self.apply(building.finish(self.build, datetime.now(UTC)))

    def told(self, deed: Deed) -> Event:
        [event] = [event for event in self.events if event.what is deed]
        return event

    @property
    def output(self) -> str:
        return str(self.told(Deed.FINISH_RAN).detail["output"])

    def fails_by(self, rule: RuleId) -> str:
        """Why."""
        assert self.told(Deed.BUILD_FAILED).detail["rule"] == rule
        assert (self.build.state, self.build.remedy) == (BuildState.FAILED, RULES[rule].remedy)
        return self.build.cause


@asynccontextmanager
async def running(finishing: Finishing) -> "AsyncIterator[None]":
    task = asyncio.create_task(finishing.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def to_the_end(bench: Bench, finishing: Finishing) -> None:
    async with running(finishing):
        await bench.over.wait()


async def gone(finishing: Finishing, build: Build) -> None:
    """Until nothing is kept of that build."""
    while finishing.is_due(build):  # noqa: ASYNC110 - files tell no event
        await asyncio.sleep(0)


def wait(work: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE):
            await work

    asyncio.run(bounded())


async def finished(bench: Bench, script: str, *, limit: timedelta = LONG, host_key: str | None = None) -> None:
    finishing = bench.finishing(limit)
    await bench.installed(finishing, script)
    keys = finishing.keys(BUILD)
    assert keys is not None
    with sshd(bench.directory, bench.port, keys, host_key=host_key):
        await to_the_end(bench, finishing)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_script_runs_on_the_guest_whose_host_key_is_right(bench: Bench, tmp_path: Path) -> None:
    wait(finished(bench, f"cat\necho finished $0 by $(id -un)\necho here > {tmp_path}/ran\n"))
    assert bench.build.state is BuildState.DONE
    assert (tmp_path / "ran").read_text() == "here\n"
    assert bench.output.startswith("finished /var/tmp/netipl-finish.")
    assert bench.output.endswith(f" by {USER}")
    assert not Path(bench.output.split()[1]).exists()
    assert [event.what for event in bench.events] == [Deed.BUILD_FINISHING, Deed.FINISH_RAN, Deed.BUILD_DONE]


def test_a_script_may_name_its_interpreter(bench: Bench) -> None:
    wait(finished(bench, "#!/usr/bin/awk -f\nBEGIN { print 6 * 7 }\n"))
    assert (bench.build.state, bench.output) == (BuildState.DONE, "42")


def test_nothing_is_sent_to_another_host_key(bench: Bench, tmp_path: Path) -> None:
    key = another_host_key(tmp_path)
    wait(finished(bench, f"touch {tmp_path}/ran\n", limit=SHORT, host_key=key))
    assert "Host key verification failed" in bench.fails_by(RuleId.FINISH_HOST_KEY)
    assert not (tmp_path / "ran").exists()


def test_a_script_that_fails_fails_its_build_with_its_output(bench: Bench) -> None:
    wait(finished(bench, "echo no such disk >&2\nexit 3\n"))
    assert bench.fails_by(RuleId.FINISH_FAILED) == "the finish script failed: it ended with status 3"
    assert bench.output == "no such disk"


def test_a_status_of_ssh_itself_is_a_script_that_fails(bench: Bench) -> None:
    wait(finished(bench, "exit 255\n"))
    assert "status 254" in bench.fails_by(RuleId.FINISH_FAILED)


def test_secrets_in_the_output_are_blanked_and_only_its_end_is_kept(bench: Bench, tmp_path: Path) -> None:
    script = f"yes filler | head -n 5000\ncat {tmp_path}/host_key\necho '$6$salt$hash' netipl_{'a' * 43}\n"
    wait(finished(bench, script))
    private = (tmp_path / "host_key").read_text().splitlines()[1:-1]
    assert not [line for line in private if line in bench.output]
    assert bench.output.endswith("$... netipl_...")
    assert "filler" in bench.output
    assert len(bench.output) <= 1 << 14


def test_a_script_without_an_end_is_cut_off(bench: Bench, tmp_path: Path) -> None:
    with fifo(tmp_path / "hold") as hold:
        wait(finished(bench, f"echo waits\nread -r _ <{hold}\n", limit=SHORT))
    assert bench.fails_by(RuleId.FINISH_TOO_LONG) == "the finish script has not ended within 0:00:10"
    assert bench.output == "waits"


def test_a_server_that_comes_late_is_waited_for(bench: Bench) -> None:
    async def late() -> None:
        finishing = bench.finishing()
        await bench.installed(finishing, "echo at last\n")
        keys = finishing.keys(BUILD)
        assert keys is not None
        async with running(finishing):
            await until_somebody_asks(bench.port)
            with sshd(bench.directory, bench.port, keys):
                await bench.over.wait()

    wait(late())
    assert (bench.build.state, bench.output) == (BuildState.DONE, "at last")


def test_a_guest_without_a_server_is_given_up(bench: Bench) -> None:
    async def alone() -> None:
        finishing = bench.finishing(SHORT)
        await bench.installed(finishing, "true\n")
        await to_the_end(bench, finishing)

    wait(alone())
    assert "Connection refused" in bench.fails_by(RuleId.FINISH_UNREACHABLE)


def test_the_daemon_that_comes_after_runs_the_script_again(bench: Bench, tmp_path: Path) -> None:
    async def twice() -> None:
        finishing = bench.finishing()
        script = f"mkdir {tmp_path}/once && {{ echo >{began}; read -r _ <{hold}; }}\necho whole\n"
        await bench.installed(finishing, script)
        keys = finishing.keys(BUILD)
        assert keys is not None
        with sshd(bench.directory, bench.port, keys):
            async with running(finishing):
                await asyncio.to_thread(began.read_text)
            assert bench.build.state is BuildState.FINISHING
            await to_the_end(bench, bench.finishing())

    with fifo(tmp_path / "began") as began, fifo(tmp_path / "hold") as hold:
        wait(twice())
    assert bench.build.state is BuildState.DONE
    assert bench.output.endswith("whole")


def test_a_build_that_is_cancelled_has_its_script_cut_off(bench: Bench, tmp_path: Path) -> None:
    async def cancelled() -> None:
        finishing = bench.finishing()
        await bench.installed(finishing, f"echo >{began}\nread -r _ <{hold}\n")
        keys = finishing.keys(BUILD)
        assert keys is not None
        with sshd(bench.directory, bench.port, keys):
            async with running(finishing):
                await asyncio.to_thread(began.read_text)
                bench.apply(building.end(bench.build, Deed.BUILD_CANCELLED, datetime.now(UTC), by="me"))
                await gone(finishing, BUILD)

    with fifo(tmp_path / "began") as began, fifo(tmp_path / "hold") as hold:
        wait(cancelled())
    assert bench.build.state is BuildState.CANCELLED
    assert Deed.FINISH_RAN not in {event.what for event in bench.events}


def test_what_is_not_yet_durable_is_neither_cut_off_nor_removed(bench: Bench) -> None:
    other = replace(BUILD, id="0-web1")

    async def slowly() -> None:
        finishing = bench.finishing()
        bench.slow = asyncio.Event()
        await bench.installed(finishing, "true\n")
        keys = finishing.keys(BUILD)
        assert keys is not None
        with sshd(bench.directory, bench.port, keys):
            async with running(finishing):
                await bench.over.wait()
                await finishing.ready(other, "true\n")
                await gone(finishing, other)  # it has looked in between
                assert finishing.is_due(BUILD)
                bench.slow.set()
                await gone(finishing, BUILD)

    wait(slowly())
    assert bench.build.state is BuildState.DONE


def test_what_could_not_be_stored_is_finished_once_more(bench: Bench, tmp_path: Path) -> None:
    async def again() -> None:
        finishing = bench.finishing()
        bench.lost = True
        await bench.installed(finishing, f"echo ran >>{tmp_path}/ran\n")
        keys = finishing.keys(BUILD)
        assert keys is not None
        with sshd(bench.directory, bench.port, keys):
            async with running(finishing):
                await gone(finishing, BUILD)

    wait(again())
    assert bench.build.state is BuildState.DONE
    assert (tmp_path / "ran").read_text() == "ran\nran\n"


def test_the_guest_of_a_network_that_was_given_up_is_left_alone(bench: Bench) -> None:
    other = replace(BUILD, id="0-web1")

    async def elsewhere() -> None:
        finishing = bench.finishing()
        await bench.installed(finishing, "true\n")
        bench.inventory.replace_guests_and_networks([], [])
        async with running(finishing):
            await finishing.ready(other, "true\n")
            await gone(finishing, other)
        assert finishing.is_due(BUILD)

    wait(elsewhere())
    assert bench.build.state is BuildState.FINISHING


def test_one_that_hangs_keeps_no_other_waiting(bench: Bench, tmp_path: Path) -> None:
    other = replace(BUILD, id="2-web2", guest="web2")

    async def both() -> None:
        bench.apply((GuestSet(Guest(name="web2", network="lo", address=HANGS)), BuildSet(other)))
        finishing = bench.finishing()
        await finishing.ready(BUILD, "echo quick\n")
        await finishing.ready(other, "true\n")
        keys = finishing.keys(BUILD)
        assert keys is not None
        for build in bench.inventory.builds:
            bench.apply(building.finish(build, datetime.now(UTC)))
        with sshd(bench.directory, bench.port, keys):
            await to_the_end(bench, finishing)

    with socket.create_server((str(HANGS), bench.port)):
        wait(both())
    assert bench.told(Deed.BUILD_DONE).guest == "web1"


def test_keys_are_the_builds_own_and_go_with_it(bench: Bench) -> None:
    wait(finished(bench, "true\n"))
    assert sorted(path.name for path in bench.state.iterdir()) == ["id_ed25519", "id_ed25519.pub"]
    assert (bench.state / "id_ed25519").stat().st_mode & 0o777 == 0o600
    assert bench.state.stat().st_mode & 0o777 == 0o700


def test_what_is_left_of_builds_that_are_gone_is_removed(bench: Bench) -> None:
    async def again() -> None:
        first = bench.finishing()
        await first.ready(replace(BUILD, id="0-web1"), "true\n")
        await first.ready(BUILD, "true\n")
        (bench.state / ".half").mkdir()
        second = bench.finishing()
        async with running(second):
            await gone(second, replace(BUILD, id="0-web1"))
        assert second.is_due(BUILD)
        assert first.keys(BUILD) == second.keys(BUILD)

    wait(again())
    assert not (bench.state / ".half").exists()


def test_a_script_that_is_not_there_any_more_fails_its_build(bench: Bench) -> None:
    async def lost() -> None:
        bench.apply(building.finish(bench.build, datetime.now(UTC)))
        await to_the_end(bench, bench.finishing())

    wait(lost())
    bench.fails_by(RuleId.FINISH_LOST)


def test_without_ssh_it_is_said_what_to_install(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnavailableError, match="which is not there") as told:
        wait(bench.finishing().ready(BUILD, "true\n"))
    assert "openssh-client" in told.value.remedy
