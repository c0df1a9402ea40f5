"""What was found in a file, for the screen and for JSON: one row of each for every kind."""

import stat
from collections.abc import Iterator
from dataclasses import asdict

from netipl.cli.describe import size
from netipl.images import kernel as facts
from netipl.images import kinds
from netipl.images.cpio_members import Member
from netipl.store.inspection import Archives, Inspection, Kernel
from netipl.wire import printable

_LONGEST = 4096


def described(found: Inspection) -> dict[str, object]:
    """For JSON; what says nothing about this kind is left out."""
    made: dict[str, object] = {
        "file": str(found.path),
        "size": found.size,
        "kind": _kind(found),
        "description": summary(found),
        "fault": found.fault or None,
    }
    rows: dict[str, object] = {
        "kernel": found.kernel and _kernel(found.kernel),
        "initrd_contents": found.initrd and _archives(found.initrd),
        "elf": found.elf and asdict(found.elf),
        "secure_execution": found.secure_execution and asdict(found.secure_execution),
        "version": printable(found.version, _LONGEST),
        "machine": found.machine,
        "compression": found.method,
        "compressed": found.compressed,
    }
    return made | {name: value for name, value in rows.items() if value}


def lines(found: Inspection, *, members: bool) -> Iterator[str]:
    """For people."""
    yield f"{printable(str(found.path), _LONGEST)}: {summary(found)}, {size(found.size)}"
    if found.kernel:
        yield from _kernel_lines(found.kernel)
    if found.secure_execution:
        header = found.secure_execution
        yield f"  header         version {header.version:#x}, at {header.offset:#x}, {header.host_keys} host keys"
        yield f"  encrypted      {header.pages} pages"
        yield "                 its loader takes neither initrd nor command line of a configuration"
    archives = found.initrd or (found.kernel.initrd if found.kernel else None)
    if archives:
        yield from _archive_lines(archives)
        yield from (map(_member_line, archives.members) if members else ())
    if found.fault:
        yield f"  ! {found.fault}"


def summary(found: Inspection) -> str:
    """What it is, in words."""
    if found.kernel and found.kernel.header.initrd_size:
        return "a combined image: a raw s390x kernel with an initrd in it"
    if found.elf:
        return f"a {found.elf}"
    if found.version:
        return f"{kinds.NAMES[found.kind]} of Linux {printable(found.version)}"
    if found.machine:
        return f"{kinds.NAMES[found.kind]} for {found.machine}"
    if found.compressed is not None and found.initrd is None:
        unknown = found.compressed in {kinds.Kind.UNKNOWN, kinds.Kind.EMPTY, kinds.Kind.ZEROS}
        inside = "data" if unknown else kinds.NAMES[found.compressed]
        return f"{inside} compressed with {found.method}, which the firmware does not unpack"
    return "an initrd" if found.initrd else kinds.NAMES[found.kind]


def _kind(found: Inspection) -> str:
    if found.kernel and found.kernel.header.initrd_size:
        return "combined"
    return "initrd" if found.initrd else found.kind


def _kernel(kernel: Kernel) -> dict[str, object]:
    header = kernel.header
    placed = {"address": header.initrd_address, "size": header.initrd_size}
    return {
        "version": printable(kernel.version, _LONGEST) or None,
        "entry": facts.ENTRY,
        "maximum_command_line": header.maximum_command_line,
        "command_line": kernel.command_line,
        "initrd": {**placed, **(_archives(kernel.initrd) if kernel.initrd else {})} if header.initrd_size else None,
    }


def _kernel_lines(kernel: Kernel) -> Iterator[str]:
    header = kernel.header
    yield f"  version        {printable(kernel.version, _LONGEST) or 'not found'}"
    yield f"  entry          {facts.ENTRY:#x}"
    yield f"  command line   {printable(kernel.command_line, _LONGEST) or 'none'}"
    yield f"                 may have {header.maximum_command_line} bytes"
    if header.initrd_size:
        yield f"  initrd         {header.initrd_size} bytes at {header.initrd_address:#x}"


def _archives(archives: Archives) -> dict[str, object]:
    return {
        "archives": [asdict(archive) for archive in archives.found.archives],
        "unpacked": archives.found.unpacked,
        "members": [_member(member) for member in archives.members],
        "members_left_out": archives.found.members - len(archives.members),
    }


def _archive_lines(archives: Archives) -> Iterator[str]:
    for archive in archives.found.archives:
        how = archive.compression or "plain"
        yield (
            f"  archive        at {archive.offset:#x}, {how}, {archive.members} members, "
            f"{size(archive.unpacked)} unpacked"
        )


def _member(member: Member) -> dict[str, object]:
    made: dict[str, object] = {
        "name": printable(member.name, _LONGEST),
        "mode": stat.filemode(member.mode),
        "size": member.size,
    }
    return made | ({"target": printable(member.target, _LONGEST)} if member.target else {})


def _member_line(member: Member) -> str:
    target = f" -> {printable(member.target, _LONGEST)}" if member.target else ""
    return f"    {stat.filemode(member.mode)} {member.size:>10} {printable(member.name, _LONGEST)}{target}"
