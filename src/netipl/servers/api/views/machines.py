"""Machines as clients ask for them and see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from netipl.firmware.rules import Severity
from netipl.provisioning.machine_view import DiskAsked, MachineAsked, MachineView, Note
from netipl.wire import printable

_Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^/\s\x00-\x1f][^/\x00-\x1f]*$")]
_Path = Annotated[str, Field(max_length=4096, pattern=r"^/[^\x00-\x1f]+$")]


class DiskKeys(BaseModel):
    """A new disk of `size`, or one that is there, at `path`."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(default=0, ge=0, le=1 << 50, description="Bytes of a new one.", examples=[10_737_418_240])
    pool: _Name = Field(default="default", description="The storage pool of libvirt that it is made in.")
    path: _Path | None = Field(
        default=None, description="A file or block device of libvirt's host.", examples=["/dev/vg/web1"]
    )
    kind: str = Field(default="raw", pattern=r"^(raw|qcow2)$", description="The format of what is at `path`.")


class MachineKeys(BaseModel):
    """A machine that is wanted."""

    model_config = ConfigDict(extra="forbid")

    memory: int = Field(default=2048, ge=128, le=1 << 24, description="MiB.")
    cpus: int = Field(default=1, ge=1, le=248)
    disk: DiskKeys | None = None


class DomainKeys(BaseModel):
    """Which domain."""

    model_config = ConfigDict(extra="forbid")

    domain: _Name | None = Field(
        default=None, description="Its name. Without it the one with the guest's UUID, MAC or name.", examples=["z1"]
    )


class StartKeys(BaseModel):
    """How to start."""

    model_config = ConfigDict(extra="forbid")

    cold: bool = Field(default=False, description="Switch it off first, where it runs.")


class StopKeys(BaseModel):
    """How to stop."""

    model_config = ConfigDict(extra="forbid")

    now: bool = Field(default=False, description="Pull the plug, instead of asking its system to shut down.")


class NoteView(BaseModel):
    """What is worth knowing of it."""

    rule: str
    severity: Severity
    message: str
    remedy: str


class MachineShown(BaseModel):
    """The machine of a guest."""

    guest: str
    domain: str
    uuid: UUID
    state: str
    active: bool
    managed: bool = Field(description="Whether netipl chooses what it boots from, and starts it again by itself.")
    kind: str = Field(description="`kvm`, or `qemu` where QEMU translates.")
    boots_from: str = Field(description="What its next start tries first: network, disk, other or nothing.")
    boots_from_now: str = Field(description="What it has tried first, where it runs.")
    on_reboot: str
    on_crash: str
    disks: list[str]
    notes: list[NoteView]
    retry: datetime | None = Field(description="When it is started again, since its firmware failed.")
    away: str = Field(description="Why libvirt is not there now; all else is as it was before. Empty while it is.")


def asked(keys: MachineKeys) -> MachineAsked:
    """What is wanted."""
    disk = keys.disk
    made = (
        DiskAsked(size=disk.size, pool=disk.pool, path=disk.path or "", kind=disk.kind)
        if disk is not None and (disk.size or disk.path)
        else None
    )
    return MachineAsked(memory=keys.memory, cpus=keys.cpus, disk=made)


def of_machine(view: MachineView) -> MachineShown:
    """All of it."""
    return MachineShown(
        guest=view.guest,
        domain=printable(view.domain),
        uuid=view.uuid,
        state=view.state,
        active=view.active,
        managed=view.managed,
        kind=view.kind,
        boots_from=view.boots_from,
        boots_from_now=view.boots_from_now,
        on_reboot=printable(view.on_reboot),
        on_crash=printable(view.on_crash),
        disks=[printable(each) for each in view.disks],
        notes=[_note(each) for each in view.notes],
        retry=view.retry,
        away=printable(view.away, 1024),
    )


def _note(note: Note) -> NoteView:
    severity = Severity.ERROR if note.stops else Severity.WARNING
    return NoteView(rule=note.rule, severity=severity, message=printable(note.message, 1024), remedy=note.remedy)
