"""qcow2 images in files, as the raw bytes that they stand for."""

import os
from collections.abc import Iterator
from pathlib import Path

from netipl.errors import RefusedError, UnavailableError, WireError
from netipl.images import qcow2


def raw(path: Path, called: str) -> Iterator[bytes]:
    """All of the disk. Raises RefusedError for an image that is damaged or does not stand alone, UnavailableError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:

            def pread(offset: int, length: int) -> bytes:
                return os.pread(descriptor, length, offset)

            yield from qcow2.decode(pread).raw(pread)
        finally:
            os.close(descriptor)
    except WireError as error:
        raise RefusedError(f"{called}: {error}", remedy="fetch it anew; see `qemu-img check`") from error
    except RefusedError as error:
        raise RefusedError(f"{called}: {error}", remedy=error.remedy) from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="see that the daemon may read it") from error
