"""Files by FTP (RFC 959, passive; SIZE, MDTM and REST of RFC 3659), with the same promises as by HTTP (download.py).

A part is continued only where the server still says the same time of change. Its own address is used for data whatever
it says, and is looked at by the guard before it is connected to.
"""

import asyncio
import ftplib
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

from netipl.errors import MissingError, NetiplError, RefusedError
from netipl.integrations.mirror.client import Patience, TryAgainError, shown
from netipl.integrations.mirror.download import Fetched, Progress, Wanted, fetched, too_large
from netipl.integrations.mirror.guard import Guard
from netipl.integrations.mirror.part import Part, Version
from netipl.integrations.mirror.trying import WRITE, fewer, tried

_PIECE: Final = 64 << 10
_NOT_THERE: Final = "550"
_CODE: Final = 4  # digits of a reply, and the space behind them (RFC 959, 4.2)
_Result = TypeVar("_Result")


class _EnoughError(Exception):
    """All that was wanted has come."""


class FtpDownloads:
    """From wherever `guard` lets them come. `threads` wait for the server, and write to the disk."""

    def __init__(self, guard: Guard, threads: Executor, patience: Patience) -> None:
        self._guard = guard
        self._threads = threads
        self._patience = patience

    async def beginning(self, url: str, most: int, *, tries: int | None = None) -> bytes:
        """As `Downloads.beginning`."""
        found = bytearray()

        def begin() -> None:
            found.clear()
            with suppress(_EnoughError):
                self._asked(url, lambda client, name: client.retrbinary(f"RETR {name}", keep, _PIECE))

        def keep(data: bytes) -> None:
            found.extend(data)
            if len(found) >= most:
                raise _EnoughError

        await tried(fewer(self._patience, tries), lambda: self._run(begin))
        return bytes(found[:most])

    async def file(self, wanted: Wanted, path: Path, progress: Progress) -> Fetched:
        """As `Downloads.file`."""

        async def bring(part: Part) -> None:
            await tried(self._patience, lambda: self._run(lambda: self._continued(part, wanted, progress)), part)

        return await fetched(wanted, path, self._threads, bring)

    async def is_unchanged(self, url: str, validator: str) -> bool:
        """As `Downloads.is_unchanged`."""
        return await self._run(lambda: self._asked(url, _changed)) == validator

    async def _run(self, call: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _continued(self, part: Part, wanted: Wanted, progress: Progress) -> None:
        def bring(client: ftplib.FTP, name: str) -> None:
            there = Version(url=wanted.url, validator=_changed(client, name), size=_size(client, name))
            if (there.size or 0) > wanted.most:
                raise too_large(wanted)
            if not part.size or not there.validator or part.version != there:
                part.restart(there)
            if part.size == there.size:
                return
            part.is_pieced = part.size > 0
            client.retrbinary(f"RETR {name}", keep, WRITE, rest=part.size or None)
            if there.size is not None and part.size < there.size:
                raise TryAgainError(f"{shown(wanted.url)} ended at {part.size} of {there.size} bytes")

        def keep(data: bytes) -> None:
            if part.size + len(data) > wanted.most:
                raise too_large(wanted)
            part.write(data)  # raises once it is closed, which ends a transfer that nobody waits for any more
            progress(part.size, part.version.size if part.version is not None else None)

        self._asked(wanted.url, bring)

    def _asked(self, url: str, ask: Callable[[ftplib.FTP, str], _Result]) -> _Result:
        """`ask` is given a client that has logged in, and the name of the file there. Raises NetiplError."""
        at = urlsplit(url)
        name = unquote(at.path).lstrip("/")
        if not at.hostname or not name.isprintable():
            raise RefusedError("this is no URL of a file on an FTP server", remedy="write it as ftp://HOST/PATH")
        try:
            address = self._guard.resolved(at.hostname, at.port or ftplib.FTP_PORT)[0]
            with closing(ftplib.FTP(timeout=self._patience.read)) as client:  # noqa: S321 - some media are there
                client.connect(address, at.port or ftplib.FTP_PORT, timeout=self._patience.connect)
                client.login(unquote(at.username or "anonymous"), unquote(at.password or "netipl@"))
                client.voidcmd("TYPE I")
                return ask(client, name)
        except ftplib.error_perm as error:
            raise _refused(url, str(error)) from error
        except (ftplib.Error, EOFError, TimeoutError, OSError) as error:
            raise TryAgainError(f"{shown(url)}: {str(error) or type(error).__name__}") from error


def _size(client: ftplib.FTP, name: str) -> int | None:
    with suppress(ftplib.error_perm):  # of a server that does not know SIZE
        return client.size(name)
    return None


def _changed(client: ftplib.FTP, name: str) -> str:
    """When it was, as the server says it; empty where it does not."""
    with suppress(ftplib.error_perm):
        return client.voidcmd(f"MDTM {name}")[_CODE:].strip()
    return ""


def _refused(url: str, reply: str) -> NetiplError:
    if reply.startswith(_NOT_THERE):
        return MissingError(
            f"{shown(url)} is not there", remedy="see whether the URL is that of the medium's own directory"
        )
    return RefusedError(f"{shown(url)}: {reply}", remedy="see whether the server wants a login")
