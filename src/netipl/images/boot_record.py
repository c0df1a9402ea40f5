"""What s390-ccw would find at the beginning of a disk: zipl's boot records, or nothing that it boots.

Source: QEMU pc-bios/s390-ccw/bootmap.c and bootmap.h.
"""

from enum import StrEnum
from typing import Final

from netipl.images import iso9660

HEAD_SIZE: Final = 18 * iso9660.SECTOR
"""So many bytes tell; of fewer, less is known."""


class BootRecord(StrEnum):
    """As zipl writes them."""

    ZIPL = "zipl"
    """A disk of virtio-blk or SCSI."""
    ECKD = "eckd"
    """A DASD in the compatible disk layout."""
    ECKD_LINUX = "eckd-linux"
    """A DASD in the layout of Linux, or of CMS."""
    EL_TORITO = "el-torito"
    """A CD or DVD."""


_IPL1, _LNX1, _CMS1 = b"\xc9\xd7\xd3\xf1", b"\xd3\xd5\xe7\xf1", b"\xc3\xd4\xe2\xf1"
_EL_TORITO_AT: Final = 17 * iso9660.SECTOR
_ROWS: Final = (
    (0, b"zIPL", BootRecord.ZIPL),
    (0, _IPL1, BootRecord.ECKD),
    *((2 * block, label, BootRecord.ECKD_LINUX) for block in (512, 1024, 2048, 4096) for label in (_LNX1, _CMS1)),
    (_EL_TORITO_AT, b"\0CD001\1EL TORITO SPECIFICATION", BootRecord.EL_TORITO),
)


def boot_record(head: bytes) -> BootRecord | None:
    """In the first bytes of a disk's image; None where there is none, as on disks of other machines."""
    return next((record for at, magic, record in _ROWS if head.startswith(magic, at)), None)
