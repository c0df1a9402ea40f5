"""What a tree of files turned out to be: its family and boot files with their sums, or what must be read to tell.

All names are paths beneath the root that was looked at, as `relative` lets them through: none climbs out of it.
"""

from enum import StrEnum

from netipl.media.medium import Family, Role
from netipl.values import value


class Algorithm(StrEnum):
    """As hashlib calls them; the weakest comes first."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


@value(kw_only=True)
class Sum:
    """What the medium says of a file. `digest` are hexadecimal digits in lower case."""

    algorithm: Algorithm
    digest: str


@value(kw_only=True)
class BootFile:
    """One file to keep. `sum` and `size` (bytes) are None where the medium says nothing about them.

    `location` is its address where it lies elsewhere than beneath the root; `signature` is the path, or address, of a
    detached signature of this file alone. Both are empty for most.
    """

    role: Role
    name: str
    sum: Sum | None = None
    size: int | None = None
    location: str = ""
    signature: str = ""


@value(kw_only=True)
class Signed:
    """A clue that sums were taken from, and the names its signature may have; an empty one is inside of the clue."""

    name: str
    signatures: tuple[str, ...]


@value(kw_only=True)
class Recognised:
    """A medium, before anything of it is fetched.

    `level` is the oldest machine it runs on, or empty; `has_tree` says that an installer needs more of it than `files`;
    `warnings` are sentences for whoever adds it.
    """

    family: Family
    version: str
    title: str
    architecture: str
    files: tuple[BootFile, ...]
    level: str = ""
    has_tree: bool = False
    packages: tuple[str, ...] = ()
    signed: tuple[Signed, ...] = ()
    warnings: tuple[str, ...] = ()


@value(kw_only=True)
class Further:
    """Clues to be read before more can be said; each is asked for once."""

    names: tuple[str, ...]
