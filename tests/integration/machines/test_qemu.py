"""The process of a guest: its console both ways, its end by itself, by us, and by our death.

A shell stands in for QEMU; the real one is started by the tests in e2e.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.machines import qemu
from netipl.machines.qemu import Machine
from tests.users import ROOT

PATIENCE = 60.0


def shell(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


async def printed(machine: Machine) -> bytes:
    return b"".join([piece async for piece in machine.console()])


def test_console_exit_status_and_complaints_of_a_guest_that_ends() -> None:
    async def run() -> None:
        async with qemu.running(shell("echo out; echo complaint >&2; exit 3")) as machine:
            assert await printed(machine) == b"out\n"
            assert await machine.wait() == 3
            assert await machine.complaints() == "complaint"

    asyncio.run(run())


def test_what_is_typed_arrives_on_the_console() -> None:
    async def run() -> None:
        async with qemu.running(shell("read -r line; echo got $line")) as machine:
            await machine.type(b"hello\n")
            assert await printed(machine) == b"got hello\n"
            await machine.wait()
            await machine.type(b"nobody hears this\n")

    asyncio.run(run())


def test_a_guest_is_destroyed_at_once_even_if_it_ignores_requests() -> None:
    async def run() -> None:
        async with qemu.running(shell("trap '' TERM; echo up; read -r _")) as machine:
            assert await anext(machine.console()) == b"up\n"
            machine.destroy()
            assert await machine.wait() == -signal.SIGKILL

    asyncio.run(run())


def test_a_guest_ends_with_the_block_that_runs_it_though_nobody_reads_its_console() -> None:
    async def run() -> int:
        async with qemu.running(shell("while :; do echo flood; done")) as machine:
            return machine.pid

    pid = asyncio.run(run())
    assert not Path(f"/proc/{pid}").exists()


def test_a_guest_ends_when_we_are_killed() -> None:
    """The process in between is killed without a chance to clean up; the shell inherits its standard error."""
    between = (
        "import asyncio, sys\n"
        "from netipl.machines import qemu\n"
        "async def run():\n"
        "    async with qemu.running(['/bin/sh', '-c', 'echo $$; exec sleep 600']) as machine:\n"
        "        sys.stdout.buffer.write(await anext(machine.console()))\n"
        "        sys.stdout.flush()\n"
        "        await machine.wait()\n"
        "asyncio.run(run())\n"
    )
    with subprocess.Popen([sys.executable, "-c", between], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        guest = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
        process.wait()
    try:
        signal.pidfd_send_signal(guest, 0)
        asyncio.run(_readable(guest))
    except ProcessLookupError:
        pass  # it has already ended and been reaped
    finally:
        os.close(guest)


async def _readable(descriptor: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, ended.set)
    await asyncio.wait_for(ended.wait(), PATIENCE)


def test_a_program_that_tells_no_version_is_not_qemu(tmp_path: Path) -> None:
    program = tmp_path / "qemu"
    program.write_text("#!/bin/sh\necho something else\n")
    program.chmod(0o755)
    with pytest.raises(UnavailableError, match="version"):
        asyncio.run(qemu.version(program))


def test_a_program_that_is_not_there_is_not_started() -> None:
    async def run() -> None:
        async with qemu.running(["/nowhere/qemu"]):
            pass

    with pytest.raises(UnavailableError, match="/nowhere/qemu"):
        asyncio.run(run())
