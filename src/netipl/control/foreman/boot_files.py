"""The boot files that Foreman asked for: each fetched once however often it is asked for, and served when it is whole.

What was promised is in the journal before Foreman is told so, and goes on after a restart. Whoever asks by TFTP for a
file that is on its way waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

from netipl.control.foreman.fetching import Arrived, Tools, fetch, parts
from netipl.errors import ConflictError, MissingError, NetiplError, UnavailableError
from netipl.integrations.mirror import client, guard
from netipl.integrations.mirror.client import Patience, shown
from netipl.integrations.mirror.download import Downloads
from netipl.integrations.mirror.ftp import FtpDownloads
from netipl.protocols.tftp.resolution import Arriving, Missing, Resolution
from netipl.provisioning.changes import BootFileForgotten, BootFileSet, Change, Happened
from netipl.provisioning.foreman import naming, uses
from netipl.provisioning.foreman.deployed import BootFile, FileState
from netipl.provisioning.foreman.uses import KeptFile
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event
from netipl.servers import complaints
from netipl.servers.smartproxy.logbook import Level, Logbook
from netipl.store import files

_AT_ONCE: Final = 8
_CONNECTIONS: Final = 32
_FRESH: Final = 300.0
"""Seconds for which nobody asks the mirror again whether a file is still the same."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How files are fetched: where from that is otherwise refused, whether certificates count, how large one may be."""

    guard: guard.Guard
    verify: bool = True
    most: int
    patience: Patience


class BootFiles:
    """In the directory `root`, of those that were deployed in `inventory`."""

    def __init__(self, root: Path, inventory: Inventory, terms: Terms, logbook: Logbook, *, commit: Commit) -> None:
        self.files, self._incoming = root / "files", root / "incoming"
        self._inventory = inventory
        self._deployed = inventory.deployed
        self._terms = terms
        self._logbook = logbook
        self._commit = commit
        self._tools: Tools | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._lanes = asyncio.Semaphore(_AT_ONCE)
        self._running: set[str] = set()
        self._begun: set[str] = set()
        self._fresh: dict[str, float] = {}
        self.working = asyncio.Event()
        """Set when what had been asked for goes on."""

    async def run(self) -> None:
        """Go on with what was promised, until cancelled."""
        for directory in (self.files, self._incoming):
            directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        threads = ThreadPoolExecutor(_AT_ONCE, "boot-files")
        try:
            async with AsyncExitStack() as stack:
                self._tools = await self._opened(stack, threads)
                async with asyncio.TaskGroup() as tasks:
                    self._tasks = tasks
                    for file in self._deployed.files:
                        if file.state is FileState.ASKED or self._is_gone(file):
                            self._begin(replace(file, state=FileState.ASKED))
                    self.working.set()
                    await asyncio.Event().wait()
        finally:
            self._tasks = self._tools = None
            threads.shutdown()

    async def ask(self, prefix: str, url: str, *, by: str) -> None:
        """Returns when it is certain that the file will be fetched. Raises NetiplError."""
        name = naming.name(prefix, url)
        if name is None:
            return
        known = self._deployed.file(name)
        if known is not None and known.url == url and (name in self._running or self._is_fresh(known)):
            await self._commit(())  # behind the change that promised it
            return
        if name in self._running:
            self._logbook.add(Level.WARN, f"{name} is being fetched from another URL than {shown(url)}")
            await self._commit(())
            return
        before = known if known is not None and known.url == url else None
        asked = BootFile(name=name, url=url, validator=before.validator if before is not None else "")
        told = _event(Deed.BOOT_FILE_ASKED, by, name=name, source=shown(url))
        self._running.add(name)
        try:
            await self._commit((BootFileSet(asked), told))
        except BaseException:
            self._running.discard(name)
            raise
        self._begin(asked)

    def resolve(self, name: str) -> Resolution:
        """What a checked name stands for."""
        known = self._deployed.file(name)
        if known is None:
            return Missing()
        if name in self._running:
            return Arriving()
        return files.served(self.files, name)

    async def kept(self) -> list[KeptFile]:
        """All, as they lie here."""
        files = sorted(self._deployed.files, key=lambda file: file.name)
        stats = await asyncio.to_thread(lambda: [_stat(self.files / file.name) for file in files])
        return [
            KeptFile(
                file=file, source=shown(file.url), size=size, came=came, users=uses.users(self._deployed, file.name)
            )
            for file, (size, came) in zip(files, stats, strict=True)
        ]

    async def remove(self, name: str, *, by: str) -> None:
        """One that nothing needs. Raises MissingError, ConflictError and UnavailableError."""
        if self._deployed.file(name) is None:
            raise MissingError(f"there is no boot file {name}", remedy="`netipl foreman files` shows all")
        if needed := uses.users(self._deployed, name):
            remedy = "it goes when Foreman has deployed something else there"
            raise ConflictError(f"{name} is needed by {', '.join(needed)}", remedy=remedy)
        if name in self._running:
            raise ConflictError(f"{name} is being fetched", remedy="try again when it is there")
        try:  # nothing is waited for before it is forgotten: who asks for it meanwhile fetches it anew
            for path in (self.files / name, *parts(self._incoming, name)):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise UnavailableError(f"{name}: {error.strerror}", remedy="see whose the file is") from error
        self._fresh.pop(name, None)
        await self._commit((BootFileForgotten(name), _event(Deed.BOOT_FILE_REMOVED, by, name=name)))

    def _is_gone(self, file: BootFile) -> bool:
        return file.state is FileState.THERE and not (self.files / file.name).is_file()

    def _is_fresh(self, file: BootFile) -> bool:
        return file.state is FileState.THERE and self._fresh.get(file.name, float("-inf")) > monotonic() - _FRESH

    def _begin(self, file: BootFile) -> None:
        if self._tasks is None:  # `run` will find it
            self._running.discard(file.name)
            return
        if file.name in self._begun:  # `run` has found it before it was durable
            return
        self._begun.add(file.name)
        self._running.add(file.name)
        self._tasks.create_task(self._fetched(file))

    async def _fetched(self, file: BootFile) -> None:
        try:
            async with self._lanes:
                await self._settle(file)
        except NetiplError as error:
            await self._failed(file, error)
        except OSError as error:
            await self._failed(file, UnavailableError(f"{file.name}: {error.strerror or error}"))
        except Exception as bug:  # noqa: BLE001 - what was asked for once must not end the daemon at every start
            await self._failed(file, UnavailableError(f"{file.name}: netipl has a fault: {complaints.told(bug)}"))
        finally:
            self._begun.discard(file.name)
            self._running.discard(file.name)

    async def _settle(self, file: BootFile) -> None:
        assert self._tools is not None  # while it runs
        if await self._is_unchanged(file, self._tools):
            await self._kept(replace(file, state=FileState.THERE))
            return
        arrived = await fetch(file.name, file.url, self._tools, lambda words: self._logbook.add(Level.WARN, words))
        there = replace(
            file,
            state=FileState.THERE,
            detail=arrived.fetched.sha256,
            validator=arrived.fetched.validator if arrived.url == file.url else "",
        )
        await self._kept(there, _arrived(file, arrived))
        sums = "with the tree's own sum" if arrived.is_verified else "the tree has no sum of it"
        self._logbook.add(Level.INFO, f"{file.name} is there: {arrived.fetched.size} bytes, {sums}")

    async def _is_unchanged(self, file: BootFile, tools: Tools) -> bool:
        if not file.validator or not (self.files / file.name).is_file():
            return False
        try:
            return await tools.way(file.url).is_unchanged(file.url, file.validator)
        except NetiplError:
            return False  # what is wrong is told by fetching it

    async def _kept(self, file: BootFile, *told: Change) -> None:
        self._fresh[file.name] = monotonic()
        try:
            await self._commit((BootFileSet(file), *told))
        except NetiplError as error:
            self._logbook.add(Level.ERROR, f"{file.name}: {error}")

    async def _failed(self, file: BootFile, error: NetiplError) -> None:
        remedy = f" ({error.remedy})" if error.remedy else ""
        self._logbook.add(Level.ERROR, f"boot file {file.name} failed: {error}{remedy}")
        said = {"name": file.name, "source": shown(file.url), "reason": str(error), "remedy": error.remedy}
        told = _event(Deed.BOOT_FILE_FAILED, "", **said)
        of_hosts = (
            Happened(replace(told.event, network=str(guest.network), guest=guest.name, mac=mac))
            for guest, mac in uses.hosts(self._inventory, file.name)
        )
        await self._kept(replace(file, state=FileState.FAILED, detail=str(error)), *(tuple(of_hosts) or (told,)))

    async def _opened(self, stack: AsyncExitStack, threads: ThreadPoolExecutor) -> Tools:
        terms = self._terms
        way = await asyncio.to_thread(
            guard.transport, terms.guard, verify=terms.verify, connections=_CONNECTIONS
        )  # reading the system's certificates takes a tenth of a second
        http = await stack.enter_async_context(client.client(terms.patience, _CONNECTIONS, transport=way))
        return Tools(
            http=Downloads(http, threads, terms.patience),
            ftp=FtpDownloads(terms.guard, threads, terms.patience),
            threads=threads,
            most=terms.most,
            files=self.files,
            incoming=self._incoming,
        )


def _stat(path: Path) -> tuple[int, datetime] | tuple[None, None]:
    """Size, and when it came."""
    try:
        found = path.stat()
    except OSError:
        return None, None
    return found.st_size, datetime.fromtimestamp(found.st_mtime, UTC)


def _arrived(file: BootFile, arrived: Arrived) -> Happened:
    detail: dict[str, str | int] = {
        "name": file.name,
        "source": shown(arrived.url),
        "size": arrived.fetched.size,
        "verified": "yes" if arrived.is_verified else "no",
    }
    return _event(Deed.BOOT_FILE_FETCHED, "", **detail)


def _event(deed: Deed, by: str, **detail: str | int) -> Happened:
    """Of no network: a file is for whoever boots it."""
    return Happened(Event(at=datetime.now(UTC), what=deed, network="", by=by, detail=detail))
