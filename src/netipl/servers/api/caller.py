"""Who asks, and what it may do: a local user, for whom the Unix socket vouches, or a program with a token."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPMethod
from typing import Final

from netipl.provisioning.credential import ApiToken, Role, digest

_LOCAL: Final = "user "
_READS: Final = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})


@dataclass(frozen=True, slots=True)
class Caller:
    """`by` is how it is named in the timeline: `user NAME` or `token NAME`."""

    by: str
    role: Role

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_local(self) -> bool:
        """Whether the Unix socket vouches for it."""
        return self.by.startswith(_LOCAL)

    def may(self, method: str) -> bool:
        """Whether it may use this method of HTTP at all."""
        return self.is_admin or method in _READS


def local(user: str) -> Caller:
    """Whoever may open the Unix socket may do everything."""
    return Caller(f"{_LOCAL}{user}", Role.ADMIN)


def with_secret(tokens: Iterable[ApiToken], secret: str) -> Caller | None:
    """The program that shows `secret`. How long this takes tells nothing about any token."""
    shown = digest(secret)
    found = [token for token in tokens if hmac.compare_digest(token.digest, shown)]
    return Caller(f"token {found[0].name}", found[0].role) if found else None
