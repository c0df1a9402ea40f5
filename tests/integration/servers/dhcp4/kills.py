"""Many clients ask a server that is killed again and again: what they were told against what is stored."""

import random
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from netipl.store.journal import Journal
from tests.integration.servers.dhcp4 import storm
from tests.integration.servers.dhcp4.daemon import Settings, command, served
from tests.network_namespaces import Namespace, eventually, veth

WIDE: Settings = {
    "name": "wide",
    "interface": "s0",
    "subnet": "10.77.0.0/16",
    "server": "10.77.0.1",
    "relays": ["10.77.0.2"],
    "pools": ["10.77.1.0-10.77.254.255"],
}
STORM = Path(storm.__file__)
CLIENTS = 60_000

Line = tuple[Namespace, Namespace]


def connected(server: Namespace, client: Namespace) -> None:
    """The server of `WIDE` with its relay."""
    veth(server, "s0", "10.77.0.1/16", client, "c0", "10.77.0.2/16")


@dataclass(frozen=True, slots=True)
class Told:
    """The record of all ACKs that clients have got."""

    record: Path

    def count(self) -> int:
        return self.record.read_bytes().count(b"\n")

    def wait_for_more(self, count: int) -> None:
        enough = self.count() + count
        eventually(lambda: self.count() >= enough, f"{count} more ACKs")

    def leases(self) -> set[tuple[str, str]]:
        """Address and MAC; a last line that is not whole does not count."""
        lines = self.record.read_text().split("\n")[:-1]
        return {(address, mac) for address, mac in map(str.split, lines)}


@contextmanager
def asking(client: Namespace, directory: Path, count: int = CLIENTS) -> Iterator[Told]:
    """So many clients, one after the other, until the block ends."""
    record = directory / "acknowledged"
    arguments = (sys.executable, STORM, "10.77.0.1", "10.77.0.2", "10.77.1.0", str(count))
    with record.open("wb") as output, client.running(*arguments, output=output):
        yield Told(record)


def stored(url: str) -> set[tuple[str, str]]:
    with closing(Journal(url, [str(WIDE["name"])])) as journal:
        return {(str(lease.address), str(lease.mac)) for lease in journal.stored().leases}


def killed(line: Line, directory: Path, url: str, times: int) -> None:
    """Kill the server so many times, each at some instant under load: every acknowledged lease is stored."""
    server, client = line
    instants = random.Random(times)
    with asking(client, directory) as told:
        for time in range(1, times + 1):
            with served(server, directory, *command(directory, WIDE, database=url), ready=False) as daemon:
                daemon.wait_for("ready", time)
                told.wait_for_more(instants.randrange(1, 1500))
                daemon.process.kill()
                daemon.process.wait()
    acknowledged = told.leases()
    assert acknowledged
    assert acknowledged <= stored(url)
