"""Files on disk as contents: a guest's kernel and initrd, and a directory that is served as it is.

A boot file's identity changes with the file (path, inode, size, time of change), so names in the TFTP tree that carry
it keep meaning the same bytes when somebody replaces the file under a running boot.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, UnavailableError
from netipl.guests.guest import BootFiles
from netipl.images import kernel
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution
from netipl.provisioning import parameters
from netipl.provisioning.plan import Images

PARTIAL = ".part"
"""A file that is still arriving has this appended to its name until it is whole."""

_IDENTITY_DIGITS = 12


def whole(path: Path) -> Content:
    """The file `path`, as it is on disk now. Raises UnavailableError for one that cannot be read."""
    try:
        return content.of_file(path)
    except ContentError as error:
        raise UnavailableError(str(error), remedy="name a regular file that you may read") from error


def beginning(file: Content, size: int) -> bytes:
    """Its first `size` bytes, or all there are. Raises UnavailableError if they cannot be read."""
    try:
        return b"".join(content.read(file.part(0, size)))
    except (ContentError, OSError) as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error


def images(files: BootFiles) -> Images:
    """The images that `files` name, as they are on disk now. Raises UnavailableError for one that cannot be read."""
    try:
        found = _images(replace(files, append=""), _identity(files))
    except (ContentError, OSError) as error:
        reason = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise UnavailableError(reason, remedy="put the file there, readable for the server's user") from error
    return replace(found, append=files.append)


@lru_cache(maxsize=64)
def _images(files: BootFiles, identity: str) -> Images:
    """Without a command line: each installation has one of its own."""
    kernel_content = content.of_file(files.kernel)
    return Images(
        identity=identity,
        kernel=kernel_content,
        header=b"".join(content.read(kernel_content.part(0, kernel.HEADER_SIZE))),
        initrd=content.of_file(files.initrd) if files.initrd else None,
        append="",
    )


def filled(path: Path, known: Mapping[str, str]) -> bytes:
    """The text at `path` with what is known in the place of its names. Raises UnavailableError."""
    try:
        return parameters.filled_answers(path.read_text("utf-8"), known).encode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnavailableError(f"{path}: {reason}", remedy="put a file of UTF-8 text there") from error


def served(root: Path, name: str) -> Resolution:
    """What `name`, checked before, stands for beneath the directory `root`. Nothing outside of it is read."""
    path = root / name
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        return Denied(f"{path} leaves {root}")
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises OSError for a name that is too long
        return Missing()
    try:
        return content.of_file(path, root=root)
    except ContentError as error:
        if os.path.lexists(path):
            return Denied(str(error))
    return Arriving() if os.path.isfile(f"{path}{PARTIAL}") else Missing()  # noqa: PTH113


def _identity(files: BootFiles) -> str:
    digest = hashlib.sha256()
    for path in (files.kernel, files.initrd):
        if path is not None:
            found = path.stat()
            digest.update(f"{path}\0{found.st_dev}\0{found.st_ino}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:_IDENTITY_DIGITS]
