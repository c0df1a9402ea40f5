"""What a configuration that Foreman deployed means for an s390x guest: files to boot, its own disk, or nothing.

Foreman renders its templates for syslinux. What would boot there boots here (firmware/compile.py), and an entry that
is there to boot the disk becomes netipl's way to the disk: a label for a kernel that nobody has (`kernel-reboot.img`,
which administrators had to put there by hand), `localboot`, a program that chains to a disk, or no kernel at all.
"""

from typing import Final

from netipl.errors import RefusedError
from netipl.firmware import compile as compiler
from netipl.firmware.configuration import Entry
from netipl.firmware.lint.finding import Target
from netipl.firmware.lint.tree import Use
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux import reading, selecting
from netipl.firmware.syslinux.choice import Choice, Remark
from netipl.protocols.tftp.resolution import checked
from netipl.values import value

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


Deployment = BootsFiles | BootsDisk | BootsNothing


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


def _is_local(choice: Choice) -> bool:
    if choice.is_local:
        return True
    if choice.kernel is None:
        return not choice.cannot and choice.initrds is None
    return choice.kernel.rpartition(b"/")[2] in _REBOOTERS
