"""What the firmware of each QEMU accepts, as one table from 2.10 on; a version that is not known is the strictest.

Sources: pc-bios/s390-ccw/netmain.c and main.c of QEMU at several versions (C), SLOF lib/libnet (C), and measurements
with 7.2.22, 10.0 and 11.1 (M). What holds for every version is a constant here.
"""

from dataclasses import dataclass, replace
from typing import Final

from netipl.firmware.versions import Version

MIB: Final = 1 << 20

PROBED_CONFIGURATION: Final = 2047
"""Bytes of a configuration found by probing (M: 2048 is refused)."""
BOOT_FILE_CONFIGURATION: Final = 2046
"""Bytes of a boot file that is looked at for `# pxelinux` or `* `; a longer one is a kernel (C: netmain.c)."""
SMALLEST_BOOT_FILE: Final = 8
FILE_NAME: Final = 206
"""Characters of a name that fit the client's 256-byte packet over IPv4 (C: tftp.c)."""
SURVIVED_FILE_NAME: Final = 207
"""One character more than fit: its terminator alone lies outside, and does no harm (M: 7.2 and 10.0)."""
COMMAND_LINE: Final = 896
"""Bytes of `append` that are copied; 896 leave no room for the terminator (C, M)."""
PATH_PREFIX: Final = 220
"""Characters of option 210 (C: pxelinux.c)."""
CONFIGURATION_NAME: Final = 256
"""Characters of options 210 and 209 together (C: pxelinux.c)."""
BOOT_FILE_DIRECTORY: Final = 206
"""Characters of the directory of the last requested name, from which probing derives its own (C: pxelinux.c)."""
BLOCK_SIZE: Final = 1428
"""The TFTP block size asked for, and the largest taken (C: tftp.c; M)."""
RECEIVE_RING: Final = 64
"""Frames that wait for the firmware; never emptied between two files (C: virtio-net.c)."""
DIRECT_LOAD_ADDRESS: Final = 0x2000
"""Where a boot file is loaded before its kind is known (C: netmain.c)."""

_SEPARATE_IMAGE: Final = 0x7800000  # where s390-netboot.img is linked, and the end of what it loads (M: 7.2)
_LARGEST_MEMORY: Final = 2048 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One row of the table: a series of versions that behave alike."""

    first: Version
    network_boot: bool = True
    ins_lists: bool = True
    configurations: bool = True
    """pxelinux.cfg files, probed or as boot file."""
    labels: int = 15
    """Labels that can be booted; one more is listed without its lines (M: 7.2 and 10.0)."""
    uninitialised_entries: bool = True
    """A label without kernel or initrd asks for what nobody wrote (M: 7.2). Newer ones read such memory too, which is
    zero in the cases of the transcripts and not in others (M: 10.0 and 11.1 crash on a boot file without kernel)."""
    boot_devices: int = 1
    merged_image: bool = False
    """Network boot is part of s390-ccw.img: other words, more memory, and up to 8 boot devices tried in turn."""
    names_missing_server: bool = False
    """Says that it has no TFTP server, where older ones say that they got no address (C)."""
    loadparm_selects: bool = False
    """The number in `loadparm` selects a label and PROMPT shows a menu (M: 11.1)."""

    def memory(self, installed: int) -> int:
        """The first address that files may not reach, for a guest with `installed` bytes of memory (M: 7.2, 10.0).

        Merged images start some bytes later, which differ by build (M: 0x890 in 10.0.2, 0xb68 in 10.0.13).
        """
        if not self.merged_image:
            return _SEPARATE_IMAGE
        return (min(installed, _LARGEST_MEMORY) - 0x300000) & ~0xFFFF


_SEPARATE: Final = Limits(first=Version(3, 0))
_MERGED: Final = Limits(
    first=Version(9, 2), boot_devices=8, merged_image=True, uninitialised_entries=False, names_missing_server=True
)
_SINGLE_FILE: Final = Limits(first=Version(2, 10), ins_lists=False, configurations=False)

TABLE: Final = (
    Limits(first=Version(0, 0), network_boot=False, ins_lists=False, configurations=False),
    _SINGLE_FILE,
    replace(_SINGLE_FILE, first=Version(2, 12), ins_lists=True),
    _SEPARATE,
    replace(_SEPARATE, first=Version(8, 1), names_missing_server=True),
    _MERGED,
    replace(_MERGED, first=Version(10, 1), loadparm_selects=True, labels=30),
)
"""In order of `first`; the last row that is not newer than a version holds for it."""

STRICTEST: Final = _SEPARATE
"""Of the versions that can boot every method; guests on older ones must say so."""


def limits_of(version: Version | None) -> Limits:
    """The row for `version`; None is a version that is not known, and counts as the strictest."""
    if version is None:
        return STRICTEST
    return next(row for row in reversed(TABLE) if row.first <= version)
