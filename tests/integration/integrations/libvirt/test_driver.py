"""The driver and its worker, with libvirt's test driver: asked, told of domains, and started again when it dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from netipl.errors import MissingError, NetiplError, UnavailableError
from netipl.integrations.libvirt.driver import Driver
from netipl.integrations.libvirt.worker.protocol import Call, Notice, Told
from tests.libvirt_host import LibvirtHost, libvirt_host

_DEADLINE = 60.0
_TEST = "test:///default"


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


class Heard:
    """Notices, waited for one by one."""

    def __init__(self) -> None:
        self._notices: asyncio.Queue[Notice] = asyncio.Queue()

    def hear(self, notice: Notice) -> None:
        self._notices.put_nowait(notice)

    async def next(self, told: Told, **expected: str) -> dict[str, Any]:  # Any: JSON
        """The next notice of that kind with these details; others are passed over."""
        async with asyncio.timeout(_DEADLINE):
            while True:
                notice = await self._notices.get()
                if notice.told is told and expected.items() <= dict(notice.detail).items():
                    return dict(notice.detail)


@asynccontextmanager
async def driven(uri: str = _TEST) -> AsyncIterator[tuple[Driver, Heard]]:
    heard = Heard()
    driver = Driver(uri, heard.hear)
    running = asyncio.create_task(driver.run())
    try:
        yield driver, heard
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@in_loop
async def test_it_is_told_of_all_domains_and_of_what_happens_to_them() -> None:
    async with driven() as (driver, heard):
        (domain,) = (await heard.next(Told.CONNECTED))["domains"]
        assert (domain["name"], domain["state"], domain["active"]) == ("test", "running", True)
        await driver.ask(Call.DESTROY, uuid=domain["uuid"])
        stopped = await heard.next(Told.LIFECYCLE, event="stopped", reason="destroyed")
        assert stopped["domain"]["state"] == "off"
        await driver.ask(Call.START, uuid=domain["uuid"])
        assert (await heard.next(Told.LIFECYCLE, event="started"))["name"] == "test"
        assert (await driver.ask(Call.DOMAIN, uuid=domain["uuid"]))["persistent"] is True


@in_loop
async def test_what_libvirt_refuses_is_an_error_of_ours() -> None:
    async with driven() as (driver, heard):
        (domain,) = (await heard.next(Told.CONNECTED))["domains"]
        with pytest.raises(MissingError):
            await driver.ask(Call.DOMAIN, uuid="9b6e2a0c-7b1d-4b52-8f6e-1f6f13910000")
        with pytest.raises(NetiplError, match="already running"):
            await driver.ask(Call.START, uuid=domain["uuid"])


@in_loop
async def test_a_worker_that_dies_is_started_again() -> None:
    async with driven() as (driver, heard):
        await heard.next(Told.CONNECTED)
        assert driver.worker is not None
        os.kill(driver.worker, signal.SIGKILL)
        await heard.next(Told.DISCONNECTED)
        assert driver.why_not
        await heard.next(Told.CONNECTED)
        assert not driver.why_not
        assert await driver.ask(Call.DOMAINS)


@in_loop
async def test_one_that_does_not_answer_is_ended_and_whoever_waits_is_told() -> None:
    async with driven() as (driver, heard):
        await heard.next(Told.CONNECTED)
        assert driver.worker is not None
        os.kill(driver.worker, signal.SIGSTOP)
        with pytest.raises(UnavailableError, match="did not answer"):
            await driver.ask(Call.DOMAINS, limit=0.1)
        await heard.next(Told.CONNECTED)


@in_loop
async def test_a_libvirt_that_is_not_there_is_said_and_nothing_is_asked_of_it() -> None:
    async with driven("qemu+unix:///system?socket=/nonexistent/libvirt-sock") as (driver, heard):
        lost = await heard.next(Told.DISCONNECTED)
        assert "/nonexistent/libvirt-sock" in lost["reason"]
        with pytest.raises(UnavailableError, match="/nonexistent/libvirt-sock"):
            await driver.ask(Call.DOMAINS)


_KILLED = """
import asyncio, os, signal
from netipl.integrations.libvirt.driver import Driver
async def main():
    connected = asyncio.Event()
    driver = Driver("test:///default", lambda _: connected.set())
    running = asyncio.create_task(driver.run())
    await connected.wait()
    print(driver.worker, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_a_worker_ends_with_a_daemon_that_is_killed() -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED], capture_output=True, text=True, check=False, timeout=60)
    worker = Path("/proc", done.stdout.split()[-1], "stat")
    until = time.monotonic() + _DEADLINE
    while worker.exists() and worker.read_text().split()[2] != "Z":
        assert time.monotonic() < until, "the worker goes on"
        time.sleep(0.01)


def inside(host: LibvirtHost) -> str:
    """The URI of its libvirtd, from outside its namespaces."""
    socket = Path("/proc", str(host.pid), "root", "run/libvirt/libvirt-sock")
    return f"qemu+unix:///system?socket={socket}"


@pytest.mark.root
@in_loop
async def test_a_libvirtd_that_is_restarted_is_connected_again() -> None:
    with libvirt_host() as host:
        async with driven(inside(host)) as (driver, heard):
            await heard.next(Told.CONNECTED)
            await asyncio.to_thread(host.stop_libvirtd)
            await heard.next(Told.DISCONNECTED)
            with pytest.raises(UnavailableError):
                await driver.ask(Call.DOMAINS)
            await asyncio.to_thread(host.run, "libvirtd", "--daemon")
            await heard.next(Told.CONNECTED)
            assert await driver.ask(Call.DOMAINS) == []


@pytest.mark.root
@in_loop
async def test_a_libvirtd_that_hangs_is_noticed_and_nobody_waits_for_ever() -> None:
    with libvirt_host() as host:
        async with driven(inside(host)) as (driver, heard):
            await heard.next(Told.CONNECTED)
            host.run("sh", "-c", "kill -STOP $(cat /run/libvirtd.pid)")
            with pytest.raises(UnavailableError):
                await driver.ask(Call.DOMAINS)
            assert (await heard.next(Told.DISCONNECTED))["reason"]
            host.run("sh", "-c", "kill -CONT $(cat /run/libvirtd.pid)")
            await heard.next(Told.CONNECTED)
            assert await driver.ask(Call.DOMAINS) == []
