"""One guest in qemu-system-s390x: its command line, and the process from start to end.

Decides nothing about networks (`attachment.py`) or about what the guest boots: that comes over the network.
Sources: qemu(1); QEMU's documentation of the s390-ccw-virtio machine.
"""

import asyncio
import os
import platform
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from netipl.ccw import DeviceNumber
from netipl.errors import UnavailableError
from netipl.firmware.versions import Version
from netipl.machines.attachment import Attachment, LinkEnd, Tap, quoted
from netipl.machines.tether import tethered
from netipl.net import Mac

PROGRAM = "qemu-system-s390x"
_PACKAGES = "install it (Debian 12: qemu-system-misc, Debian 13: qemu-system-s390x, Fedora: qemu-system-s390x-core)"
_FIRST_WITH_STREAM = Version(7, 2)
_PIECE = 65536  # bytes of the console at a time
_GRACE = 5.0  # seconds between SIGTERM and SIGKILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A network interface; all of them can be booted from, in their order."""

    mac: Mac
    attachment: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A virtio disk: the raw image at `path`, as the guest's device `number`."""

    path: Path
    number: DeviceNumber

    def arguments(self, name: str) -> list[str]:
        """With the block backend called `name`. QEMU's channel subsystem of virtio devices is fe."""
        return [
            *("-drive", f"if=none,id={name},format=raw,file={quoted(self.path)}"),
            *("-device", f"virtio-blk-ccw,drive={name},devno=fe{str(self.number).removeprefix('0')}"),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class QemuGuest:
    """What QEMU is to run. `memory` in MiB; the firmware of QEMU < 9.2 needs at least 128 to boot from the network."""

    name: str
    nics: tuple[Nic, ...]
    disks: tuple[Disk, ...] = ()
    """None of them is booted from before the network."""
    uuid: UUID | None = None
    memory: int = 512
    cpus: int = 1
    accelerator: str = "tcg"
    qmp: Path | None = None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What QEMU must inherit, since its arguments name it."""
        return tuple(nic.attachment.descriptor for nic in self.nics if isinstance(nic.attachment, Tap))

    def command_line(self, program: Path | str = PROGRAM) -> list[str]:
        """The arguments of a process whose standard input and output are the guest's console."""
        command = [str(program), "-name", quoted(self.name), "-machine", "s390-ccw-virtio"]
        command += ["-accel", self.accelerator, "-m", str(self.memory), "-smp", str(self.cpus)]
        command += ["-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none"]
        command += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
        command += ["-device", "virtio-rng-ccw"]
        if self.uuid is not None:
            command += ["-uuid", str(self.uuid)]
        for index, nic in enumerate(self.nics):
            backend, _, rest = nic.attachment.netdev().partition(",")
            command += ["-netdev", f"{backend},id=net{index},{rest}"]
            command += ["-device", f"virtio-net-ccw,netdev=net{index},mac={nic.mac},bootindex={index + 1}"]
        for index, disk in enumerate(self.disks):
            command += disk.arguments(f"disk{index}")
        if self.qmp is not None:
            command += ["-qmp", f"unix:{quoted(self.qmp)},server=on,wait=off"]
        return command


def find(program: Path | str = PROGRAM) -> Path:
    """Where the QEMU program is: a path, or a name looked up in PATH. Raises UnavailableError."""
    found = shutil.which(program)
    if found is None:
        raise UnavailableError(f"the program {program} is not here", remedy=f"{_PACKAGES}, or name it with --qemu PATH")
    return Path(found)


def accelerator() -> str:
    """`kvm` on Z where this user may use it, otherwise `tcg`."""
    return "kvm" if platform.machine() == "s390x" and os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"


async def version(program: Path) -> Version:
    """Of the QEMU at `program`, and so of the firmware that comes with it. Raises UnavailableError."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
    except OSError as error:
        raise UnavailableError(f"{program} does not start: {error.strerror}", remedy=_PACKAGES) from error
    output, errors = await process.communicate()
    found = Version.parse(output.decode(errors="replace"))
    if process.returncode or found is None:
        raise UnavailableError(f"{program} does not tell its version: {errors.decode(errors='replace').strip()}")
    return found


def require(found: Version, guest: QemuGuest) -> None:
    """Raise UnavailableError if that QEMU cannot be attached as `guest` is."""
    if found < _FIRST_WITH_STREAM and any(isinstance(nic.attachment, LinkEnd) for nic in guest.nics):
        raise UnavailableError(
            f"QEMU {found} cannot be attached by a link",
            remedy=f"use QEMU {_FIRST_WITH_STREAM} or later, allow /dev/net/tun, or use --qemu-user-net",
        )


class Machine:
    """A running QEMU. Made by `running`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._descriptor = _descriptor_of(process.pid)
        self._errors = asyncio.create_task(_all_of(process.stderr))

    @property
    def pid(self) -> int:
        """The process id of QEMU."""
        return self._process.pid

    async def console(self) -> AsyncIterator[bytes]:
        """What the guest prints, as it comes, until QEMU ends. For one reader, who stops before `running` is left."""
        output = self._process.stdout
        assert output is not None  # asked for by `running`
        while piece := await output.read(_PIECE):
            yield piece

    async def type(self, data: bytes) -> None:
        """Type on the guest's console; into a machine that has ended, nothing."""
        keyboard = self._process.stdin
        assert keyboard is not None  # asked for by `running`
        try:
            keyboard.write(data)
            await keyboard.drain()
        except ConnectionError:
            return

    async def wait(self) -> int:
        """Wait for QEMU to end; its exit status, negative for a signal. The console must be read meanwhile."""
        return await self._process.wait()

    async def complaints(self) -> str:
        """What QEMU itself said on standard error; complete when it has ended."""
        return (await self._errors).decode(errors="replace").strip()

    def destroy(self) -> None:
        """Pull the plug: QEMU is killed at once."""
        self._signal(signal.SIGKILL)

    async def stop(self) -> None:
        """End QEMU by SIGTERM, by SIGKILL if that does not help within seconds; what it still prints is lost."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._ended(), _GRACE)
        except TimeoutError:
            self.destroy()
            await self._ended()

    def forget(self) -> None:
        """To be called last, when it has ended."""
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _signal(self, number: int) -> None:
        """By the descriptor: `send_signal` of asyncio may reap a process before the event loop that waits for it."""
        if self._descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, number)

    async def _ended(self) -> None:
        async for _ in self.console():  # an unread pipe could keep the process from being reaped
            pass
        await self._process.wait()


@asynccontextmanager
async def running(command: Sequence[str], descriptors: Sequence[int] = ()) -> AsyncIterator[Machine]:
    """QEMU running by `command`, which inherits `descriptors`; ended on the way out, and when this process dies.

    Raises UnavailableError.
    """
    find(command[0])
    process = await asyncio.create_subprocess_exec(
        *tethered(*command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=descriptors,
    )
    machine = Machine(process)
    try:
        yield machine
    finally:
        await machine.stop()
        await machine.complaints()
        machine.forget()


def _descriptor_of(pid: int) -> int | None:
    """None for a process that ended at once, and was waited for already."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return await stream.read() if stream is not None else b""
