"""When the log of transfers has what a next daemon needs, seen from the worker's end of the channel."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import cast

from netipl import content
from netipl.servers.tftp import control
from netipl.servers.tftp.desk import Desk, Limits
from netipl.servers.tftp.ledger import Entry, Ledger
from netipl.servers.tftp.process import WorkerProcess
from netipl.servers.tftp.sightings import Sightings

LOCAL, CLIENT, PORT = int(IPv4Address("127.0.0.1")), int(IPv4Address("127.0.0.9")), 2001
ASK = control.Ask(1, LOCAL, CLIENT, PORT, "kernel", "octet", [["blksize", "1428"]])


def ledger(path: Path) -> Ledger:
    made = Ledger(path, slots=4, complain=lambda error: None)
    made.open()
    return made


def logged(path: Path) -> list[Entry]:
    """What a daemon that begins now would find."""
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    found = ledger(copy)
    found.close()
    return list(found.entries.values())


def served(path: Path, then: Callable[[Desk, control.Serve], None]) -> None:
    """Has a desk serve ASK, and calls `then` as soon as a worker could act upon it, in the same breath."""

    async def serve() -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = ledger(path)
        desk = Desk(
            ledger=log,
            resolve=lambda name, *_: content.inline(name * 1000),
            sightings=Sightings(lambda observations: None),
            limits=Limits(),
        )
        desk.workers[0] = WorkerProcess(ours, cast("asyncio.subprocess.Process", None))
        with ours, theirs:
            desk.hear(0, ASK)
            message = control.decode(theirs.recv(control.LARGEST))
            assert isinstance(message, control.Serve)
            then(desk, message)
        log.close()

    asyncio.run(serve())


def test_a_transfer_is_in_the_log_before_its_first_packet_can_leave(tmp_path: Path) -> None:
    """A daemon that is killed a moment later has heard nothing of it since: no ACK, no report."""

    def is_logged(_: Desk, serve: control.Serve) -> None:
        (entry,) = logged(tmp_path / "log")
        assert (entry.number, entry.peer, entry.name) == (serve.number, (LOCAL, CLIENT, PORT), b"kernel")
        assert ([entry.block_size, entry.window_size, entry.timeout], entry.acked) == (serve.terms, 0)
        assert serve.terms == [1428, 1, 0]

    served(tmp_path / "log", is_logged)


def test_what_is_over_is_in_the_log_no_more(tmp_path: Path) -> None:
    def is_forgotten(desk: Desk, serve: control.Serve) -> None:
        desk.hear(0, control.Over(serve.number, "FINISHED", 5, 0, 0, ""))
        assert logged(tmp_path / "log") == []

    served(tmp_path / "log", is_forgotten)
