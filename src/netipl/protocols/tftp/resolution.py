"""What a name in a TFTP request stands for, as whoever owns the tree answers it, and which names are asked at all."""

from dataclasses import dataclass

from netipl.content import Content
from netipl.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such file: ERROR 1, at once."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Not for this client, or not a name at all: ERROR 2. `reason` is for the log, not for the client."""

    reason: str


@dataclass(frozen=True, slots=True)
class Arriving:
    """The file is known and on its way: the request waits for it."""


Resolution = Content | Missing | Denied | Arriving


def checked(name: bytes) -> str:
    """The path beneath the tree's root that `name` asks for, with or without a leading `/`; the root itself is "".

    Bytes that are no UTF-8 survive as surrogates (PEP 383), as in the names of files. Raises RefusedError on a NUL, a
    backslash and a `..`: nothing of a tree is named so, and file systems would understand them.
    """
    if b"\0" in name:
        raise RefusedError("the name holds a NUL")
    if b"\\" in name:
        raise RefusedError("the name holds a backslash")
    parts = [part for part in name.decode("utf-8", "surrogateescape").split("/") if part not in {"", "."}]
    if ".." in parts:
        raise RefusedError("the name climbs with `..`")
    return "/".join(parts)
