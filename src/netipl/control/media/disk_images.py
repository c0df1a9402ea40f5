"""Images of disks: what is in a file is told by its bytes; it is kept as the agent can write it.

A raw image is kept as it is, and so is one in gzip, xz or zstd, after all of it was unpacked once to see that it is
whole. Of qcow2, and where it is asked for, a raw one with holes is made. All of it blocks: call it in a thread.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from netipl import content
from netipl.control.media import files, qcow2_images
from netipl.control.media.sparse import written
from netipl.errors import RefusedError, UnavailableError, WireError
from netipl.images import compression, qcow2
from netipl.images.boot_record import boot_record
from netipl.images.compression import Method
from netipl.integrations import tar_tree
from netipl.media.disk_image import NAME
from netipl.media.medium import File
from netipl.media.recognise import recognised
from netipl.media.recognition import Further, Recognised
from netipl.store.media.keeper import Whole

ENDINGS: Final[Mapping[Method, str]] = MappingProxyType({Method.GZIP: ".gz", Method.XZ: ".xz", Method.ZSTD: ".zst"})
"""Of the compressions that are kept."""

RAW: Final = "disk.raw"
_HEAD: Final = 1 << 16
_BLOCK: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskImage:
    """The image in the file `path`, which is called `called`; what is made of it comes to `directory`."""

    path: Path
    called: str
    directory: Path
    unpack: bool
    count: files.Count

    def kept(self) -> tuple[Whole, File, tuple[str, ...]]:
        """The part that is kept, and warnings. Raises RefusedError for a damaged one, and UnavailableError."""
        packed = compression.method_of(beginning(self.path, compression.LONGEST_MAGIC))
        head, unpacked = self._head(packed), None
        if qcow2.is_image(head):
            whole, size = self._converted(packed)
            self._demand_blocks(size)
            head = beginning(whole.path, _HEAD)
            packed = None
        elif packed is not None and (self.unpack or packed not in ENDINGS):
            whole, size = written(self._unpacked(packed), self.directory / RAW, self.count)
            self._demand_blocks(size)
            packed = None
        else:
            unpacked = None if packed is None else sum(map(len, self._watched(packed)))
            self._demand_blocks(self.path.stat().st_size if unpacked is None else unpacked)
            whole, size = self._as_it_is()
        name = RAW if packed is None else f"{RAW}{ENDINGS[packed]}"
        boots = boot_record(head) is not None
        warnings = () if boots else ("nothing says that this disk boots: it has no boot record of zipl",)
        return whole, File(name=name, sha256=whole.sha256, size=size, unpacked=unpacked), warnings

    def recognised(self, name: str, size: int) -> Recognised:
        """`name` is what people call the medium. Raises RefusedError where the file's name is of another machine."""
        said = self.called if NAME.fullmatch(self.called) else f"{name}.raw"
        found = recognised({}, {said: size})
        assert not isinstance(found, Further)  # there is nothing more to read
        return found

    def _head(self, packed: Method | None) -> bytes:
        found = bytearray()
        for piece in self._pieces() if packed is None else self._unpacked(packed):
            found += piece
            if len(found) >= _HEAD:
                break
        if not found:
            raise RefusedError(f"{self.called} is empty", remedy="give the image of a disk")
        if found.startswith(tar_tree.MAGIC, tar_tree.MAGIC_AT):  # one that is packed; others are trees
            remedy = "unpack it: a medium is an archive that is not packed, or a directory"
            raise RefusedError(f"{self.called} is a packed archive, and no image of a disk", remedy=remedy)
        return bytes(found[:_HEAD])

    def _demand_blocks(self, size: int) -> None:
        """What a mirror sends in the place of an image, as a page of HTML, is none. Raises RefusedError."""
        if not size:
            raise RefusedError(f"{self.called} is a disk of no bytes", remedy="give the image of a disk")
        if size % _BLOCK:
            message = f"{self.called} is no image of a disk: it has {size} bytes, and a disk has blocks of {_BLOCK}"
            raise RefusedError(message, remedy="look at what it is, as with `file`, and give the image of a disk")

    def _watched(self, packed: Method) -> Iterator[bytes]:
        """All that is in it, so that it is known to be whole."""
        for piece in self._unpacked(packed):
            self.count(0)  # it may be broken off
            yield piece

    def _as_it_is(self) -> tuple[Whole, int]:
        size = self.path.stat().st_size
        if self.path.is_relative_to(self.directory):
            return Whole(self.path, files.summed(self.path, None, self.count, called=self.called)), size
        files.demand_room(self.directory, [size])
        part = self.directory / "disk.part"
        return files.copied(content.of_file(self.path), part, None, self.count, called=self.called), size

    def _converted(self, packed: Method | None) -> tuple[Whole, int]:
        source = self.path
        if packed is not None:
            source = self.directory / "disk.qcow2"
            written(self._unpacked(packed), source, self.count)
        return written(qcow2_images.raw(source, self.called), self.directory / RAW, self.count)

    def _pieces(self) -> Iterator[bytes]:
        try:
            yield from content.read(content.of_file(self.path))
        except OSError as error:
            raise files.disk_refused(self.path, error) from error

    def _unpacked(self, method: Method) -> Iterator[bytes]:
        try:
            yield from unpacked(self._pieces(), method)
        except WireError as error:
            remedy = "fetch it anew; `xz -t`, `gzip -t` and `zstd -t` tell whether a file is whole"
            raise RefusedError(f"{self.called}: {error}", remedy=remedy) from error


def unpacked(pieces: Iterable[bytes], method: Method) -> Iterator[bytes]:
    """What the streams in `pieces`, one behind the other, unpack to. Raises WireError.

    Zeros behind the last are passed over: they are padding, as xz allows it and tapes leave it.
    """
    stream = compression.decompressor(method)
    for piece in pieces:
        data = piece
        while data:
            if stream.finished:
                data = data.lstrip(b"\0")
                if not data:
                    break
                stream = compression.decompressor(method)
            yield from stream.feed(data)
            data = stream.unused if stream.finished else b""
    stream.end()


def beginning(path: Path, size: int) -> bytes:
    """Raises UnavailableError."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        remedy = "name a file on the daemon's host that its user may read"
        raise UnavailableError(f"{path}: {error.strerror}", remedy=remedy) from error
