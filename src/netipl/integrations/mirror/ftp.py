"""A file by FTP (RFC 959, passive; REST in stream mode, RFC 3659, 5): continued where it broke off, in a thread.

The server's own address is used for data whatever it says, and is looked at by the guard before it is connected to.
"""

import ftplib
import hashlib
import socket
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote, urlsplit

from netipl.errors import MissingError, RefusedError, UnavailableError
from netipl.integrations.mirror.client import Patience, TryAgainError
from netipl.integrations.mirror.download import Fetched
from netipl.integrations.mirror.guard import Guard

_PIECE: Final = 64 << 10
_NOT_THERE: Final = "550"


def fetch(url: str, path: Path, *, most: int, guard: Guard, patience: Patience) -> Fetched:
    """Brings it to `path`, where a part of it may be already. Blocks. Raises NetiplError; then parts stay for later."""
    at = urlsplit(url)
    if not at.hostname or "\n" in unquote(at.path) or "\r" in unquote(at.path):
        raise RefusedError("this is no URL of a file on an FTP server", remedy="write it as ftp://HOST/PATH")
    try:
        address = guard.resolved(at.hostname, at.port or ftplib.FTP_PORT)[0]
        made = ftplib.FTP(timeout=patience.read)  # noqa: S321 - Foreman says where media are, and some are there
        with made as client, path.open("ab") as file:
            client.connect(address, at.port or ftplib.FTP_PORT, timeout=patience.connect)
            client.login(unquote(at.username or "anonymous"), unquote(at.password or "netipl@"))
            _continue(client, unquote(at.path).lstrip("/"), file, most)
    except ftplib.error_perm as error:
        if str(error).startswith(_NOT_THERE):
            path.unlink(missing_ok=True)
            raise MissingError(f"{_shown(url)} is not there") from error
        raise RefusedError(f"{_shown(url)}: {error}") from error
    except (ftplib.Error, EOFError, TimeoutError, socket.gaierror, ConnectionError) as error:
        raise TryAgainError(f"{_shown(url)}: {str(error) or type(error).__name__}") from error
    except OSError as error:
        raise UnavailableError(f"{_shown(url)}: {error.strerror or error}") from error
    return _fetched(path)


def _continue(client: ftplib.FTP, name: str, file: BinaryIO, most: int) -> None:
    client.voidcmd("TYPE I")
    size: int | None = None
    with suppress(ftplib.error_perm):  # a server that does not know SIZE sends all the same
        size = client.size(name)
    there = file.tell()
    if size is not None and there > size:
        file.truncate(0)
        there = 0
    if size is not None and (there == size or size > most):
        if size > most:
            raise RefusedError(f"{name} has more than {most} bytes")
        return

    def piece(data: bytes) -> None:
        if file.tell() + len(data) > most:
            raise RefusedError(f"{name} has more than {most} bytes")
        file.write(data)

    client.retrbinary(f"RETR {name}", piece, _PIECE, rest=there or None)
    if size is not None and file.tell() < size:
        raise TryAgainError(f"{name} ended at {file.tell()} of {size} bytes")


def _fetched(path: Path) -> Fetched:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Fetched(sha256=digest.hexdigest(), size=file.tell())


def _shown(url: str) -> str:
    """Without user and password."""
    at = urlsplit(url)
    return f"{at.scheme}://{at.hostname}{at.path}"
