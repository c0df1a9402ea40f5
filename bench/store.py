"""How quickly a store with many guests and boots is loaded and asked; and what a commit waits while it is trimmed.

`python -m bench store [--url URL] [--guests 10000] [--boots 100000] [--events 20]`; without URL in SQLite and in
PostgreSQL, each new. Every time is the median, and the longest, of many.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from netipl.daemon.daemon import Daemon
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.net import AddressRange, Mac
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.changes import BootSet, BuildSet, Change, GuestSet, Happened, LeaseSet
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Event, Seen
from netipl.settings.load import load as load_settings
from netipl.store.archive import Archive
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests import postgresql

NETWORK = Network(
    name="lab",
    subnet=IPv4Network("10.0.0.0/8"),
    server=IPv4Address("10.0.0.1"),
    pools=(AddressRange.parse("10.128.0.0-10.128.255.255"),),
)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=60)
FIRST = IPv4Address("10.1.0.0")
SEEN = (Seen.DHCP_DISCOVER, Seen.DHCP_OFFER, Seen.DHCP_REQUEST, Seen.DHCP_ACK, Seen.TFTP_MISSING, Seen.TFTP_STARTED)
DEADLINE = 600
SETTINGS = """
[server]
state_directory = "."
run_directory = "run"
database = "{url}"
[networks.lab]
subnet = "10.0.0.0/8"
server = "10.0.0.1"
relays = ["10.0.0.2"]
pools = ["10.128.0.0-10.128.255.255"]
[limits]
history = 0
[dhcp]
enabled = false
[tftp]
enabled = false
[http]
enabled = false
[api]
enabled = false
"""


def guest_of(number: int) -> Guest:
    """Half of them have an address of their own."""
    return Guest(
        name=f"web{number}.example.com",
        macs=(Mac(b"RT" + number.to_bytes(4, "big")),),
        address=FIRST + number if number % 2 else None,
        network=NETWORK.name,
        profile="debian",
        append="console=ttysclp0",
        origin=Origin.ADDED,
    )


def changes(guests: int, boots: int, events: int) -> Iterator[Change]:
    """Guests with a lease and a build each, and their boots, one a minute, the guests in turn."""
    for number in range(guests):
        guest = guest_of(number)
        yield GuestSet(guest)
        address = FIRST + number if number % 2 else NETWORK.pools[0].first + number
        yield LeaseSet(Lease(network="lab", address=address, mac=guest.macs[0], guest=guest.name, expires=BEGAN))
        asked = f"{BEGAN:%Y%m%dT%H%M%S}000-{guest.name}"
        yield BuildSet(
            Build(
                id=asked,
                guest=guest.name,
                network="lab",
                profile="debian",
                asked=BEGAN,
                by="user root",
                expires=BEGAN + timedelta(hours=6),
                state=BuildState.DONE,
                ended=BEGAN,
            )
        )
    for number in range(boots):
        guest = guest_of(number % guests)
        boot = Boot(
            mac=guest.macs[0],
            xid=number,
            began=BEGAN + number * BETWEEN,
            network="lab",
            guest=guest.name,
            state=BootState.FINISHED,
            since=BEGAN + number * BETWEEN,
            address=FIRST + number,
            purpose=Purpose.DISK,
        )
        yield BootSet(boot)
        yield from (Happened(event_of(boot, step)) for step in range(events))


def event_of(boot: Boot, step: int) -> Event:
    at = boot.began + timedelta(seconds=step)
    return Event(
        at=at,
        what=SEEN[step % len(SEEN)],
        network=boot.network,
        guest=boot.guest,
        boot=boot.id,
        mac=boot.mac,
        address=boot.address,
        detail={"name": f"pxelinux.cfg/01-{boot.mac.dashed}", "xid": boot.xid},
        number=int(at.timestamp() * 1_000_000),
    )


def timed(work: Callable[[], object], times: int = 50) -> str:
    """Milliseconds."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    return f"{median(taken):8.1f} ms  {max(taken):8.1f} ms"


def told(label: str, figures: str) -> None:
    print(f"  {label:48} {figures}", flush=True)


def fill(journal: Journal, given: argparse.Namespace) -> None:
    start, done_rows = perf_counter(), 0
    waiting = changes(given.guests, given.boots, given.events)
    while group := tuple(islice(waiting, 1000)):
        done: Future[Exception | None] = Future()
        journal.submit(group, done.set_result)
        if error := done.result(DEADLINE):
            raise error
        done_rows += len(group)
    spent = perf_counter() - start
    told("write, in groups of 1000", f"{done_rows / spent:8.0f} rows/s  {done_rows} rows")


def load(url: str) -> None:
    def loaded() -> None:
        with closing(Journal(url, [NETWORK.name])) as journal:
            stored = journal.stored()
            Inventory([NETWORK]).reload(stored)

    told("open, read all and make the inventory", timed(loaded, 5))


def start(url: str) -> None:
    """A whole daemon, but for its listeners."""
    with TemporaryDirectory(prefix="netipl-bench-") as directory:
        path = Path(directory) / "netipl.toml"
        path.write_text(SETTINGS.format(url=url if "://" in url else f"sqlite:///{url}"))
        settings = load_settings(path)

        async def served() -> None:
            daemon = Daemon(settings, watch=lambda _: None)
            daemon.open()
            running = asyncio.create_task(daemon.run())
            await daemon.serving.wait()
            running.cancel()
            await asyncio.wait([running])

        told("start a daemon and end it", timed(lambda: asyncio.run(served()), 5))


def ask(url: str, given: argparse.Namespace) -> None:
    number = given.boots // 2
    middle = BEGAN + number * BETWEEN
    guest = guest_of(number % given.guests)
    boot = Boot(mac=guest.macs[0], xid=number, began=middle)
    at = int(middle.timestamp() * 1_000_000)
    with closing(Database(url)) as database:
        archive = Archive(database, lambda: [NETWORK.name])

        def opened() -> None:
            with database.reading():
                pass

        told("open a connection, and no more", timed(opened))
        told("a guest's timeline, 100 newest events", timed(lambda: archive.events(newest(guest=guest.name))))
        told(
            "a guest's timeline, all events", timed(lambda: archive.events(EventQuery(guest=guest.name, limit=10_000)))
        )
        told("a boot's timeline", timed(lambda: archive.events(EventQuery(boot=boot.id))))
        told("the 100 newest events", timed(lambda: archive.events(newest())))
        told("100 events before the middle", timed(lambda: archive.events(newest(before=at))))
        told("1000 events after the middle", timed(lambda: archive.events(EventQuery(after=at, limit=1000))))
        told("the 100 newest boots", timed(lambda: archive.boots(BootQuery())))
        told("100 boots before the middle", timed(lambda: archive.boots(BootQuery(before=middle))))
        told("a guest's boots", timed(lambda: archive.boots(BootQuery(guest=guest.name))))
        told("the 100 newest builds", timed(lambda: archive.builds(None, 100)))


def newest(*, guest: str | None = None, before: int | None = None) -> EventQuery:
    return EventQuery(guest=guest, before=before, newest_first=True)


def trim(url: str, given: argparse.Namespace) -> None:
    """Half of all that is there, while a lease is committed again and again."""
    lease = Lease(network="lab", address=FIRST, mac=guest_of(0).macs[0], expires=BEGAN)
    boot = Boot(mac=lease.mac, xid=0, began=BEGAN + given.boots * BETWEEN, network="lab", guest=guest_of(0).name)
    steps = count()
    with closing(Journal(url, [NETWORK.name])) as journal:

        def committed(*changes: Change) -> None:
            done: Future[Exception | None] = Future()
            journal.submit([LeaseSet(replace(lease, xid=next(steps))), *changes], done.set_result)
            if error := done.result(DEADLINE):
                raise error

        def begun() -> None:
            committed(BootSet(boot), *(Happened(event_of(boot, next(steps))) for _ in range(4)))

        told("a commit of one lease", timed(committed, 200))
        told("a commit of a lease, a boot and four events", timed(begun, 200))
        start = perf_counter()
        removed = journal.trim(BEGAN + given.boots // 2 * BETWEEN)
        told("a commit of one lease, while half is removed", timed(committed, 200))
        told("remove half", f"{removed.result(DEADLINE) / (perf_counter() - start):8.0f} rows/s")


def measure(name: str, url: str, given: argparse.Namespace) -> None:
    print(f"{name}: {given.guests} guests, {given.boots} boots, {given.events} events of each")
    with closing(Journal(url, [NETWORK.name])) as journal:
        fill(journal, given)
    load(url)
    start(url)
    ask(url, given)
    trim(url, given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of an empty database")
    parser.add_argument("--guests", type=int, default=10_000)
    parser.add_argument("--boots", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=20)
    given = parser.parse_args()
    if given.url:
        measure("given", given.url, given)
        return
    with TemporaryDirectory(prefix="netipl-bench-") as directory:
        path = Path(directory) / "netipl.sqlite"
        measure("SQLite", str(path), given)
        print(f"  the file has {path.stat().st_size >> 20} MiB")
    with postgresql.server() as server:
        measure("PostgreSQL", server.url, given)


if __name__ == "__main__":
    main()
