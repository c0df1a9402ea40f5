"""One request to the Smart Proxy, as its routes see it. Foreman's client sends forms, and paths that are not escaped.

Sources: WHATWG URL, 5.1 (forms); the contract (docs/reference/foreman.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote

from netipl.wire import printable

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 1000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks. `common_name` is that of a certificate that was verified, empty where it names none."""

    address: str
    is_tls: bool = False
    has_certificate: bool = False
    common_name: str = ""

    def __str__(self) -> str:
        return printable(self.common_name or self.address, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`segments` are the parts of the path, unescaped; `base` is the URL of this server as the client wrote it."""

    method: str
    path: str
    segments: tuple[str, ...]
    query: Pairs
    client: Client
    base: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def by(self) -> str:
        """For events."""
        return f"foreman {self.client}"

    @property
    def id(self) -> str:
        """Foreman's, for its log."""
        return printable(self.headers.get("x-request-id", ""), 64)[:8]

    def asked(self, name: str) -> str | None:
        """A parameter of the query; the last one counts."""
        return next((said for key, said in reversed(self.query) if key == name), None)

    def form(self) -> Pairs:
        """The fields of the body; nothing where it is no form. A bare key is an empty text, and bytes that are no
        UTF-8 are kept as surrogates.
        """
        if self.headers.get("content-type", _FORM).partition(";")[0].strip().lower() != _FORM:
            return ()
        text = self.body.decode("latin-1")
        try:
            found = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=_MOST_FIELDS)
        except ValueError:
            return ()
        return tuple(found)


def segments(raw: str) -> tuple[str, ...]:
    """Of a path as it came; a slash at the end means nothing."""
    return (
        tuple(unquote(part, errors="surrogateescape") for part in raw.strip("/").split("/")) if raw.strip("/") else ()
    )


def pairs(query: str) -> Pairs:
    """Of a query string; a dangling `?` has none."""
    try:
        return tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return ()
