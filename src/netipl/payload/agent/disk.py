"""A disk that is written: opened for us alone, with what Linux says of it; a plain file stands for one in tests.

Zeros are written by BLKZEROOUT: the device may unmap what it can, and the kernel writes zeros where it cannot, so a
range that was skipped in the image is never what was on the disk before. Sources: linux/fs.h, open(2) on O_EXCL.
"""

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError, UnavailableError

_BLKROGET: Final = 0x125E
_BLKRRPART: Final = 0x125F
_BLKSSZGET: Final = 0x1268
_BLKGETSIZE64: Final = 0x80081272
_BLKZEROOUT: Final = 0x127F
_WRITTEN_AT_ONCE: Final = 1 << 20
_SECTOR_OF_A_FILE: Final = 512


class Disk:
    """`size` and `sector`, its logical block, in bytes. Raises RefusedError for one that must not be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._opened = os.open(path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise RefusedError(f"{path} is in use: it is mounted, or something stands on it") from error
            raise RefusedError(f"{path} cannot be written: {error.strerror}") from error
        self._is_device = stat.S_ISBLK(os.fstat(self._opened).st_mode)
        if self._is_device and self._integer(_BLKROGET, "i"):
            os.close(self._opened)
            raise RefusedError(f"{path} is read-only")
        self.size = self._integer(_BLKGETSIZE64, "Q") if self._is_device else os.fstat(self._opened).st_size
        self.sector = self._integer(_BLKSSZGET, "i") if self._is_device else _SECTOR_OF_A_FILE

    def close(self) -> None:
        """Somebody else may have it."""
        os.close(self._opened)

    def read(self, offset: int, count: int) -> bytes:
        """Fewer at the end of the disk."""
        with _explained(self.path):
            return os.pread(self._opened, count, offset)

    def write(self, offset: int, data: bytes) -> None:
        """All of `data`. Raises RefusedError where the disk ends, and UnavailableError where it fails."""
        if offset + len(data) > self.size:
            raise RefusedError(f"{self.path} has {self.size} bytes: too small")
        view = memoryview(data)
        with _explained(self.path):
            while view:
                written = os.pwrite(self._opened, view[:_WRITTEN_AT_ONCE], offset)
                view, offset = view[written:], offset + written

    def zero(self, offset: int, length: int) -> None:
        """So that `length` bytes read as zeros, as far as the disk reaches."""
        length = min(length, self.size - offset)
        aligned = self._is_device and offset % self.sector == length % self.sector == 0
        if aligned and length > 0:
            with _explained(self.path):
                fcntl.ioctl(self._opened, _BLKZEROOUT, struct.pack("=QQ", offset, length))
            return
        nothing = bytes(_WRITTEN_AT_ONCE)
        for start in range(0, length, _WRITTEN_AT_ONCE):
            self.write(offset + start, nothing[: length - start])

    def flush(self) -> None:
        """Until the device has it all."""
        with _explained(self.path):
            os.fsync(self._opened)

    def read_partitions(self) -> None:
        """Let the kernel read the new partition table; a disk without one, or in use by then, is left alone."""
        if self._is_device:
            try:
                fcntl.ioctl(self._opened, _BLKRRPART)
            except OSError as error:
                if error.errno not in {errno.EINVAL, errno.EBUSY}:
                    raise UnavailableError(f"{self.path}: {error.strerror}") from error

    def _integer(self, request: int, form: str) -> int:
        form = f"={form}"
        found: int = struct.unpack(form, fcntl.ioctl(self._opened, request, bytes(struct.calcsize(form))))[0]
        return found


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns the errors of a device into ours."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(f"{path} fails: {error.strerror}") from error
