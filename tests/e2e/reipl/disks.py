"""Disks for s390-ccw, as bytes: an ISO volume that boots one image by El Torito, and how a guest gets them."""

import io
from typing import Final

import pycdlib

from netipl.images import kernel as facts

_SECTOR: Final = 2048
_VIRTUAL_SECTORS: Final = 4
"""In a sector; El Torito counts these, and the firmware drops those that fill no whole sector."""
_LINUX: Final = bytes.fromhex("020000186000005002000068600000504040404040404040")
"""Bytes 8 to 31 of every Linux image, by which the firmware knows one on a volume (QEMU pc-bios/s390-ccw/bootmap.h)."""

UNBOOTABLE: Final = bytes(1 << 20)


def bootable(image: bytes) -> bytes:
    """A volume whose firmware starts `image`, at most 32 MiB."""
    started = image[:8] + _LINUX + image[32:]
    volume, written = pycdlib.PyCdlib(), io.BytesIO()
    volume.new()
    volume.add_fp(io.BytesIO(started), len(started), "/KERNEL.IMG;1")
    sectors = -(-len(started) // _SECTOR) * _VIRTUAL_SECTORS
    volume.add_eltorito("/KERNEL.IMG;1", bootcatfile="/BOOT.CAT;1", boot_load_size=sectors)
    volume.write_fp(written)
    volume.close()
    return written.getvalue()


def saying(program: bytes, words: str) -> bytes:
    """A bootable volume of disk.S beside this file, which prints `words`."""
    start = facts.COMMAND_LINE_OFFSET
    encoded = words.encode()
    return bootable(program[:start] + encoded + program[start + len(encoded) :])


def virtio_blk(file: str, number: str) -> tuple[str, ...]:
    """`file` as a disk of the device number 0.S.DDDD."""
    return (*_drive(file), "-device", f"virtio-blk-ccw,drive={file},devno=fe{number[1:]}")


def virtio_scsi(file: str, number: str) -> tuple[str, ...]:
    """`file` as a CD on an adapter of that device number."""
    return (
        *_drive(file),
        *("-device", f"virtio-scsi-ccw,id={file}-adapter,devno=fe{number[1:]}"),
        *("-device", f"scsi-cd,drive={file},bus={file}-adapter.0"),
    )


def _drive(file: str) -> tuple[str, ...]:
    return ("-drive", f"if=none,id={file},format=raw,readonly=on,file={{place}}/{file}")
