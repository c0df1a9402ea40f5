"""One file of a mirror, brought whole: broken off and continued, verified while it streams, and tried again.

A part is continued only where the server shows that it still has the same version; a server that lies about ranges is
found out, and everything is fetched anew. Sources: RFC 9110, 14 (ranges) and 13.1.5 (If-Range).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx2

from netipl.errors import RefusedError, UnavailableError
from netipl.integrations.mirror.client import Patience, TryAgainError, asked, shown, told
from netipl.integrations.mirror.part import Part, Version
from netipl.integrations.mirror.trying import WRITE, fewer, tried
from netipl.media.recognition import Sum

_PIECE: Final = 64 << 10
_UNSATISFIABLE: Final = frozenset({int(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)})
_UNCHANGED: Final = frozenset({int(HTTPStatus.NOT_MODIFIED)})
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_OF_ALL: Final = re.compile(r"bytes \*/(\d+)")

Progress = Callable[[int, int | None], None]
"""Told how many bytes there are, and how many there will be, if that is known. It may raise to break off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file at a URL. `sum` and `size` are what is known of it, and it must have; `most` how many bytes are taken."""

    url: str
    sum: Sum | None = None
    size: int | None = None
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came. `validator` tells this version from others, where the server says one."""

    sha256: str
    size: int
    validator: str = ""


class Downloads:
    """Those of one `client`. The disk is written by `threads`."""

    def __init__(self, client: httpx2.AsyncClient, threads: Executor, patience: Patience) -> None:
        self._client = client
        self._threads = threads
        self._patience = patience

    async def beginning(self, url: str, most: int, *, tries: int | None = None) -> bytes:
        """The first `most` bytes of a file, or all it has; `tries` are fewer than those of patience.

        Raises MissingError, RefusedError and UnavailableError.
        """
        return await tried(fewer(self._patience, tries), lambda: self._beginning(url, most))

    async def file(self, wanted: Wanted, path: Path, progress: Progress) -> Fetched:
        """Brings it to `path`, where parts of it may be already. Raises as `beginning` does; then parts stay for later.

        A file with a wrong sum does not stay.
        """

        async def bring(part: Part) -> None:
            await tried(self._patience, lambda: self._continued(part, wanted, progress), part)

        return await fetched(wanted, path, self._threads, bring)

    async def is_unchanged(self, url: str, validator: str) -> bool:
        """Whether the server says that it still has that version. Asks once. Raises as `beginning` does."""
        condition = "If-None-Match" if validator.startswith('"') else "If-Modified-Since"
        async with asked(self._client, url, {condition: validator}, also=_UNCHANGED) as response:
            return response.status_code == HTTPStatus.NOT_MODIFIED

    async def _beginning(self, url: str, most: int) -> bytes:
        found = bytearray()
        async with asked(self._client, url, {}) as response:
            with told(url):
                async with asyncio.timeout(self._patience.piece):
                    async for piece in response.aiter_raw(_PIECE):
                        found += piece
                        if len(found) >= most:
                            break
        return bytes(found[:most])

    async def _continued(self, part: Part, wanted: Wanted, progress: Progress) -> None:
        version = part.version or Version(url=wanted.url)
        if part.size and part.size == version.size:
            return
        headers = {}
        if part.size and (version.validator or wanted.sum):
            headers["Range"] = f"bytes={part.size}-"
            if version.validator:
                headers["If-Range"] = version.validator
        async with asked(self._client, wanted.url, headers, also=_UNSATISFIABLE) as response:
            if not await self._begun(part, response, wanted, asked_for=bool(headers)):
                return
            assert part.version is not None  # it has begun
            await self._streamed(part, response, wanted, progress)
        if part.version.size is not None and part.size < part.version.size:
            raise TryAgainError(f"{shown(wanted.url)} ended at {part.size} of {part.version.size} bytes")

    async def _begun(self, part: Part, response: httpx2.Response, wanted: Wanted, *, asked_for: bool) -> bool:
        """Whether bytes come, and `part` is where they belong. Raises TryAgainError where it has to start anew."""
        run = asyncio.get_running_loop().run_in_executor
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            found = _OF_ALL.fullmatch(response.headers.get("Content-Range", ""))
            if found and part.size and int(found[1]) == part.size:
                return False
            await run(self._threads, part.restart, Version(url=wanted.url))
            raise TryAgainError(f"{shown(wanted.url)} has other bytes than before")
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            known = part.version.size if part.version is not None else None
            total = int(found[3]) if found and found[3] != "*" else None
            if asked_for and found and int(found[1]) == part.size and (known is None or known == total):
                part.is_pieced = True
                return True
            await run(self._threads, part.restart, Version(url=wanted.url))
            raise TryAgainError(f"{shown(wanted.url)} sends another part than was asked for")
        length = response.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else None
        if size is not None and wanted.size is not None and size != wanted.size:
            remedy = "try again later or use another mirror: this one is broken, or being changed"
            raise RefusedError(f"{shown(wanted.url)} has {size} bytes, and should have {wanted.size}", remedy=remedy)
        if (size or 0) > wanted.most:
            raise too_large(wanted)
        await run(self._threads, part.restart, Version(url=wanted.url, validator=_validator(response), size=size))
        return True

    async def _streamed(self, part: Part, response: httpx2.Response, wanted: Wanted, progress: Progress) -> None:
        run, pending = asyncio.get_running_loop().run_in_executor, bytearray()
        pieces = response.aiter_raw(_PIECE)
        try:
            with told(wanted.url):
                while piece := await self._in_time(pieces):
                    pending += piece
                    if part.size + len(pending) > wanted.most:
                        raise too_large(wanted)
                    if len(pending) >= WRITE:
                        data, pending = bytes(pending), bytearray()
                        await run(self._threads, part.write, data)
                    progress(part.size + len(pending), part.version.size if part.version else None)
        finally:
            if pending:
                await run(self._threads, part.write, bytes(pending))

    async def _in_time(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The next piece; empty at the end. Raises TimeoutError."""
        async with asyncio.timeout(self._patience.piece):
            return await anext(pieces, b"")


async def fetched(wanted: Wanted, path: Path, threads: Executor, bring: Callable[[Part], Awaitable[None]]) -> Fetched:
    """What `bring` has put into the part at `path`: whole, and with the sum that it must have.

    Where the sum is wrong and the bytes came at several times, all of it is brought once more.
    """
    run = asyncio.get_running_loop().run_in_executor
    part = Part(path, frozenset({wanted.sum.algorithm.value}) if wanted.sum is not None else frozenset())
    try:
        await run(threads, part.open, wanted.url)
        await bring(part)
        if _is_wrong(part, wanted) and part.is_pieced:
            await run(threads, part.restart, Version(url=wanted.url))
            await bring(part)
        if why := _is_wrong(part, wanted):
            part.discard()
            remedy = "try again later or use another mirror: this one is broken, or being changed"
            raise RefusedError(f"{shown(wanted.url)}: {why}", remedy=remedy)
        validator = part.version.validator if part.version is not None else ""
        return Fetched(sha256=part.sum("sha256"), size=part.size, validator=validator)
    finally:
        with suppress(UnavailableError):
            if part.size:
                part.close()
            else:
                part.discard()


def _is_wrong(part: Part, wanted: Wanted) -> str:
    if wanted.size is not None and part.size != wanted.size:
        return f"it has {part.size} bytes, and should have {wanted.size}"
    if wanted.sum is not None and (found := part.sum(wanted.sum.algorithm)) != wanted.sum.digest:
        return f"its {wanted.sum.algorithm} sum is {found}, and should be {wanted.sum.digest}"
    return ""


def _validator(response: httpx2.Response) -> str:
    etag: str = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else str(response.headers.get("Last-Modified", ""))


def too_large(wanted: Wanted) -> RefusedError:
    remedy = "see that the URL is that of a medium"
    return RefusedError(f"{shown(wanted.url)} has more than {wanted.most} bytes", remedy=remedy)
