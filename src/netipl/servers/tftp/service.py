"""The daemon's side of TFTP: owns the sockets, keeps the workers running and answers their questions."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from itertools import chain
from pathlib import Path
from typing import Final

import structlog

from netipl.errors import UsageError
from netipl.servers.tftp import control, handover, process, sockets
from netipl.servers.tftp.desk import Desk, Limits, Resolve
from netipl.servers.tftp.ledger import Ledger
from netipl.servers.tftp.process import WorkerProcess
from netipl.servers.tftp.sightings import Observe, Sightings

_log = structlog.get_logger()

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 5.0
_LONG_LIFE: Final = 10.0
"""Seconds; a worker that lived so long starts again without a pause that has grown."""

_SWEEP: Final = 1.0


class TftpService:
    """Serves reads on `port` (0: any free one) of each address, by `workers` processes, until cancelled."""

    def __init__(
        self,
        *,
        addresses: Sequence[IPv4Address],
        port: int = 69,
        workers: int = 1,
        run_directory: Path,
        resolve: Resolve,
        observe: Observe,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        held: Iterable[socket.socket] = (),
    ) -> None:
        """`held` are sockets of a service before, ours from now on: those that fit are used, the others closed."""
        if any(address.is_unspecified for address in addresses):
            raise UsageError(
                "TFTP answers from the address that was asked, so it cannot serve 0.0.0.0", remedy="name each address"
            )
        if workers < 1:
            raise UsageError("TFTP needs at least one worker")
        self.port = port
        """Once open, the port in use."""
        self._addresses = list(dict.fromkeys(addresses))
        self._workers = workers
        self._run_directory = run_directory
        self._ledger = Ledger(
            run_directory / "tftp-transfers", slots=limits.transfers, complain=self._complain_of_the_log
        )
        self._sightings = Sightings(observe)
        self._desk = Desk(ledger=self._ledger, resolve=resolve, sightings=self._sightings, limits=limits)
        self._held = held
        self._sockets: dict[IPv4Address, list[socket.socket]] = {}
        self._handovers: list[socket.socket] = []

    def open(self) -> None:
        """Binds every socket and opens the log of transfers; it needs the right to bind `port`.

        Raises UnavailableError.
        """
        self._ledger.open()
        try:
            held = sockets.by_place(chain(self._held, handover.taken(self._run_directory)), self._workers)
            for address in self._addresses:
                found = held.pop((str(address), self.port), [])
                self._sockets[address] = sockets.bound(address, self.port, self._workers, found)
                self.port = self._sockets[address][0].getsockname()[1]
            sockets.close(chain(*held.values()))
            self._handovers += (handover.listener(self._run_directory, index) for index in range(self._workers))
        except BaseException:
            self.close()
            raise
        self._desk.begin()

    @property
    def sockets(self) -> list[socket.socket]:
        """Those that are open: a service that is given them as `held` goes on with the transfers of this one."""
        return [*chain(*self._sockets.values())]

    def close(self) -> None:
        """Gives sockets and log back; `run` does so when it ends."""
        sockets.close(chain(*self._sockets.values(), self._handovers))
        self._sockets.clear()
        self._handovers.clear()
        self._ledger.close()

    async def run(self) -> None:
        """Runs the workers until cancelled, and starts those again that die. Call `open` first, and run once."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._desk.tasks = tasks
                tasks.create_task(self._sweep())
                for index in range(self._workers):
                    tasks.create_task(self._keep_running(index))
        finally:
            self._sightings.hand_over()
            self.close()

    def drop(self, address: IPv4Address) -> None:
        """Ends all transfers to `address`, wherever they run: its guest has begun another boot."""
        self._desk.drop(int(address))

    async def _keep_running(self, index: int) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            async with process.running() as worker:
                _log.debug("tftp worker started", worker=index, pid=worker.pid)
                await self._attend(index, worker)
            pause = _FIRST_PAUSE if time.monotonic() - started > _LONG_LIFE else min(2 * pause, _LONGEST_PAUSE)
            status = await worker.wait()
            # SIGTERM comes from whoever ends the whole service, as systemd does, and is no fault.
            level = logging.DEBUG if status == -signal.SIGTERM else logging.ERROR
            _log.log(level, "tftp worker died", worker=index, status=status, restart_in=pause)
            await asyncio.sleep(pause)

    async def _attend(self, index: int, worker: WorkerProcess) -> None:
        """Answers the worker until it is gone."""
        worker.send(
            control.Listen([int(address) for address in self._addresses]),
            [
                *(self._sockets[address][index].fileno() for address in self._addresses),
                self._handovers[index].fileno(),
            ],
        )
        self._desk.workers[index] = worker
        try:
            while (message := await worker.receive()) is not None:
                self._desk.hear(index, message)
        finally:
            self._desk.lost(index)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            self._desk.sweep()

    def _complain_of_the_log(self, error: OSError) -> None:
        _log.warning("tftp transfers are not logged: they go on, but would not survive a restart", reason=str(error))
