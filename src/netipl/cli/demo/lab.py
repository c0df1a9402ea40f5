"""What the story is played with: the daemon's control plane, one real guest with a disk, and what is heard of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from netipl.ccw import DeviceNumber
from netipl.cli.screen import Screen
from netipl.cli.stage import SERVER, Stage, Watch
from netipl.console import Lines, SafeText
from netipl.errors import RefusedError
from netipl.guests.guest import Guest, Origin
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.guests.status import Status
from netipl.machines import qemu
from netipl.machines.qemu import Disk, Machine, Nic, QemuGuest
from netipl.net import Mac
from netipl.provisioning.media_jobs import JobState, MediumAsked
from netipl.provisioning.timeline import Observation, Seen

GUEST: Final = "z1"
REPORT: Final = "/callback"
"""The path that the installed system asks for, with `?boot=N`."""

_BY: Final = "netipl demo"
_MAC: Final = Mac.parse("52:54:00:13:92:01")
_UUID: Final = UUID("9b6e2a0c-7b1d-4b52-8f6e-1f6f13920001")
_DISK: Final = DeviceNumber(0, 0x1234)
_DISK_SIZE: Final = 256 << 20
_NUMBER: Final = 9
"""Of its address, behind that of the server."""

_PORT: Final = "z1"
_PAUSE: Final = 0.05
_LINUX: Final = "Linux version "


class Reports:
    """Passes observations on to `watch`, and picks out what the system on the disk reports."""

    def __init__(self, watch: Watch) -> None:
        self.boots: asyncio.Queue[int] = asyncio.Queue()
        """Each as that system counts it."""
        self._watch = watch

    def __call__(self, observation: Observation) -> None:
        self._watch(observation)
        asked = urlsplit(str(observation.detail.get("path", "")))
        if observation.seen is Seen.CALLBACK and asked.path == REPORT:
            self.boots.put_nowait(int(parse_qs(asked.query).get("boot", ["0"])[0]))


@dataclass(slots=True, kw_only=True)
class Lab:
    """On the stage `built`; `disk` is the file of the guest's disk, which is blank at first."""

    built: Stage
    screen: Screen
    disk: Path
    memory: int
    reports: "asyncio.Queue[int]"
    """Of `Reports`."""

    async def imported(self, name: str, source: Path) -> None:
        """As a medium. Raises RefusedError."""
        media = self.built.control.media
        await media.working.wait()
        job = await media.add(MediumAsked(name=name, source=str(source)), by=_BY)
        while not job.state.is_over:
            await asyncio.sleep(_PAUSE)
            job = media.job(job.id)
        if job.state is not JobState.DONE:
            raise RefusedError(f"medium {name}: {job.error}", remedy=job.remedy)
        self.screen.say(f"medium {name}: {media.medium(name).title}")

    async def added(self, profile: str, medium: str, template: str) -> None:
        """The profile, and the guest that has it."""
        made = Profile(name=profile, medium=medium, template=template, origin=ProfileOrigin.ADDED)
        await self.built.control.profile_plane.put(made, by=_BY, expected=None, is_new=True)
        guest = Guest(
            name=GUEST,
            macs=(_MAC,),
            uuid=_UUID,
            address=SERVER.ip + _NUMBER,
            disk=_DISK,
            profile=profile,
            origin=Origin.ADDED,
        )
        await self.built.control.put_guest(guest, by=_BY, expected=None, is_new=True)
        with self.disk.open("wb") as file:
            file.truncate(_DISK_SIZE)

    async def build_asked(self) -> None:
        """With the guest's profile."""
        await self.built.control.ask_build(GUEST, profile=None, by=_BY)

    async def installed(self) -> None:
        """Until the build is done, and the new system has reported its first boot. Raises RefusedError."""
        control = self.built.control
        async with aclosing(control.follow(after=None)) as events:
            async for _ in events:
                status = control.standing(control.guest(GUEST)).status
                if status is Status.INSTALLED:
                    break
                if status is Status.FAILED:
                    raise self._failure()
        self.screen.say(f"netipl knows that {GUEST} is {status}")
        await self.reported(1)

    def _failure(self) -> RefusedError:
        """What netipl says of it."""
        now = self.built.control.standing(self.built.control.guest(GUEST))
        causes = [failed.cause for failed in (now.build, now.boot) if failed is not None]
        return RefusedError(f"{GUEST} has failed: {' '.join(causes)}", remedy="the lines above tell more")

    async def reported(self, boot: int) -> None:
        """Until the system on the disk reports its boot. Raises RefusedError where that is another."""
        found = await self.reports.get()
        if found != boot:
            raise RefusedError(f"the system on the disk counts boot {found}, not {boot}: the disk is another")
        self.screen.say(f"the system on the disk reports its boot {boot}", guest=GUEST)

    @asynccontextmanager
    async def switched_on(self) -> AsyncIterator[None]:
        """The guest runs; at the end its plug is pulled."""
        async with self.built.segment.plug(_PORT) as attachment:
            guest = QemuGuest(
                name=GUEST,
                nics=(Nic(mac=_MAC, attachment=attachment),),
                disks=(Disk(path=self.disk, number=_DISK),),
                uuid=_UUID,
                memory=self.memory,
                accelerator=qemu.accelerator(),
            )
            qemu.require(await qemu.version(self.built.program), guest)
            async with qemu.running(guest.command_line(self.built.program), guest.descriptors) as machine:
                reading = asyncio.create_task(self._read(machine))
                try:
                    yield
                finally:
                    machine.destroy()
                    await reading

    async def _read(self, machine: Machine) -> None:
        safe, lines = SafeText(), Lines()
        async for piece in machine.console():
            for line in lines.feed(safe.feed(piece)):
                if line:
                    seen = Seen.KERNEL if _LINUX in line else Seen.CONSOLE
                    self.built.watch(
                        Observation(at=datetime.now(UTC), seen=seen, mac=_MAC, guest=GUEST, detail={"line": line})
                    )
