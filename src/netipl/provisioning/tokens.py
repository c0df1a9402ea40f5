"""The token of a build: what an installer shows, beside its address, to get its answers and to be believed.

It is made of a secret key and the build, so it is stored nowhere. Every secret of netipl begins alike, and what is kept
or shown goes through `hidden`.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Final

from netipl.guests.build import Build, BuildState

PREFIX: Final = "netipl_"
KEY_SIZE: Final = 32
"""Bytes of a secret key."""

_REVOKED: Final = frozenset({BuildState.FINISHING, BuildState.DONE, BuildState.CANCELLED})
"""A build that has failed may still be resumed by its boot (building.py)."""
_PREFIX: Final = "".join(f"(?:{character}|%(?i:{ord(character):02x}))" for character in PREFIX)
_CHARACTER: Final = r"(?:[A-Za-z0-9_-]|%(?i:2d|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f))"
"""Of base64url (RFC 4648, 5), as it is or percent-encoded (RFC 3986, 2.1)."""
_SECRET: Final = re.compile(f"{_PREFIX}{_CHARACTER}{{20,}}")
_CUT: Final = "%[0-9A-Fa-f]?"
"""A percent-encoding whose end is still to come."""
_HIDDEN: Final = PREFIX + "..."


class Tokens:
    """Of one secret key, random and of KEY_SIZE bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, build: Build) -> str:
        """The token of `build`."""
        digest = hmac.digest(self._key, f"build {build.network} {build.id}".encode(), "sha256")
        return PREFIX + urlsafe_b64encode(digest).decode().rstrip("=")

    def is_good(self, token: str, build: Build, now: datetime) -> bool:
        """Whether `token` is that of `build`, whose installer is not done, nor it cancelled, nor too old."""
        right = hmac.compare_digest(token.encode(errors="replace"), self.of(build).encode())
        return right and build.state not in _REVOKED and now < build.expires


def hidden(text: str) -> str:
    """`text` without the secrets in it, in a URL too."""
    return _SECRET.sub(_HIDDEN, text) if PREFIX in text or "%" in text else text


def masked(text: str) -> str:
    """As `hidden`, and as long as it was, for those who count columns."""
    return _SECRET.sub(lambda secret: PREFIX.ljust(len(secret[0]), "*"), text)


class Hiding:
    """`hidden` of a text that comes in pieces. What may be the beginning of a secret waits for what comes behind it."""

    def __init__(self) -> None:
        self._held = ""
        self._shown = 0
        """How much of what is held has been given away already: of a prefix alone, which is no secret."""

    def feed(self, text: str) -> str:
        """What is sure of it and of what was held."""
        text = self._held + text
        begun = _BEGUN.search(text, max(0, len(text) - _LONGEST))
        sure = begun.start() if begun is not None else len(text)
        given, self._held = hidden(text[:sure]), text[sure:]
        already, self._shown = (self._shown, 0) if sure else (0, self._shown)
        return given[already:]

    def shown(self) -> str:
        """What is held, where nothing came for a while and it is no secret yet: the `n` behind a question, say."""
        if re.match(_PREFIX, self._held):
            return ""
        given, self._shown = self._held[self._shown :], len(self._held)
        return given


_LONGEST: Final = 1024
"""Characters: no secret is as long, percent-encoded or not."""


def _begun() -> re.Pattern[str]:
    rest = f"{_CHARACTER}*(?:{_CUT})?"
    for character in reversed(PREFIX):
        rest = f"(?:(?:{character}|%(?i:{ord(character):02x}))(?:{rest})?|{_CUT})"
    return re.compile(f"{rest}\\Z")


_BEGUN: Final = _begun()
"""A secret, or the first characters of one, at the end of a text."""
