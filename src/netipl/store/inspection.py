"""What a file is that is to be booted, from as few of its bytes as tell: the engines of images, given a file on disk.

Only an initrd is read to its end, and that in pieces. Raises UnavailableError for what cannot be read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from netipl import content
from netipl.content import Content
from netipl.errors import ContentError, UnavailableError, WireError
from netipl.images import compression, executables, kernel_version, kinds, secure_execution
from netipl.images import kernel as facts
from netipl.images.cpio_members import Member
from netipl.images.executables import Elf
from netipl.images.initrd import Initrd, InitrdReader, Note
from netipl.images.kernel import KernelHeader
from netipl.images.kinds import Kind
from netipl.images.secure_execution import SecureExecutionHeader
from netipl.store import files

Progress = Callable[[int], None]
"""Told how many bytes more are done."""

MOST_READ = 2 << 30
"""Of an initrd, in bytes: no firmware loads more."""
_MOST_LISTED = 8 << 20
_PIECE = 1 << 18
_LONGEST_LINE = 1 << 16
_MOST_BEFORE_CONTENT = 16 << 20
"""Of a compressed file, in bytes: more than the largest block of any method."""
_IN_ITS_AREA = "it ends inside the kernel's parameter area"


@dataclass(slots=True, kw_only=True)
class Archives:
    """An initrd, and its members as far as they are listed: up to 8 MiB of names."""

    found: Initrd = field(default_factory=Initrd)
    members: list[Member] = field(default_factory=list)
    names: int = 0

    def note(self, member: Member) -> None:
        self.names += len(member.name) + len(member.target)
        if self.names <= _MOST_LISTED:
            self.members.append(member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A raw kernel, with what is in the image already."""

    header: KernelHeader
    version: str
    command_line: str
    initrd: Archives | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found. The fields that say nothing about this kind are None; `fault` is what is wrong, or empty."""

    path: Path
    size: int
    head: bytes
    kind: Kind
    kernel: Kernel | None = None
    initrd: Archives | None = None
    secure_execution: SecureExecutionHeader | None = None
    elf: Elf | None = None
    version: str = ""
    machine: str | None = None
    method: compression.Method | None = None
    compressed: Kind | None = None
    """What is in a compressed file that is no initrd."""
    fault: str = ""


def inspect(path: Path, progress: Progress) -> Inspection:
    """The file `path`."""
    file = files.whole(path)
    head = files.beginning(file, kinds.HEAD_SIZE)
    found = Inspection(path=path, size=file.size, head=head, kind=kinds.kind_of(head))
    return _LOOKS.get(found.kind, _nothing_more)(found, file, progress)


def survey(file: Content, note: Note, progress: Progress) -> Initrd:
    """Read an initrd to its end, or to where Linux would stop; each member goes to `note`."""
    reader = InitrdReader(note)
    for piece in _pieces(file.part(0, MOST_READ)):
        reader.feed(piece)
        progress(len(piece))
        if reader.found.fault:
            break
    found = reader.end()
    if file.size > MOST_READ and not found.fault:
        found.fault = f"larger than {MOST_READ >> 30} GiB, which no guest can load; not read further"
    return found


def _pieces(file: Content) -> Iterator[bytes]:
    try:
        yield from content.read(file, _PIECE)
    except (ContentError, OSError) as error:
        raise UnavailableError(str(error), remedy="see whether somebody changes the file, and try again") from error


def _nothing_more(found: Inspection, _file: Content, _progress: Progress) -> Inspection:
    return found


def _kernel(found: Inspection, file: Content, progress: Progress) -> Inspection:
    if file.size < facts.HEADER_SIZE:
        return replace(found, fault=_IN_ITS_AREA)
    header = facts.decode(found.head[: facts.HEADER_SIZE])
    initrd_end = header.initrd_address + header.initrd_size
    line = files.beginning(file.part(facts.COMMAND_LINE_OFFSET), min(header.maximum_command_line, _LONGEST_LINE))
    kernel = Kernel(header=header, version=_version(header, file), command_line=facts.text(line))
    if file.size < header.end_of_command_line:
        return replace(found, kernel=kernel, fault=_IN_ITS_AREA)
    if not header.initrd_size:
        return replace(found, kernel=kernel)
    if initrd_end > file.size:
        return replace(found, kernel=kernel, fault="it ends before the initrd that it announces")
    initrd = _surveyed(file.part(header.initrd_address, initrd_end), progress)
    return replace(found, kernel=replace(kernel, initrd=initrd), fault=initrd.found.fault)


def _version(header: KernelHeader, file: Content) -> str:
    if header.version_offset:
        told = facts.text(files.beginning(file.part(header.version_offset), facts.LONGEST_VERSION))
        if told.isprintable() and told:
            return told
    return kernel_version.version_in(files.beginning(file, kernel_version.MOST_READ))


def _archives(found: Inspection, file: Content, progress: Progress) -> Inspection:
    archives = _surveyed(file, progress)
    return replace(found, initrd=archives, fault=archives.found.fault)


def _surveyed(file: Content, progress: Progress) -> Archives:
    archives = Archives()
    archives.found = survey(file, archives.note, progress)
    return archives


def _compressed(found: Inspection, file: Content, progress: Progress) -> Inspection:
    """An initrd, or something else that somebody has compressed: a kernel, say."""
    method = compression.method_of(found.head)
    assert method is not None  # by its kind
    pieces = _pieces(file.part(0, _MOST_BEFORE_CONTENT))
    inside = kinds.kind_of(compression.beginning(method, pieces, kinds.HEAD_SIZE))
    found = replace(found, method=method, compressed=inside)
    if inside is Kind.CPIO or method is compression.Method.LZO:
        return _archives(found, file, progress)
    return found


def _secure_execution(found: Inspection, _file: Content, _progress: Progress) -> Inspection:
    try:
        return replace(found, secure_execution=secure_execution.decode(found.head))
    except WireError as error:
        return replace(found, fault=str(error))


def _elf(found: Inspection, _file: Content, _progress: Progress) -> Inspection:
    return replace(found, elf=executables.elf(found.head))


def _bzimage(found: Inspection, _file: Content, _progress: Progress) -> Inspection:
    machine = executables.efi(found.head)
    return replace(found, machine=machine, version=executables.bzimage_version(found.head))


def _efi(found: Inspection, _file: Content, _progress: Progress) -> Inspection:
    return replace(found, machine=executables.efi(found.head))


_LOOKS: Mapping[Kind, Callable[[Inspection, Content, Progress], Inspection]] = {
    Kind.KERNEL: _kernel,
    Kind.CPIO: _archives,
    Kind.COMPRESSED: _compressed,
    Kind.SECURE_EXECUTION: _secure_execution,
    Kind.ELF: _elf,
    Kind.BZIMAGE: _bzimage,
    Kind.EFI: _efi,
}
