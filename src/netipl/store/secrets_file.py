"""The secret key of a daemon: made once, random, and readable by nobody else."""

import os
import pwd
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError
from netipl.provisioning.tokens import KEY_SIZE

NAME: Final = "secret-key"


def key(directory: Path, user: str | None) -> bytes:
    """Of the state directory `directory`; made, for `user`, if it is not there. Raises UnavailableError."""
    path = directory / NAME
    try:
        with suppress(FileExistsError):
            _make(path, user)
        found = path.read_bytes()
    except OSError as error:
        remedy = f"make {path} readable for the server's user alone"
        raise UnavailableError(f"{path}: {error.strerror}", remedy=remedy) from error
    if len(found) < KEY_SIZE:
        remedy = "remove it: a new one is made, and open builds have to be asked for again"
        raise UnavailableError(f"{path}: it holds no key", remedy=remedy)
    return found


def _make(path: Path, user: str | None) -> None:
    """Complete, or not at all."""
    partial = path.with_name(f".{NAME}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_SIZE))
            if user is not None and os.geteuid() == 0:
                entry = pwd.getpwnam(user)
                os.chown(file.fileno(), entry.pw_uid, entry.pw_gid)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink()
