"""What the daemon answers where it does not do as asked, as an error with its remedy. Source: RFC 9457."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from netipl.cli.remote import place
from netipl.errors import ConflictError, MissingError, NetiplError, RefusedError, UnavailableError, UsageError
from netipl.wire import printable

MEDIA_TYPE: Final = "application/problem+json"
_LONGEST: Final = 2048

_ERRORS: Final[Mapping[int, type[NetiplError]]] = MappingProxyType(
    {
        400: UsageError,
        404: MissingError,
        409: ConflictError,
        412: ConflictError,
        413: UsageError,
        422: UsageError,
        429: UnavailableError,
    }
)
"""By status. Any other up to 499 is a refusal; from 500 on the daemon is not there in the way that is needed."""

_REMEDIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: f"set {place.TOKEN} or {place.TOKEN_FILE}; `netipl token create`, on the daemon's machine, makes a token",
        403: "use a token that may change things: `netipl token create`, without --read-only",
        412: "look at it again, and repeat what you want",
        429: "try again in a moment",
    }
)
"""Where the daemon gives none."""


def problem(status: int, media_type: str, body: bytes) -> NetiplError:
    """The error that an answer with this status means."""
    details = _details(media_type, body)
    if details is None:
        return UnavailableError(
            f"it was answered with HTTP status {status}, and not by netipl",
            remedy="see that --api names netipl's API, and not that of another server",
        )
    message = _text(details, "detail") or _text(details, "title") or f"the daemon answers with HTTP status {status}"
    remedy = _text(details, "remedy") or _REMEDIES.get(status, "")
    kind = _ERRORS.get(status, RefusedError if status < 500 else UnavailableError)
    return kind(message, remedy=remedy)


def _details(media_type: str, body: bytes) -> dict[str, Any] | None:  # Any: JSON
    if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        return None
    try:
        details = json.loads(body)
    except ValueError:
        return None
    return details if isinstance(details, dict) else None


def _text(details: dict[str, Any], key: str) -> str:
    value = details.get(key)
    return printable(value, _LONGEST) if isinstance(value, str) else ""
