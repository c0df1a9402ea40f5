"""A guest: the machine that is booted, how it is recognised, and what it is to boot."""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from uuid import UUID

from netipl.answers.choices import Choices
from netipl.ccw import DeviceNumber
from netipl.firmware.versions import Version
from netipl.net import Mac


class BootMethod(StrEnum):
    """How the firmware is given its kernel. `provisioning/plan.py` has the table that makes each of them."""

    CONFIG = "config"
    """The configuration itself is the boot file; its first line is `# pxelinux`."""
    PROBE_UUID = "probe-uuid"
    """Boot file `/`; the configuration is found under `/pxelinux.cfg/` by UUID."""
    PROBE_MAC = "probe-mac"
    PROBE_IP = "probe-ip"
    """As above, under the guest's address in hexadecimal, shortened by its last digit."""
    PROBE_DEFAULT = "probe-default"
    PROBE_EMPTY = "probe-empty"
    """No boot file at all; found under `pxelinux.cfg/` by MAC."""
    PROBE_MISSING = "probe-missing"
    """A boot file that does not exist; found beside it under `pxelinux.cfg/` by MAC."""
    OPTIONS = "options"
    """Options 209 and 210 of RFC 5071."""
    INS = "ins"
    """A `.ins` list of files and addresses."""
    COMBINED = "combined"
    """One image of kernel and initrd."""
    BOOTP = "bootp"
    """A plain BOOTP reply (RFC 951) that names a configuration as boot file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFiles:
    """What a guest is to boot: kernel, initrd and kernel command line."""

    kernel: Path
    initrd: Path | None = None
    append: str = ""


class Origin(StrEnum):
    """Who says that there is this guest."""

    SETTINGS = "settings"
    """The settings file, which alone changes it."""
    ADDED = "added"
    """Somebody, by the API or the command line."""
    DISCOVERED = "discovered"
    """The guest itself: it asked for a boot, and waits for somebody to approve it."""
    FOREMAN = "foreman"
    """Foreman, which reserved its address or deployed what it boots; name, MACs and address are Foreman's."""


class LocalBoot(StrEnum):
    """The way to the guest's own disk."""

    RE_IPL = "re-ipl"
    """The network serves the re-IPL program, which boots the disk."""
    FALL_THROUGH = "fall-through"
    """The network serves nothing, and the firmware goes on to its next boot device (QEMU 9.2 and later)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A machine known by its name and any of MAC, UUID and DHCP client identifier (the bytes of option 61).

    With `boot` it boots these files each time. With `profile` it is installed once for each build, and otherwise goes
    to its disk. With neither it gets the default files, if there are any. None means: `address`, one from a pool;
    `network`, any; `firmware`, that of its network; `method` and `local_boot`, as fits (provisioning/choice.py);
    `disk`, the first that is found.
    """

    name: str
    macs: tuple[Mac, ...] = ()
    uuid: UUID | None = None
    client_id: bytes | None = None
    address: IPv4Address | None = None
    network: str | None = None
    firmware: Version | None = None
    cpu: str | None = None
    """The CPU model, as QEMU names it."""
    disk: DeviceNumber | None = None
    append: str = ""
    """Kernel parameters of its own, behind those of its profile."""
    method: BootMethod | None = None
    local_boot: LocalBoot | None = None
    profile: str | None = None
    boot: BootFiles | None = None
    choices: Choices = field(default_factory=Choices)
    """Of its installation; they stand over those of its profile."""
    origin: Origin = Origin.SETTINGS

    @property
    def is_approved(self) -> bool:
        """A guest that nobody has approved is given nothing."""
        return self.origin is not Origin.DISCOVERED
