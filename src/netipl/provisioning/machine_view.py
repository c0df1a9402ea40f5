"""A guest's machine as people ask for it and see it, whatever runs it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

CRASHED: Final = "crashed"


class Power(StrEnum):
    """Whether a machine runs."""

    ON = "on"
    OFF = "off"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskAsked:
    """A new volume of `size` bytes in `pool`, or what there is at `path`, whose format is `kind`."""

    size: int = 0
    pool: str = "default"
    path: str = ""
    kind: str = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAsked:
    """A new machine; `memory` in MiB."""

    memory: int = 2048
    cpus: int = 1
    disk: DiskAsked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is worth knowing of a machine. With `stops`, no installation on it comes to a good end."""

    rule: str
    message: str
    remedy: str
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineView:
    """`boots_from` is what its next start tries first, `boots_from_now` what the running one does, or empty."""

    guest: str
    domain: str
    uuid: UUID
    state: str
    active: bool
    managed: bool
    """Whether netipl changes its boot order, and starts it again when its firmware fails."""
    kind: str
    """`kvm` or `qemu`."""
    boots_from: str
    boots_from_now: str
    on_reboot: str
    on_crash: str
    disks: tuple[str, ...]
    notes: tuple[Note, ...]
    retry: datetime | None
    """When it is started again, since its firmware failed."""
    away: str
    """Why its hypervisor is not there now: then all else is as it was before. Empty while it is."""

    @property
    def power(self) -> Power | None:
        """None while nobody can tell."""
        if self.away:
            return None
        if self.state == CRASHED:
            return Power.CRASHED
        return Power.ON if self.active else Power.OFF
