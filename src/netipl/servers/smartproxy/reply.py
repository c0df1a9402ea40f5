"""What is answered: a status with a text, JSON, a file, or nothing; and refusals, which are plain text.

Foreman takes an empty body for success and any other that is no JSON for a failure, so nothing is said without need.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from netipl.content import Content
from netipl.errors import ConflictError, MissingError, NetiplError

JSON: Final = "application/json"
HTML: Final = "text/html;charset=utf-8"
TEXT: Final = "text/plain;charset=utf-8"
BYTES: Final = "application/octet-stream"
NOT_FOUND: Final = "Requested url was not found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`body` is bytes, or a content that is sent as it is read. `headers` are further ones."""

    status: int = 200
    body: bytes | Content = b""
    media_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()


class RefusalError(Exception):
    """An answer of another status than 200, with its text; in JSON's media type unless it says another. `logged` is
    what the log has instead, where the text repeats what a client said; `headers` are further ones.
    """

    def __init__(
        self,
        status: int,
        text: str,
        *,
        media_type: str | None = None,
        logged: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(text)
        self.headers = headers
        self.status = status
        self.text = text
        self.media_type = media_type
        self.logged = text if logged is None else logged


def empty(media_type: str = HTML) -> Reply:
    """Done."""
    return Reply(media_type=media_type)


def of_json(found: object, *, media_type: str = JSON) -> Reply:
    return Reply(body=json.dumps(found, separators=(",", ":")).encode(), media_type=media_type)


def refusal(error: NetiplError, before: str = "") -> RefusalError:
    """What an error of ours is to Foreman; `before` stands in front of its words."""
    status = HTTPStatus.BAD_REQUEST
    if isinstance(error, ConflictError):
        status = HTTPStatus.CONFLICT
    elif isinstance(error, MissingError):
        status = HTTPStatus.NOT_FOUND
    remedy = f" ({error.remedy})" if error.remedy else ""
    return RefusalError(status, f"{before}{error}{remedy}")
