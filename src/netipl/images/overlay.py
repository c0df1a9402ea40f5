"""Files that are added to a distribution's initrd by an archive behind it: nothing of the initrd is unpacked or copied.

Later wins, as Linux unpacks in order. A directory that would stand in the place of a link of the initrd removes that
link (`lib` to `usr/lib`), so links are followed here and directories that are there are left alone. Source: Linux
init/initramfs.c, clean_path and do_name.
"""

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netipl.content import Content, Inline, Segment, Zeros, inline
from netipl.errors import UsageError
from netipl.images import cpio
from netipl.images.cpio_members import Member
from netipl.wire import printable

_SEPARATION = 4
"""Zeros that end lz4 data, which have no other end (Linux lib/decompress_unlz4.c)."""
_LONGEST_PATH, _LONGEST_NAME = 4095, 255
_MOST_LINKS = 40
_MOST_NAMES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """An entry for the archive, its name without a slash before it, and the data if it is a file."""

    entry: cpio.Entry
    data: Content


class Tree:
    """The directories and symbolic links of an initrd, noted as they are read."""

    def __init__(self) -> None:
        self._directories: set[str] = set()
        self._links: dict[str, str] = {}

    def note(self, member: Member) -> None:
        """A member of the initrd, in their order. Raises UsageError if there are too many."""
        name = "/".join(_parts(member.name.decode("utf-8", "surrogateescape")))
        if stat.S_ISDIR(member.mode):
            self._links.pop(name, None)
            self._directories.add(name)
        else:
            self._directories.discard(name)
            self._links.pop(name, None)
            if stat.S_ISLNK(member.mode):
                self._links[name] = member.target.decode("utf-8", "surrogateescape")
        if len(self._directories) + len(self._links) > _MOST_NAMES:
            raise UsageError(f"the initrd has more than {_MOST_NAMES} directories and links", remedy="take another one")

    def has_directory(self, name: str) -> bool:
        """Whether it stands there, with all that the initrd has in it."""
        return name in self._directories

    def place_of(self, entry: cpio.Entry) -> str:
        """Where it comes to stand: links above it are followed, for a directory the last too, or that link would go.

        Raises UsageError for links that form a circle.
        """
        parts = entry.name.split("/")
        above = parts if stat.S_ISDIR(entry.mode) else parts[:-1]
        return "/".join([*self._followed(above[::-1], entry.name), *parts[len(above) :]])

    def _followed(self, waiting: list[str], name: str) -> list[str]:
        place: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                place = place[:-1]
                continue
            target = self._links.get("/".join([*place, part]))
            if target is None:
                place.append(part)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise UsageError(
                    f"{name} is beneath links of the initrd that form a circle", remedy="name another place"
                )
            place = [] if target.startswith("/") else place
            waiting += reversed(_parts(target))
        return place


def checked_name(name: str) -> str:
    """`name` as archives have it, without a slash before or behind it. Raises UsageError for what leads elsewhere."""
    parts = _parts(name)
    remedy = "write SOURCE:TARGET, with the target as a path in the initrd"
    if ".." in parts or "\0" in name:
        raise UsageError(f"{name!r} is no place in an initrd", remedy=remedy)
    made = "/".join(parts)
    encoded = [part.encode("utf-8", "surrogateescape") for part in parts]
    if (
        len(made.encode("utf-8", "surrogateescape")) > _LONGEST_PATH
        or max(map(len, encoded), default=0) > _LONGEST_NAME
    ):
        raise UsageError(f"{name[:40]!r}... is longer than Linux takes", remedy="choose a shorter target")
    return made


def appended(initrd: Content, additions: Iterable[Addition], tree: Tree) -> Content:
    """`initrd` with an archive of `additions` behind it. Raises UsageError for what cannot stand where it is to.

    Linux needs that archive on a multiple of 4 bytes.
    """
    padding = _SEPARATION + -initrd.size % cpio.ALIGNMENT
    return initrd + Content((Zeros(length=padding),)) + archive(additions, tree)


def archive(additions: Iterable[Addition], tree: Tree) -> Content:
    """The archive alone, made to be unpacked over `tree`."""
    placed: dict[str, Addition] = {}
    for addition in additions:
        name = tree.place_of(addition.entry)
        placed.pop(name, None)
        placed[name] = replace(addition, entry=replace(addition.entry, name=name))
    segments: list[Segment] = []
    for number, addition in enumerate(_with_parents(placed, tree), start=1):
        segments += (inline(_header(number, addition)) + addition.data.padded(cpio.ALIGNMENT)).segments
    segments += inline(cpio.trailer()).segments
    return Content(tuple(_joined(Content(tuple(segments)).padded(cpio.ARCHIVE_ALIGNMENT).segments)))


def _with_parents(placed: dict[str, Addition], tree: Tree) -> Iterator[Addition]:
    """Each entry behind the directories above it; those of the initrd are left out."""
    made: set[str] = set()
    for name, addition in placed.items():
        is_directory = stat.S_ISDIR(addition.entry.mode)
        if tree.has_directory(name) and not is_directory:
            raise UsageError(f"{printable(name)} is a directory of the initrd", remedy="choose another target")
        parts = name.split("/")
        for count in range(1, len(parts)):
            parent = "/".join(parts[:count])
            above = placed.get(parent)
            if above is not None and not stat.S_ISDIR(above.entry.mode):
                raise UsageError(f"{printable(parent)} is to be a file and a directory", remedy="choose another target")
            if parent not in made and not tree.has_directory(parent):
                made.add(parent)
                yield above or Addition(entry=cpio.directory(parent), data=Content(()))
        if not is_directory or not (name in made or tree.has_directory(name)):
            made.add(name)
            yield addition


def _header(number: int, addition: Addition) -> bytes:
    try:
        return cpio.header(number, addition.entry, addition.data.size)
    except ValueError as error:
        raise UsageError(str(error), remedy="leave it out, or let the guest fetch it") from error


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The same bytes with neighbours in memory as one: a server hands out few segments more cheaply than many."""
    held = bytearray()
    for segment in segments:
        if isinstance(segment, Inline):
            held += segment.data
        elif isinstance(segment, Zeros) and segment.length < cpio.ARCHIVE_ALIGNMENT:
            held += bytes(segment.length)
        else:
            if held:
                yield Inline(data=bytes(held))
                held.clear()
            yield segment
    if held:
        yield Inline(data=bytes(held))


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in {"", "."}]
