"""Finish scripts: readied when a build is asked for, and run by SSH when its system has booted.

A build whose state is `finishing` has its script run, now or by the netipl that comes after this one: from its
beginning, so it must bear to be run twice. Each runs by itself, and none waits for another.
"""

import asyncio
from asyncio import Task, TaskGroup
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from netipl.answers.facts import FinishKeys
from netipl.errors import NetiplError
from netipl.guests.build import Build, BuildState
from netipl.integrations import openssh
from netipl.provisioning import finishing
from netipl.provisioning.changes import Change
from netipl.provisioning.finishing import Attempt, Ending
from netipl.provisioning.inventory import Inventory
from netipl.store.finish_files import FinishFiles

_TICK: Final = 1.0
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
_LONGEST_PAUSE: Final = 15.0
"""Seconds between two attempts."""
_NO_ADDRESS: Final = b"it has no address"


class Finishing:
    """In `directory`. `commit` returns when changes are durable, `limit` is for one script, zero for ever."""

    def __init__(
        self,
        directory: Path,
        inventory: Inventory,
        *,
        commit: Callable[[Iterable[Change]], Awaitable[None]],
        limit: Callable[[], timedelta],
        user: str = openssh.USER,
        port: int = openssh.PORT,
    ) -> None:
        self._files = FinishFiles(directory)
        self._inventory = inventory
        self._commit = commit
        self._limit = limit
        self._user, self._port = user, port
        self._making = asyncio.Lock()
        self._kept = set[str]()
        self._running: dict[str, Task[None]] = {}
        self._settling = set[str]()

    async def ready(self, build: Build, script: str) -> None:
        """For a build that is about to be asked for. Raises UnavailableError."""
        openssh.demand()
        async with self._making:
            await asyncio.to_thread(
                self._files.make, build.id, script, make_key=openssh.make_key, known_host=openssh.known_host
            )
        self._kept.add(build.id)

    def is_due(self, build: Build) -> bool:
        """Whether a script is to run when its installer is done."""
        return self._files.has(build.id)

    def keys(self, build: Build) -> FinishKeys | None:
        """What its seed gets; None where it has no finish script. Raises UnavailableError."""
        return self._files.keys(build.id)

    async def run(self) -> None:
        """Until cancelled; scripts that run are cut off then."""
        async with self._making:
            self._kept |= await asyncio.to_thread(self._files.builds)
        async with TaskGroup() as tasks:
            while True:
                self._look(tasks)
                await asyncio.sleep(_TICK)

    def _look(self, tasks: TaskGroup) -> None:
        """Begins what is due, cuts off what nobody wants any more, and removes what nobody needs."""
        due = {build.id: build for build in self._inventory.builds if self._is_to_run(build)}
        for name, task in self._running.items():
            if name not in due and name not in self._settling:
                task.cancel()
        for name, build in due.items():
            if name not in self._running:
                task = self._running[name] = tasks.create_task(self._finish(build), name=name)
                task.add_done_callback(self._ended)
        for name in [name for name in self._kept if name not in self._running and self._is_needless(name)]:
            self.forget(name)

    def _is_to_run(self, build: Build) -> bool:
        """A network that was given up is another daemon's."""
        return build.state is BuildState.FINISHING and self._inventory.network(build.network) is not None

    def _ended(self, task: Task[None]) -> None:
        self._running.pop(task.get_name())

    def _is_needless(self, name: str) -> bool:
        """One that has failed may still be resumed, while its token is good."""
        build = self._build(name)
        if build is None or build.is_open:
            return build is None
        return build.state is not BuildState.FAILED or build.expires < _now()

    def forget(self, build: str) -> None:
        """The keys and the script of that build, by its identifier."""
        self._kept.discard(build)
        self._files.remove(build)

    def _build(self, name: str) -> Build | None:
        return next((build for build in self._inventory.builds if build.id == name), None)

    async def _finish(self, begun: Build) -> None:
        ending, secrets = await self._ending(begun)
        build = self._build(begun.id)
        if build is None or build.state is not BuildState.FINISHING:
            return
        self._settling.add(build.id)
        try:
            await self._commit(finishing.over(build, ending, _now(), secrets=secrets))
        except NetiplError:  # what is stored is read again: it is finished once more
            return
        finally:
            self._settling.discard(build.id)
        self.forget(build.id)

    async def _ending(self, build: Build) -> tuple[Ending, Sequence[str]]:
        """And the secrets that its output may have."""
        try:
            keys = self._files.keys(build.id)
            if keys is None:
                return finishing.lost("its directory is not there"), ()
            return await self._tried(build), (keys.host_private,)
        except NetiplError as error:
            return finishing.lost(str(error)), ()

    async def _tried(self, build: Build) -> Ending:
        limit, pauses = self._limit(), chain(_PAUSES, repeat(_LONGEST_PAUSE))
        attempt, said = Attempt(), openssh.Said()
        try:
            async with asyncio.timeout(limit.total_seconds() or None):
                attempt = await self._attempt(build, said)
                while not attempt.is_over:
                    await asyncio.sleep(next(pauses))
                    said = openssh.Said()
                    attempt = await self._attempt(build, said)
        except TimeoutError:
            return finishing.too_late(Attempt(began=True, output=said.output) if said.began else attempt, limit)
        return finishing.ran(attempt)

    async def _attempt(self, build: Build, said: openssh.Said) -> Attempt:
        address = self._address(build)
        if address is None:
            return Attempt(output=_NO_ADDRESS)
        login = openssh.Login(
            address=address,
            identity=self._files.identity,
            known_hosts=self._files.known_hosts(build.id),
            user=self._user,
            port=self._port,
        )
        status = await openssh.run(login, self._files.script(build.id), said)
        return Attempt(began=said.began, status=status, output=said.output)

    def _address(self, build: Build) -> IPv4Address | None:
        guest = self._inventory.guest(build.guest)
        lease = self._inventory.lease_of(build.network, build.guest)
        return (guest.address if guest is not None else None) or (lease.address if lease is not None else None)


def _now() -> datetime:
    return datetime.now(UTC)
