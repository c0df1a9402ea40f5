"""What a configuration that Foreman deployed means for an s390x guest: files to boot, its own disk, or nothing.

Foreman renders its templates for syslinux. What would boot there boots here (firmware/compile.py), and an entry that
is there to boot the disk becomes netipl's way to the disk: a label for a kernel that nobody has (`kernel-reboot.img`,
which administrators had to put there by hand), `localboot`, a program that chains to a disk, or no kernel at all.
"""

from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import RefusedError
from netipl.firmware import compile as compiler
from netipl.firmware.configuration import Entry
from netipl.firmware.lint.finding import Target
from netipl.firmware.lint.tree import Use
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux import reading, selecting
from netipl.firmware.syslinux.choice import Choice, Remark
from netipl.firmware.versions import Version
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.tftp.resolution import checked
from netipl.provisioning.foreman.deployed import DEFAULT, Deployed, Variant
from netipl.values import value

_LONGEST_NAME: Final = 253
_REBOOTERS: Final = frozenset({b"kernel-reboot.img", b"reboot-kernel.img"})
"""Kernels of images that do nothing but boot the disk."""


@value(kw_only=True)
class BootsFiles:
    """The firmware is given `text`; of `entries` the first boots. Names are those of the TFTP tree."""

    text: bytes
    entries: tuple[Entry, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The kernels and initrds of all entries."""
        return frozenset(checked(name) for each in self.entries for name in (each.kernel, each.initrd) if name)


@value(kw_only=True)
class BootsDisk:
    """The guest's own disk."""

    remarks: tuple[Remark, ...] = ()


@value(kw_only=True)
class BootsNothing:
    """The firmware could do nothing with it; the remarks say why."""

    remarks: tuple[Remark, ...] = ()

    @property
    def reason(self) -> str:
        return next((each.message for each in self.remarks if each.severity is Severity.ERROR), "it boots nothing")


@value(kw_only=True)
class BootsElsewhere:
    """Whatever the TFTP server `server` has for it, an address or a name: Foreman deploys it there."""

    server: IPv4Address | str


Deployment = BootsFiles | BootsDisk | BootsNothing


def deployed_for(
    deployed: Deployed, network: Network, mac: Mac, version: Version | None
) -> Deployment | BootsElsewhere | None:
    """What Foreman has deployed for `mac`: for it alone, on another server, or for whoever has nothing of its own."""
    target = Target(version=version)
    if (own := deployed.configuration(str(mac), Variant.PXELINUX)) is not None:
        return deployment(own.data, target)
    reservation = deployed.reservation(network.name, mac)
    default = deployed.configuration(DEFAULT, Variant.PXELINUX)
    server = _server(reservation.option("nextServer")) if reservation is not None else None
    if server is not None:
        is_ours = default is not None if isinstance(server, str) else server == network.server
        if not is_ours:
            return BootsElsewhere(server=server)
    return deployment(default.data, target) if default is not None else None


@lru_cache(maxsize=256)
def deployment(data: bytes, target: Target) -> Deployment:
    """Of a configuration of PXELinux, for the firmware of `target`."""
    found = reading.read(data)
    remarks: list[Remark] = []
    selected = selecting.selected(found, remarks)
    if selected is not None and _is_local(selected):
        return BootsDisk()
    made = compiler.compiled(data, target, use=Use.BOOT_FILE)
    if made.text is None:
        return BootsNothing(remarks=made.remarks)
    deployed = BootsFiles(text=made.text, entries=made.entries, remarks=made.remarks)
    try:
        _ = deployed.names
    except RefusedError as error:
        remark = Remark(severity=Severity.ERROR, message=f"a file of it cannot be served: {error}")
        return BootsNothing(remarks=(*made.remarks, remark))
    return deployed


def _server(text: str) -> IPv4Address | str | None:
    """An address, a name that can be looked up, or what is neither and says nothing."""
    try:
        return IPv4Address(text)
    except ValueError:
        pass
    try:
        encoded = text.encode("idna")
    except UnicodeError:
        return None
    return text if 0 < len(encoded) <= _LONGEST_NAME else None


def _is_local(choice: Choice) -> bool:
    if choice.is_local:
        return True
    if choice.kernel is None:
        return not choice.cannot and choice.initrds is None
    return choice.kernel.rpartition(b"/")[2] in _REBOOTERS
