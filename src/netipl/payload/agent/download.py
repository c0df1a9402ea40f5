"""A file fetched by HTTP, as a stream that goes on where it was cut off, and never mixes two versions of it.

A server that goes away is asked again, later and later, until it has been silent for too long. Every request for the
rest says which version it is the rest of. Sources: RFC 9110, 13.1.5 (If-Range), 14 (ranges), 15 (status codes).
"""

import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from netipl.errors import RefusedError, UnavailableError

PIECE: Final = 256 << 10
SILENCE: Final = 30.0
"""Seconds without a byte after which a connection is given up."""
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, *[15.0] * 15)
"""Seconds before each further try; a byte received begins them anew. Four minutes altogether."""
_TRY_AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}

Say = Callable[[str], None]


class _Cut(Exception):  # noqa: N818 - an outcome of one try
    """This connection gives no more; another may."""


class Download:
    """`size` is known from the first piece on, or None where the server does not say it."""

    def __init__(
        self,
        url: str,
        say: Say,
        *,
        size: int | None = None,
        headers: Mapping[str, str] | None = None,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`size` is how much is expected; another one is refused before the first byte. `headers` are sent as well."""
        self._url = urlsplit(url)
        self._say = say
        self._more = headers or {}
        self._pauses = pauses
        self._sleep = sleep
        self._expected = size
        self._version: str | None = None
        self._received = 0
        self.size: int | None = None

    def pieces(self) -> Iterator[bytes]:
        """All bytes of one version of the file. Raises RefusedError and UnavailableError."""
        tries, before = iter(self._pauses), 0
        while True:
            try:
                yield from self._one_try()
            except (_Cut, OSError, http.client.HTTPException) as error:
                if self._received > before:
                    tries, before = iter(self._pauses), self._received
                pause = next(tries, None)
                if pause is None:
                    raise UnavailableError(
                        f"{self._url.netloc} has given nothing for too long: {_words(error)}",
                        remedy="see whether the server runs, and begin again",
                    ) from error
                self._say(f"{_words(error)} at {self._received} bytes; again in {pause:g} s")
                self._sleep(pause)
            else:
                return

    def _one_try(self) -> Iterator[bytes]:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port, timeout=SILENCE)
        try:
            connection.request("GET", self._target, headers=self._headers())
            response = connection.getresponse()
            passed_over = self._begun(response)
            while piece := response.read(PIECE):
                fresh = piece[passed_over:]
                passed_over -= len(piece) - len(fresh)
                self._received += len(fresh)
                if fresh:
                    yield fresh
            if self.size is not None and self._received < self.size:
                raise _Cut("the connection ended")
        finally:
            connection.close()

    @property
    def _target(self) -> str:
        return (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")

    def _headers(self) -> dict[str, str]:
        headers = {**self._more, "Connection": "close", "Accept-Encoding": "identity"}
        if self._received:
            headers["Range"] = f"bytes={self._received}-"
            if self._version is not None:
                headers["If-Range"] = self._version
        return headers

    def _begun(self, response: http.client.HTTPResponse) -> int:
        """How many bytes of the answer we have already. Raises if it is not what was asked for."""
        if response.status in _TRY_AGAIN:
            raise _Cut(f"the server says {response.status} {response.reason}")
        if response.status not in {200, 206}:
            raise RefusedError(f"the server says {response.status} {response.reason} to {self._target}")
        version = _version(response)
        if self._received and version != self._version:
            raise RefusedError("the file on the server has changed meanwhile", remedy="begin again")
        self._version = version
        if response.status == 206:
            return self._continued(response.headers.get("Content-Range", ""))
        length = response.headers.get("Content-Length")
        self._keep_size(int(length) if length is not None and length.isdecimal() else None)
        return self._received

    def _continued(self, content_range: str) -> int:
        """RFC 9110, 14.4: `bytes FIRST-LAST/SIZE`."""
        unit, _, rest = content_range.partition(" ")
        span, _, size = rest.partition("/")
        if unit != "bytes" or span.partition("-")[0] != str(self._received):
            raise RefusedError(f"the server sends {content_range!r} and not what was asked for")
        self._keep_size(int(size) if size.isdecimal() else None)
        return 0

    def _keep_size(self, size: int | None) -> None:
        if self._received and size != self.size:
            raise RefusedError("the file on the server has another size now", remedy="begin again")
        if None not in {size, self._expected} and size != self._expected:
            raise RefusedError(f"the file on the server has {size} bytes and not {self._expected}")
        self.size = size


def _version(response: http.client.HTTPResponse) -> str | None:
    """A validator that tells versions apart: a strong entity tag, else the date (RFC 9110, 8.8)."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
