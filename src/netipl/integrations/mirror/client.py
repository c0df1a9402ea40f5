"""A web server that has media: how it is asked, how long it is waited for, and what its refusals mean to a person.

Only http and https are followed, and nothing that began as https goes on as http. Sources: RFC 9110; httpx2.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx2

from netipl.errors import MissingError, RefusedError, UnavailableError, UsageError

_REDIRECTS: Final = 5
_ABSENT: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
"""What some servers call the encoding of a file that is compressed where it lies, whatever was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """In seconds, but for `tries`, which may fail one after the other without bringing any bytes.

    `piece` is how long 64 KiB may take to come; `pause` comes after the first failure, and doubles up to `longest`.
    """

    connect: float = 15
    read: float = 30
    piece: float = 60
    pause: float = 1
    longest: float = 30
    tries: int = 6


class TryAgainError(UnavailableError):
    """It did not work, and may a moment later: after `wait` seconds, where the server says so."""

    def __init__(self, message: str, *, wait: float = 0) -> None:
        super().__init__(message, remedy="see whether the mirror can be reached from the daemon's host, and try again")
        self.wait = wait


def location(text: str) -> str:
    """The URL `text`. Raises UsageError."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise UsageError(f"this is no URL: {error}", remedy="write it as https://HOST/PATH/") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise UsageError(f"{url.scheme or 'this'} is no way to a mirror", remedy="write it as https://HOST/PATH/")
    return str(url.copy_with(fragment=None))


def shown(url: str) -> str:
    """Without user, password and query, which may be a signature that lets in: it is kept, shown and logged."""
    return str(httpx2.URL(url).copy_with(username=None, password=None, query=None))


def client(
    patience: Patience, connections: int, *, transport: httpx2.AsyncBaseTransport | None = None
) -> httpx2.AsyncClient:
    """To be closed by whoever asked. Proxies are those of the environment, unless a `transport` is given."""
    return httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(patience.read, connect=patience.connect, pool=None),
        limits=httpx2.Limits(max_connections=connections),
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        headers={"User-Agent": "netipl", "Accept": "*/*", "Accept-Encoding": "identity"},
    )


@asynccontextmanager
async def asked(
    made: httpx2.AsyncClient, url: str, headers: dict[str, str], *, also: frozenset[int] = frozenset()
) -> AsyncIterator[httpx2.Response]:
    """The beginning of the answer to a GET: 200, 206 or one of `also`. Raises NetiplError for all else."""
    with told(url):
        async with made.stream("GET", url, headers=headers) as response:
            _check(response, url, also)
            yield response


@contextmanager
def told(url: str) -> Iterator[None]:
    """What goes wrong on the line, as TryAgainError or RefusedError."""
    where = shown(url)
    try:
        yield
    except httpx2.TooManyRedirects as error:
        raise RefusedError(f"{where} is redirected more than {_REDIRECTS} times", remedy="give the last URL") from error
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise RefusedError(f"{where} is redirected to what is no web server", remedy="use another mirror") from error
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise TryAgainError(f"{where}: the server does not answer, or too slowly") from error
    except (httpx2.TransportError, httpx2.StreamError, httpx2.DecodingError) as error:
        raise TryAgainError(f"{where}: {str(error) or type(error).__name__}") from error


def _check(response: httpx2.Response, url: str, also: frozenset[int]) -> None:
    where, status = shown(url), response.status_code
    ways = [each.url.scheme for each in (*response.history, response)]
    if ways[0] == "https" and "http" in ways:
        raise RefusedError(f"{where} leads from https to http", remedy="use a mirror that stays with https")
    if status in _ABSENT:
        raise MissingError(f"{where} is not there", remedy="see whether the URL is that of the medium's own directory")
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgainError(f"{where}: HTTP status {status}", wait=_seconds(response.headers.get("Retry-After", "")))
    if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, *also}:
        raise RefusedError(f"{where}: HTTP status {status}", remedy="see whether the mirror wants a login")
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity" and not (encoding in _GZIP and response.url.path.endswith(".gz")):
        raise RefusedError(f"{where} is sent in another encoding than was asked for", remedy="use another mirror")


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() and len(retry_after) < 6 else 0
