"""Foreman as its hosts reach it through this proxy: one request there for one that came here, within limits.

Redirects are not followed and nothing of the proxy's own is shown but its certificate. Source: RFC 9110.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx2

from netipl import certificates
from netipl.errors import UnavailableError, WireError

_TIMEOUT: Final = httpx2.Timeout(55, connect=10)
"""Foreman's own clients give up after 60 seconds."""
_LARGEST: Final = 16 << 20
_PHRASES: Final = {int(status): status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where Foreman is. `certificate` and `key` are shown to it; `authority` is that of its own certificate."""

    url: str
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Foreman said."""

    status: int
    body: bytes
    media_type: str
    reason: str


class Upstream:
    """`open` reads certificates, while there is the right to; requests come later."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._context: ssl.SSLContext | None = None
        self._client: httpx2.AsyncClient | None = None

    def open(self) -> None:
        """Blocks. Raises UnavailableError."""
        self._context = context_of(self._place)

    @property
    def host(self) -> str:
        return str(httpx2.URL(self._place.url).host)

    async def ask(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Raises UnavailableError and WireError."""
        client = self._opened()
        url = f"{self._place.url.rstrip('/')}/{path}?{urlencode(query, errors='surrogateescape')}"
        content = body if method == "POST" else None
        try:
            async with client.stream(method, url, headers=dict(headers), content=content) as response:
                return await self._read(response)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            why = str(error) or type(error).__name__
            raise UnavailableError(f"Foreman at {self.host} cannot be reached: {why}") from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _read(self, response: httpx2.Response) -> Answer:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _LARGEST:
                raise WireError(f"Foreman answers with more than {_LARGEST} bytes")
        return Answer(
            status=response.status_code,
            body=bytes(body),
            media_type=response.headers.get("Content-Type", "text/plain"),
            reason=_PHRASES.get(response.status_code, ""),
        )

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            assert self._context is not None  # since `open`
            self._client = httpx2.AsyncClient(verify=self._context, timeout=_TIMEOUT, trust_env=False)
        return self._client


def context_of(place: Place) -> ssl.SSLContext:
    """Blocks. Raises UnavailableError."""
    context = ssl.create_default_context()
    if place.authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        certificates.trust(context, place.authority)
    if place.certificate is not None:
        certificates.show(context, place.certificate, place.key or place.certificate)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
