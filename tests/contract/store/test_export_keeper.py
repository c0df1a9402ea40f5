"""A running daemon's exports: one after the other, the newest counts, and what fails is told and tried again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from netipl.content import inline
from netipl.errors import NetiplError
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.provisioning.export import LeftOut
from netipl.store import exports
from netipl.store.export_directory import FileChange
from netipl.store.export_keeper import ExportKeeper
from netipl.store.exports import Wanted
from tests.unit.images.kernels import kernel

DEADLINE = 60.0


class Told:
    """What the keeper tells, as it comes."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[list[str] | NetiplError] = asyncio.Queue()
        self.keeper = ExportKeeper(self._done, self._failed)

    def _done(self, _root: Path, steps: Iterable[FileChange], _left_out: Iterable[LeftOut]) -> None:
        self.news.put_nowait(sorted(f"{each.step} {each.name}" for each in steps))

    def _failed(self, _root: Path, error: NetiplError) -> None:
        self.news.put_nowait(error)

    async def next(self) -> list[str] | NetiplError:
        return await asyncio.wait_for(self.news.get(), DEADLINE)


def play(story: Callable[[Told], Awaitable[None]]) -> None:
    async def run() -> None:
        told = Told()
        task = asyncio.create_task(told.keeper.run())
        await story(told)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())


def wanted(directory: Path, *names: str) -> Wanted:
    (directory / "kernel").write_bytes(kernel())
    guests = tuple(Guest(name=name, macs=(Mac(bytes(6)),), method=BootMethod.CONFIG) for name in names)
    boot = BootFiles(kernel=directory / "kernel")
    return Wanted(guests=guests, networks=(), default=boot, method=BootMethod.CONFIG, program=inline(b""))


def test_a_guest_boots_as_its_network_says(tmp_path: Path) -> None:
    network = Network(
        name="lab",
        subnet=IPv4Network("192.0.2.0/24"),
        server=IPv4Address("192.0.2.1"),
        method=BootMethod.COMBINED,
        unknown=UnknownClients.POOL,
    )
    asked = wanted(tmp_path, "one")
    guests = tuple(replace(guest, method=None) for guest in asked.guests)
    found = replace(asked, guests=guests, networks=(network,)).export()
    assert sorted(found.tree) == ["guests/_unknown/boot.img", "guests/one/boot.img"]


def test_each_that_is_asked_for_is_done(tmp_path: Path) -> None:
    async def story(told: Told) -> None:
        told.keeper.ask(tmp_path / "root", wanted(tmp_path, "one"))
        assert "add guests/one/boot.cfg" in (first if isinstance(first := await told.next(), list) else [])
        told.keeper.ask(None, wanted(tmp_path))
        told.keeper.ask(tmp_path / "root", wanted(tmp_path, "two"))
        second = await told.next()
        assert isinstance(second, list)
        assert {"remove guests/one/boot.cfg", "add guests/two/boot.cfg"} <= set(second)

    play(story)


def test_what_fails_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file")

    async def story(told: Told) -> None:
        told.keeper.ask(tmp_path / "root", wanted(tmp_path, "one"))
        assert isinstance(await told.next(), NetiplError)
        (tmp_path / "root").unlink()
        told.keeper.ask(tmp_path / "root", wanted(tmp_path, "one"))
        assert isinstance(await told.next(), list)

    play(story)


def test_of_many_asked_for_at_once_the_newest_is_done(tmp_path: Path) -> None:
    async def story(told: Told) -> None:
        for name in ("one", "two", "three"):
            told.keeper.ask(tmp_path / "root", wanted(tmp_path, name))
        done = await told.next()
        assert isinstance(done, list)
        assert "add guests/three/boot.cfg" in done
        assert not [line for line in done if "one" in line or "two" in line]

    play(story)


def test_an_export_that_runs_when_the_daemon_ends_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()
    bring = exports.bring

    async def run() -> None:
        loop, told = asyncio.get_running_loop(), Told()

        def slow(root: Path, export: object, *, progress: Callable[[int], None]) -> list[FileChange]:
            loop.call_soon_threadsafe(begun.set)
            while True:  # until the keeper ends it
                progress(1)

        monkeypatch.setattr(exports, "bring", slow)
        task = asyncio.create_task(told.keeper.run())
        told.keeper.ask(tmp_path / "root", wanted(tmp_path, "one"))
        await asyncio.wait_for(begun.wait(), DEADLINE)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, DEADLINE)

    asyncio.run(run())
    assert exports.bring is not bring
