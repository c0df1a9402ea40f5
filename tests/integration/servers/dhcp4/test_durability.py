"""An ACK means that the lease is on disk: after SIGKILL under load, and when the disk is full.

That fdatasync comes before the ACK is read from strace in tests/e2e/test_serve_durable.py.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.integration.servers.dhcp4.daemon import (
    LAB,
    SERVER,
    Daemon,
    captured,
    command,
    served,
    told,
    udhcpc,
)
from tests.integration.servers.dhcp4.kills import WIDE, Line, asking, connected, killed, stored
from tests.network_namespaces import DEADLINE, Namespace, eventually, namespaces

pytestmark = pytest.mark.root

COMPLAINT = "leases cannot be stored, no DHCP reply is sent"


@pytest.fixture
def line() -> Iterator[tuple[Namespace, Namespace]]:
    with namespaces("s", "c") as (server, client):
        connected(server, client)
        server.ip("address", "add", f"{SERVER}/24", "dev", "s0")
        yield server, client


def test_every_acknowledged_lease_is_stored_when_the_server_is_killed_under_load(
    line: Line, url: str, tmp_path: Path
) -> None:
    killed(line, tmp_path, url, 4)  # the later times on what the first kills left behind


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_every_acknowledged_lease_is_stored_when_postgresql_restarts_under_load(
    line: Line, tmp_path: Path, mode: str
) -> None:
    server, client = line
    with (
        postgresql.server() as database,
        served(server, tmp_path, *command(tmp_path, WIDE, database=database.url)) as daemon,
    ):
        with asking(client, tmp_path) as told:
            for times in (1, 2):
                told.wait_for_more(500)
                database.stop(mode)
                daemon.wait_for(COMPLAINT, times)
                database.start()
            told.wait_for_more(500)
        daemon.process.terminate()
        daemon.wait_for("counts")
        assert told.leases() <= stored(database.url)
    assert "connects again by itself" in daemon.said(COMPLAINT)[0]["remedy"]


def test_a_second_server_of_a_network_is_told_who_has_it_and_may_have_it_after_a_kill(
    line: Line, url: str, tmp_path: Path
) -> None:
    server, _ = line
    arguments = command(tmp_path, WIDE, database=url)
    with served(server, tmp_path, *arguments) as first, served(server, tmp_path, *arguments, ready=False) as second:
        second.wait_for("cannot serve")
        assert second.process.wait(DEADLINE) == 3
        [refusal] = second.said("cannot serve")
        assert f"process {first.process.pid} on " in refusal["error"]
        first.process.kill()
        first.process.wait()
        with served(server, tmp_path, *arguments, ready=False) as third:
            third.wait_for("ready", 2)


@pytest.fixture
def small_disk(line: tuple[Namespace, Namespace], tmp_path: Path) -> Iterator[tuple[Daemon, Path]]:
    """A server with its database on 2 MiB in a mount namespace of its own, and the way to that from here."""
    server, _ = line
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=2m none {disk} && exec "$0" "$@"'
    arguments = ("unshare", "--mount", "sh", "-c", mount, *command(disk, LAB, WIDE))
    with served(server, tmp_path, *arguments) as daemon:
        yield daemon, Path(f"/proc/{daemon.process.pid}/root{disk}")


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def test_on_a_full_disk_no_ack_leaves_and_after_it_was_emptied_the_client_gets_its_own(
    line: tuple[Namespace, Namespace], small_disk: tuple[Daemon, Path], tmp_path: Path
) -> None:
    server, client = line
    daemon, disk = small_disk
    filler = fill(disk)
    with (
        captured(server, "s0", tmp_path) as packets,
        asking(client, tmp_path, 1000) as told_to,
    ):
        assert udhcpc(client, "c0", tmp_path, "-t", "2", "-T", "1", "-A", "1").returncode != 0
        daemon.wait_for(COMPLAINT, 3)
        assert bytes((53, 1, 2)) in packets.read_bytes()  # OFFERs leave: nothing is promised by them
        assert bytes((53, 1, 5)) not in packets.read_bytes()
        filler.unlink()
        eventually(lambda: told_to.count() >= 1000, "all have their ACK")
        assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
    assert told(tmp_path, "udhcpc", "bound")["serverid"] == SERVER
    complaints = daemon.said(COMPLAINT)
    assert "full" in complaints[0]["error"]
    assert "make room" in complaints[0]["remedy"]
    times = [line["timestamp"] for line in complaints]
    assert len(times) <= times[-1] - times[0] + 2, "one a second; a busy machine may write one down late"
