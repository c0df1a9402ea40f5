"""The stage of `boot` and `demo`: a network of our own with the daemon on it, where throw-away guests are run.

It lives in the network namespace that this process has entered, so nothing of the host's networks is touched.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from uuid import UUID

from netipl.cli.terminal import Terminal
from netipl.console import Lines, SafeText
from netipl.control.plane import ControlPlane
from netipl.daemon.daemon import Daemon
from netipl.firmware.spoken.signs import Sign, sign
from netipl.guests.guest import BootFiles, BootMethod
from netipl.machines import namespace, qemu, segment
from netipl.machines.attachment import Attachment
from netipl.machines.impairment import PERFECT, Impairment
from netipl.machines.qemu import Machine, Nic, QemuGuest
from netipl.machines.uplink import NAME_SERVER, Uplink
from netipl.net import Mac
from netipl.provisioning.timeline import Observation, Seen
from netipl.settings.keys import File
from netipl.settings.settings import Settings

Watch = Callable[[Observation], None]

SERVER = IPv4Interface("192.168.177.1/24")
CALLBACK = f"http://{SERVER.ip}:8069/callback"
_FIRST_GUEST = 10  # the last number of its address


class Until(StrEnum):
    """How long a guest is left running, if no time ends it before."""

    KERNEL = "kernel"
    """To the first line of its kernel."""
    END = "end"
    """Until it turns itself off or stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One guest that is to be booted. `memory` in MiB."""

    name: str
    mac: Mac
    files: BootFiles
    method: BootMethod
    uuid: UUID | None = None
    memory: int = 512
    to_guest: Impairment = PERFECT
    from_guest: Impairment = PERFECT
    seed: int = 0
    until: Until = Until.END

    def keys(self) -> dict[str, object]:
        """Its table in the settings."""
        optional = {"uuid": self.uuid, "initrd": self.files.initrd}
        return {
            "mac": str(self.mac),
            "method": self.method,
            "kernel": self.files.kernel,
            "append": self.files.append,
            **{key: value for key, value in optional.items() if value is not None},
        }


@dataclass(slots=True, kw_only=True)
class Performance:
    """What became of a guest. Times are of the clock that observations carry."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    kernel: datetime | None = None
    called_back: datetime | None = None
    complaints: str = ""
    out_of_time: bool = False

    @property
    def seconds_to_kernel(self) -> float | None:
        """From the start of QEMU to the first line of the kernel."""
        return (self.kernel - self.began).total_seconds() if self.kernel is not None else None

    @property
    def seconds_to_callback(self) -> float | None:
        """From the start of QEMU to the call of the guest's Linux."""
        return (self.called_back - self.began).total_seconds() if self.called_back is not None else None

    def note(self, observation: Observation) -> None:
        """Take in what was observed of this guest; only the first of a kind counts."""
        match observation.seen:
            case Seen.KERNEL if self.kernel is None:
                self.kernel = observation.at
            case Seen.CALLBACK if self.called_back is None:
                self.called_back = observation.at


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where guests perform. `program` is QEMU."""

    segment: segment.Segment
    program: Path
    watch: Watch
    control: ControlPlane
    """Of the daemon that serves them."""
    performing: dict[str, Performance]
    """By the name of the guest: what the servers see of it counts for its performance."""

    async def perform(self, cast: Cast, *, limit: float | None = None, terminal: Terminal | None = None) -> Performance:
        """Run the guest until it ends, or for `limit` seconds. Raises UnavailableError."""
        port = f"g{cast.mac.octets[-2:].hex()}"
        async with AsyncExitStack() as stack:
            attachment: Attachment
            if (cast.to_guest, cast.from_guest) == (PERFECT, PERFECT):
                attachment = await stack.enter_async_context(self.segment.plug(port))
            else:
                link = self.segment.link(port, to_guest=cast.to_guest, from_guest=cast.from_guest, seed=cast.seed)
                attachment = (await stack.enter_async_context(link)).end
            performance = self.performing[cast.name] = Performance()
            await run(self.program, cast, attachment, self.watch, performance, limit=limit, terminal=terminal)
            return performance


async def run(
    program: Path,
    cast: Cast,
    attachment: Attachment,
    watch: Watch,
    performance: Performance,
    *,
    limit: float | None = None,
    terminal: Terminal | None = None,
) -> None:
    """Run QEMU with `cast` until it ends, or for `limit` seconds; what its console says goes to `watch`.

    With a `terminal`, the console is that from the kernel's first line on.
    """
    guest = QemuGuest(
        name=cast.name,
        nics=(Nic(mac=cast.mac, attachment=attachment),),
        uuid=cast.uuid,
        memory=cast.memory,
        accelerator=qemu.accelerator(),
    )
    qemu.require(await qemu.version(program), guest)
    async with qemu.running(guest.command_line(program), guest.descriptors) as machine:
        performance.began = datetime.now(UTC)
        try:
            with terminal.attached(machine) if terminal else nullcontext():
                async with asyncio.timeout(limit):
                    await _read_console(machine, cast, watch, terminal)
                    if performance.kernel is None or cast.until is Until.END:
                        await machine.wait()
                        performance.complaints = await machine.complaints()
        except TimeoutError:
            performance.out_of_time = True


async def _read_console(machine: Machine, cast: Cast, watch: Watch, terminal: Terminal | None) -> None:
    def saw(seen: Seen, line: str) -> None:
        watch(Observation(at=datetime.now(UTC), seen=seen, mac=cast.mac, guest=cast.name, detail={"line": line}))

    safe, lines, kernel = SafeText(), Lines(), False
    async for piece in machine.console():
        text = safe.feed(piece)
        if terminal is not None and kernel:
            terminal.show(text)
            continue
        for line in lines.feed(text):
            if not kernel and (said := sign(line.strip())) is not None and said.sign is Sign.KERNEL:
                kernel = True
                saw(Seen.KERNEL, line)
                if cast.until is Until.KERNEL:
                    return
            elif line:
                saw(Seen.CONSOLE, line)


def enter_namespace(stack: ExitStack, *, uplink: bool = False) -> IPv4Address | None:
    """Enter a network namespace of our own, with a way to the outside if asked; the name server to use then.

    To be called while there are no threads. Raises UnavailableError.
    """
    if not uplink:
        namespace.enter()
        return None
    way_out = Uplink.prepare()
    stack.callback(way_out.close)
    namespace.enter(user_namespace=True)
    way_out.connect()
    return NAME_SERVER


@asynccontextmanager
async def stage(
    casts: Sequence[Cast],
    *,
    program: Path,
    directory: Path,
    watch: Watch,
    dns: IPv4Address | None = None,
    templates: Path | None = None,
) -> AsyncIterator[Stage]:
    """The stage for `casts`, set: our network namespace has a segment, and the daemon serves it.

    `directory` takes the daemon's files, `templates` has templates of answers. Raises UnavailableError.
    """
    performing: dict[str, Performance] = {}

    def noted(observation: Observation) -> None:
        if observation.guest in performing:
            performing[observation.guest].note(observation)
        watch(observation)

    made = segment.create(SERVER)
    daemon = Daemon(_settings(casts, made.interface, directory, dns, templates), watch=noted)
    daemon.open()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(daemon.run())
        await daemon.serving.wait()
        yield Stage(segment=made, program=program, watch=daemon.observe, control=daemon.control, performing=performing)
        serving.cancel()


def _settings(
    casts: Sequence[Cast], interface: str, directory: Path, dns: IPv4Address | None, templates: Path | None
) -> Settings:
    addresses = (SERVER.network.network_address + _FIRST_GUEST + number for number, _ in enumerate(casts))
    network: Mapping[str, object] = {
        "interface": interface,
        "subnet": SERVER.network,
        "server": SERVER.ip,
        "dns": [dns] if dns else [],
        "authoritative": True,
    }
    keys = {
        "server": {"state_directory": directory, "run_directory": directory / "run"},
        "tftp": {"workers": 1},
        "api": {"enabled": False},
        "answers": {"templates": templates},
        "networks": {"stage": network},
        "guests": {
            cast.name: {**cast.keys(), "address": address} for cast, address in zip(casts, addresses, strict=True)
        },
    }
    return Settings(path=directory / "netipl.toml", file=File.model_validate(keys))
