"""The named tokens by which programs reach the API. Only a digest of one is kept: who loses it makes another."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a token allows."""

    READ_ONLY = "read-only"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """`digest` is the SHA-256 of a random secret of 256 bits, in hexadecimal: there is nothing to guess, so no salt."""

    name: str
    role: Role
    digest: str
    created: datetime
    by: str
    """Who made it."""


def digest(secret: str) -> str:
    """Of the secret as it is shown once."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
