"""A tree of files as far as it was looked at: what small files say, and, where that can be had, all names and sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netipl.errors import RefusedError, WireError
from netipl.media.medium import Role
from netipl.media.recognition import BootFile, Further, Sum
from netipl.media.relative import relative
from netipl.wire import printable

MOST: Final = 1 << 20
"""Bytes of a clue that are read; of a longer file they are its beginning, and tell that it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """`clues` by name: their bytes, or None for what was looked for and is not there. `sizes` of all files, by name.

    `sizes` is None where names cannot be listed. `source` is where the tree lies: an address or a path.
    """

    clues: Mapping[str, bytes | None]
    sizes: Mapping[str, int] | None
    source: str = ""
    suite: str = ""

    def clue(self, name: str) -> bytes | None:
        """None where it is not there, or was not looked for. Raises WireError for one that is too long to be read."""
        data = self.clues.get(name)
        if data is not None and len(data) >= MOST:
            raise WireError(f"{printable(name, 60)} is too large to be what its name says")
        return data

    def text(self, name: str) -> str | None:
        """A clue as text; what is no UTF-8 stays in it as a surrogate."""
        data = self.clue(name)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def has(self, name: str) -> bool:
        """Whether it is known to be there."""
        return self.clues.get(name) is not None or (self.sizes is not None and name in self.sizes)

    def lacks(self, name: str) -> bool:
        """Whether it is known not to be there."""
        if self.sizes is not None:
            return name not in self.sizes and self.clues.get(name) is None
        return name in self.clues and self.clues[name] is None

    def unread(self, *names: str) -> Further | None:
        """Those of `names` that nobody looked for and that may be there."""
        wanted = tuple(name for name in names if name not in self.clues and not self.lacks(name))
        return Further(names=wanted) if wanted else None

    def first(self, *names: str) -> str:
        """The first that is there; where nobody knows, the first that may be. Empty if there is none."""
        there = (name for name in names if self.has(name))
        return next(there, next((name for name in names if not self.lacks(name)), ""))

    def boot_file(self, role: Role, name: str, sums: Mapping[str, Sum], title: str) -> BootFile:
        """`name`, with what is known of it. Raises RefusedError where it is not there, which names `title`."""
        name = relative(name)
        if self.lacks(name):
            raise RefusedError(
                f"this is {printable(title, 80)}, but {printable(name, 80)} is not there",
                remedy="see that the whole tree was copied, and that the address is that of its root",
            )
        size = None if self.sizes is None else self.sizes.get(name)
        return BootFile(role=role, name=name, sum=sums.get(name), size=size)
