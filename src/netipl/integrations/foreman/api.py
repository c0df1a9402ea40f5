"""Foreman's own API, as far as a Smart Proxy needs it: is it registered there, and what does Foreman know of it.

Source: Foreman's API v2, smart_proxies. Blocks.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, Self

import httpx2

from netipl.certificates import common_name
from netipl.errors import RefusedError, UnavailableError
from netipl.integrations.foreman.upstream import Place, context_of
from netipl.wire import printable

_TIMEOUT: Final = httpx2.Timeout(90, connect=10)
"""Foreman asks the proxy before it answers, and gives that a minute."""
_LOGIN: Final = "use a user with the right to manage Smart Proxies, and its password or personal access token"
_CODE: Final = "ERF12-"
"""Begins what Foreman says where it could not talk to the proxy."""
_UNREACHED: Final = "`netipl foreman status --user NAME` looks at both sides; the daemon's log says whom it refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A Smart Proxy as Foreman has it."""

    id: int
    name: str
    url: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What Foreman shows of itself: its clock, and the CN of its certificate, empty by plain HTTP."""

    at: datetime
    common_name: str


@dataclass(frozen=True, slots=True)
class Login:
    """Of a user of Foreman."""

    user: str
    password: str


class ForemanApi:
    """To be used as a context."""

    def __init__(self, place: Place, login: Login) -> None:
        """Raises UnavailableError for certificates that cannot be read."""
        self._host = str(httpx2.URL(place.url).host)
        self._client = httpx2.Client(
            base_url=place.url.rstrip("/"),
            verify=context_of(place),
            auth=(login.user, login.password),
            timeout=_TIMEOUT,
            trust_env=False,
            headers={"Accept": "application/json,version=2", "User-Agent": "netipl"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def look(self) -> Seen:
        """Raises UnavailableError and RefusedError."""
        response = self._ask("GET", "/api/v2/status")
        tls = response.extensions["network_stream"].get_extra_info("ssl_object")
        shown = common_name(tls.getpeercert()) if tls is not None else ""
        try:
            return Seen(at=parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC), common_name=shown)
        except ValueError:
            raise UnavailableError(f"Foreman at {self._host} does not say what time it is") from None

    def registered(self, url: str) -> Registered | None:
        """The proxy with that URL. Raises as above."""
        found = self._ask("GET", "/api/v2/smart_proxies", params={"search": f'url = "{url}"', "per_page": 100}).json()
        return next((_registered(each) for each in found.get("results", ()) if each.get("url") == url), None)

    def register(self, name: str, url: str) -> Registered:
        """As a new one; Foreman looks at its features. Raises as above."""
        body = {"smart_proxy": {"name": name, "url": url}}
        return _registered(self._ask("POST", "/api/v2/smart_proxies", json=body).json())

    def refresh(self, proxy: Registered) -> None:
        """Foreman looks at the features anew. Raises as above."""
        self._ask("PUT", f"/api/v2/smart_proxies/{proxy.id}/refresh", json={})

    def _ask(self, method: str, path: str, **more: Any) -> httpx2.Response:  # Any: as httpx has it
        with self._told():
            response = self._client.request(method, path, **more)
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise RefusedError(f"Foreman at {self._host} does not let this user in", remedy=_LOGIN)
        if not response.is_success:
            words = _words(response)
            remedy = _UNREACHED if _CODE in words else ""
            raise RefusedError(f"Foreman at {self._host}: {response.status_code} {words}", remedy=remedy)
        return response

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            why = str(error) or type(error).__name__
            remedy = "see url and url_ca in [foreman], and whether this machine reaches it"
            raise UnavailableError(f"Foreman at {self._host}: {why}", remedy=remedy) from error


def _registered(document: Mapping[str, Any]) -> Registered:  # Any: JSON
    features = document.get("features") or ()
    return Registered(
        id=int(document["id"]),
        name=str(document.get("name", "")),
        url=str(document.get("url", "")),
        features=tuple(sorted(str(each.get("name", "")) for each in features)),
    )


def _words(response: httpx2.Response) -> str:
    """What it says is wrong, in whatever form."""
    try:
        error = response.json().get("error", {})
        words = error.get("full_messages") or [error.get("message", "")]
    except (ValueError, AttributeError):
        words = [response.text[:200]]
    return printable("; ".join(map(str, words)), 400)
