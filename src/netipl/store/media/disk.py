"""How the media directory is written: names appear only for what is whole, and directories are flushed after them.

Sources: fsync(2), syncfs(2), rename(2).
"""

import ctypes
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

DIRECTORY_MODE: Final = 0o755
RECORD_MODE: Final = 0o644
_libc = ctypes.CDLL(None, use_errno=True)


def sync(path: Path) -> None:
    """The file or directory `path` survives a loss of power from now on. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(path: Path) -> None:
    """All files and directories of the file system that `path` is on do. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(path))
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """With those above it, each durable. Raises OSError."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with suppress(FileExistsError):
        path.mkdir()
        path.chmod(DIRECTORY_MODE)
        sync(path.parent)


def write(path: Path, data: bytes, *, mode: int = RECORD_MODE) -> None:
    """`data` are at `path`, whole, or what was there before still is. Raises OSError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with gone_after_error(part):
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    sync(path.parent)


@contextmanager
def gone_after_error(part: Path) -> Iterator[None]:
    """The file `part` does not outlive a block that fails."""
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise
