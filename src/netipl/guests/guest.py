"""A guest: the machine that is booted, how it is recognised, and what it is to boot."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from uuid import UUID

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A machine known by its name and any of MAC, UUID and DHCP client identifier (the bytes of option 61).

    Without `boot` it gets the network's default files; without `address` one from a pool; without `network`, any.
    """

    name: str
    macs: tuple[Mac, ...] = ()
    uuid: UUID | None = None
    client_id: bytes | None = None
    address: IPv4Address | None = None
    network: str | None = None
    firmware: str | None = None
    method: BootMethod = BootMethod.CONFIG
    boot: BootFiles | None = None
