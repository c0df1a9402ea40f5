"""Which disk is meant: by its device number, or the only one there is.

Read from /sys as Linux lays it out (Documentation/ABI: /sys/bus/ccw/devices, /sys/block). A device number names the
disk itself (virtio-blk, DASD) or the adapter that it is behind (virtio-scsi).
"""

import os
from pathlib import Path
from typing import Final

from netipl.answers.orders import AUTO
from netipl.errors import RefusedError
from netipl.values import value

SYS: Final = Path("/sys")
_NO_DISKS: Final = ("loop", "ram", "zram", "sr", "nbd", "dm-", "md", "fd")
"""How the names of block devices begin that nobody installs to."""


@value()
class Found:
    """A disk: `name` as in /dev, `number` of the channel device that it belongs to, `size` in bytes."""

    name: str
    number: str
    size: int

    def __str__(self) -> str:
        return f"{self.name} ({self.number or 'no device number'}, {self.size >> 20} MiB)"


def disks(sys: Path = SYS) -> list[Found]:
    """All that could be written: whole disks with room on them."""
    found = []
    for block in sorted((sys / "block").iterdir(), key=lambda path: path.name):
        size = int(_line(block / "size") or "0") * 512  # always counted so
        if size and not block.name.startswith(_NO_DISKS) and _line(block / "removable") != "1":
            found.append(Found(block.name, _number(block), size))
    return found


def chosen(wanted: str, sys: Path = SYS) -> Found:
    """The disk that `wanted` names. Raises RefusedError unless there is exactly one."""
    there = disks(sys)
    number = wanted if wanted == AUTO else _full(wanted)
    fitting = there if number == AUTO else [disk for disk in there if disk.number == number]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(map(str, fitting or there)) or "none"
    if not there:
        raise RefusedError("no disk is here", remedy="give the guest a disk, or see whether its driver is known")
    if number == AUTO:
        raise RefusedError(f"several disks are here: {listed}", remedy="name one by its device number")
    if fitting:
        raise RefusedError(f"several disks are behind {number}: {listed}", remedy="give each its own device number")
    raise RefusedError(f"no disk has the number {number}; here are: {listed}", remedy="name one of these")


def _full(number: str) -> str:
    """As Linux writes it: `0.0.1234`."""
    css, ssid, device = number.split(".")
    return f"{int(css, 16):x}.{ssid}.{device}"


def _number(block: Path) -> str:
    """Of the nearest channel device above it; empty for a disk that has none."""
    ccw = block.parent.parent / "bus" / "ccw" / "devices"
    numbers = {path.name for path in ccw.iterdir()} if ccw.is_dir() else set()
    above = Path(os.path.realpath(block)).parts
    return next((part for part in reversed(above) if part in numbers), "")


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
