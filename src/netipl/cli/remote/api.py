"""The REST API of the daemon, asked: one method for each way of asking, JSON in and out, errors as ours.

What the answers mean is in views.py; where the API is, in place.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

from netipl.cli.remote import place
from netipl.cli.remote.place import Place
from netipl.cli.remote.problems import problem
from netipl.errors import UnavailableError
from netipl.guests.marks import domain_name

Json = Any  # Any: JSON; views.py gives it a type
Query = Mapping[str, str | int | bool | list[str] | None]

_PATIENCE: Final = httpx2.Timeout(10, read=120)  # seconds; an import of many guests takes some
_SENDING: Final = httpx2.Timeout(10, read=120, write=120)
PAGE: Final = 1000
"""Items of a page: the most that the daemon gives at once."""

SILENCE: Final = 60
"""Seconds without a word after which a stream of events is asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`etag` is there for what can be changed."""

    json: Json
    etag: str = ""


class Api:
    """To be used as a context. `where` is told in errors."""

    def __init__(self, where: Place, token: str | None, patience: httpx2.Timeout = _PATIENCE) -> None:
        self.where = where
        socket = str(where.socket) if where.socket is not None else None
        secure = where.url.startswith("https://")
        self._client = httpx2.Client(
            base_url=f"{where.url}/api/v1/",
            transport=httpx2.HTTPTransport(uds=socket, verify=secure, trust_env=False),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=patience,
            trust_env=False,  # a proxy would be shown the token
        )

    @classmethod
    def found(cls, named: str | None, *, seconds: float | None = None, within: float = 0.0) -> Self:
        """The API that is `named`, or that of this machine, once it is there. Raises UnavailableError."""
        patience = _PATIENCE if seconds is None else httpx2.Timeout(seconds)
        return cls(place.found(named, within=within), place.token(), patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int | bool | None) -> Answer:
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: Json = None) -> Answer:
        return self.ask("POST", path, body=body)

    def put(self, path: str, body: Json, etag: str) -> Answer:
        return self.ask("PUT", path, body=body, etag=etag)

    def delete(self, path: str, etag: str = "") -> Answer:
        return self.ask("DELETE", path, etag=etag)

    def ask(self, method: str, path: str, *, query: Query | None = None, body: Json = None, etag: str = "") -> Answer:
        """Raises NetiplError: what the daemon says, or UnavailableError."""
        headers = {"If-Match": etag} if etag else {}
        with self._reaching():
            answer = self._client.request(method, path, params=_said(query or {}), json=body, headers=headers)
            if not answer.is_success:
                raise problem(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
            json = answer.json() if answer.content else None
        return Answer(json=json, etag=answer.headers.get("ETag", ""))

    def send(self, path: str, pieces: Iterator[bytes], size: int, **query: int) -> Answer:
        """PUTs `size` bytes as they come. Raises NetiplError."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        with self._reaching():
            answer = self._client.put(path, params=_said(query), content=pieces, headers=headers, timeout=_SENDING)
            if not answer.is_success:
                raise problem(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
            return Answer(json=answer.json())

    def items(self, path: str, **query: str | int | bool | None) -> Iterator[Json]:
        """Everything of a listing whose pages are linked by `next`."""
        after: str | None = None
        while True:
            page = self.get(path, **query, after=after).json
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    @contextmanager
    def events(self, query: Query, after: int) -> Iterator[Iterator[httpx2.ServerSentEvent]]:
        """A stream of those numbered after `after`, for as long as it lasts. Raises NetiplError."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        patience = httpx2.Timeout(_PATIENCE.connect, read=SILENCE)
        with (
            self._reaching(),
            self._client.stream("GET", "events", params=_said(query), headers=headers, timeout=patience) as answer,
        ):
            if not answer.is_success:
                raise problem(answer.status_code, answer.headers.get("Content-Type", ""), answer.read())
            yield iter(httpx2.EventSource(answer))

    @contextmanager
    def pieces(self, path: str, **query: str | int | bool | None) -> Iterator[Iterator[bytes]]:
        """What comes of a stream, as it comes, for as long as it lasts. Raises NetiplError."""
        patience = httpx2.Timeout(_PATIENCE.connect, read=None)
        with (
            self._reaching(),
            self._client.stream("GET", path, params=_said(query), timeout=patience) as answer,
        ):
            if not answer.is_success:
                raise problem(answer.status_code, answer.headers.get("Content-Type", ""), answer.read())
            yield answer.iter_raw()

    def text(self, path: str) -> str:
        """What is no JSON. Raises NetiplError."""
        with self.pieces(path) as coming:
            return b"".join(coming).decode("utf-8", "replace")

    def give(self, path: str, data: bytes) -> None:
        """POSTs bytes. Raises NetiplError."""
        with self._reaching():
            answer = self._client.post(path, content=data, headers={"Content-Type": "application/octet-stream"})
            if not answer.is_success:
                raise problem(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.TransportError, httpx2.InvalidURL, httpx2.DecodingError) as error:
            words = str(error) or type(error).__name__
            remedy = "see whether the daemon runs there: its log tells; --api names another"
            raise UnavailableError(f"{self.where}: {words}", remedy=remedy) from error
        except ValueError as error:
            raise UnavailableError(
                f"{self.where} answers without JSON", remedy="see that --api names netipl's API"
            ) from error


def guest_path(name: str, *rest: str) -> str:
    """Of the guest of that name, or of what it has. Raises UsageError."""
    return "/".join(("guests", quote(domain_name(name), safe=""), *rest))


def _said(query: Query) -> dict[str, str | int | bool | list[str]]:
    return {key: value for key, value in query.items() if value is not None}
