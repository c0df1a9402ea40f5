"""An ACK means that the lease is on disk: after SIGKILL under load, and when the disk is full.

That fdatasync comes before the ACK is read from strace in tests/e2e/test_serve_durable.py.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from netipl.store.journal import Journal
from tests.integration.servers.dhcp4 import storm
from tests.integration.servers.dhcp4.daemon import (
    LAB,
    SERVER,
    Daemon,
    Settings,
    captured,
    command,
    served,
    told,
    udhcpc,
)
from tests.network_namespaces import Namespace, eventually, namespaces, veth

pytestmark = pytest.mark.root

WIDE: Settings = {
    "name": "wide",
    "interface": "s0",
    "subnet": "10.77.0.0/16",
    "server": "10.77.0.1",
    "relays": ["10.77.0.2"],
    "pools": ["10.77.1.0-10.77.254.255"],
}
STORM = Path(storm.__file__)


@pytest.fixture
def line() -> Iterator[tuple[Namespace, Namespace]]:
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", "10.77.0.1/16", client, "c0", "10.77.0.2/16")
        server.ip("address", "add", f"{SERVER}/24", "dev", "s0")
        yield server, client


def has_lines(path: Path, least: int) -> bool:
    return len(path.read_text().splitlines()) >= least


def test_every_acknowledged_lease_is_stored_when_the_server_is_killed_under_load(
    line: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    server, client = line
    told_to_clients = tmp_path / "acknowledged"
    asking = (sys.executable, STORM, "10.77.0.1", "10.77.0.2", "10.77.1.0", "60000")
    with told_to_clients.open("wb") as output, client.running(*asking, output=output):
        for times in (1, 2):  # the second time on the log that the first kill left behind
            with served(server, tmp_path, *command(tmp_path, WIDE), ready=False) as daemon:
                daemon.wait_for("ready", times)
                enough = len(told_to_clients.read_text().splitlines()) + 1000
                grown = partial(has_lines, told_to_clients, enough)
                eventually(grown, "1000 more ACKs")
                daemon.process.kill()
                daemon.process.wait()
    acknowledged = {tuple(line.split()) for line in told_to_clients.read_text().splitlines()}
    with closing(Journal(str(tmp_path / "netipl.db"))) as journal:
        stored = {(str(lease.address), str(lease.mac)) for lease in journal.leases()}
    assert acknowledged
    assert acknowledged <= stored


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


COMPLAINT = "leases cannot be stored, no DHCP reply is sent"


def test_on_a_full_disk_no_ack_leaves_and_after_it_was_emptied_the_client_gets_its_own(
    line: tuple[Namespace, Namespace], small_disk: tuple[Daemon, Path], tmp_path: Path
) -> None:
    server, client = line
    daemon, disk = small_disk
    filler = fill(disk)
    asking = (sys.executable, STORM, "10.77.0.1", "10.77.0.2", "10.77.1.0", "1000")
    answers = tmp_path / "answers"
    with (
        captured(server, "s0", tmp_path) as packets,
        answers.open("wb") as output,
        client.running(*asking, output=output),
    ):
        assert udhcpc(client, "c0", tmp_path, "-t", "2", "-T", "1", "-A", "1").returncode != 0
        daemon.wait_for(COMPLAINT, 3)
        assert bytes((53, 1, 2)) in packets.read_bytes()  # OFFERs leave: nothing is promised by them
        assert bytes((53, 1, 5)) not in packets.read_bytes()
        filler.unlink()
        eventually(lambda: has_lines(answers, 1000), "all have their ACK")
        assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
    assert told(tmp_path, "udhcpc", "bound")["serverid"] == SERVER
    complaints = daemon.said(COMPLAINT)
    assert "full" in complaints[0]["error"]
    assert "make room" in complaints[0]["remedy"]
    times = [line["timestamp"] for line in complaints]
    assert all(later - earlier >= 0.9 for earlier, later in pairwise(times))  # stamped with another clock
