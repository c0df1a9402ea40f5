"""Checks an `.ins` list: its lines, the addresses, and the files that it loads.

Reads the lines as netipl.firmware.insfile does, but goes on behind the first that is wrong. Source: as there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from netipl.errors import WireError
from netipl.firmware.insfile import MAGIC
from netipl.firmware.lint import files
from netipl.firmware.lint.files import Named
from netipl.firmware.lint.finding import Finding, Spot, Target, Tree
from netipl.firmware.rules import RuleId
from netipl.images import ins_layout, kernel
from netipl.images.ins_layout import Loaded, Wrong
from netipl.wire import printable

_ADDRESS: Final = re.compile(rb"[ \t]*(?:0[xX](?P<hexadecimal>[0-9a-fA-F]+)|(?P<decimal>[0-9]+))[ \t\r]*")
_LINE: Final = re.compile(rb"[^\s]+[ \t]+(?:0[xX])?[0-9a-fA-F]+\s*")

_TOGETHER: Final[Mapping[Wrong, RuleId]] = {
    Wrong.OVERLAP: RuleId.INS_OVERLAP,
    Wrong.LOCATION: RuleId.INS_INITRD_LOCATION,
}
"""What only the parts together show; what is wrong with the kernel has rules of its own."""


def looks_like(data: bytes) -> bool:
    """Whether every line behind the first names a file and an address: what people call an .ins list."""
    lines = [line for line in data.split(b"\n")[1:] if line.strip()]
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines)


def kernel_of(file: bytes, data: bytes) -> Named | None:
    """The part that goes to address 0."""
    return next((named for named, address in parts(file, data) if address == 0), None)


def check(file: bytes, data: bytes, tree: Tree | None, target: Target) -> Iterator[Finding]:
    """`data` begins with the magic."""
    if b"\n" not in data.partition(b"\0")[0]:
        yield Spot(file=file, line=1).broken(RuleId.INS_NO_LINES, "the list is a single line")
        return
    yield from _lines(file, data)
    listed = list(parts(file, data))
    if 0 not in [address for _, address in listed]:
        yield Spot(file=file).broken(RuleId.INS_NO_KERNEL, "nothing is loaded to address 0")
    for named, address in listed:
        yield from files.check_name(named)
        if tree is not None and address is not None:
            yield from _part(named, address, tree, target)
    if tree is not None:
        yield from _together(file, listed, tree)


def _lines(file: bytes, data: bytes) -> Iterator[Finding]:
    for number, line in _listed(data):
        name, found, address = line.partition(b" ")
        shown = printable(line, 60)
        if not found:
            spot = Spot(file=file, line=number, column=1, text=line, length=len(line))
            yield spot.broken(RuleId.INS_NO_SEPARATOR, f"no space in '{shown}'")
        elif not _ADDRESS.fullmatch(address):
            spot = Spot(file=file, line=number, column=len(name) + 2, text=line, length=len(address))
            yield spot.broken(RuleId.INS_ADDRESS, f"'{printable(address, 60)}' is no address")


def parts(file: bytes, data: bytes) -> Iterator[tuple[Named, int | None]]:
    """Each name of a list with its address; None where that is no number."""
    for number, line in _listed(data):
        name, found, address = line.partition(b" ")
        if found:
            spot = Spot(file=file, line=number, column=1, text=line, length=len(name))
            yield Named(name=name, spot=spot), _number(address)


def _number(text: bytes) -> int | None:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    return int(found["hexadecimal"], 16) if found["hexadecimal"] else int(found["decimal"])


def _listed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines behind the first that are not empty, up to a NUL."""
    for number, line in enumerate(data.partition(b"\0")[0].split(b"\n"), start=1):
        if line and number > 1:
            yield number, line


def _part(named: Named, address: int, tree: Tree, target: Target) -> Iterator[Finding]:
    yield from files.check_presence(named, tree, target)
    file = files.found(named, tree)
    if file is None:
        return
    if not file.size:
        yield named.broken(RuleId.FILE_EMPTY, f"{named.shown} is empty, which ends the boot from a list")
    elif not address and (reason := files.not_a_kernel(file)):
        yield named.broken(RuleId.KERNEL_IS_NONE, f"{named.shown} is {reason}")
    if reason := files.too_large(file.size, address, target):
        yield named.broken(RuleId.MEMORY_EXCEEDED, f"{named.shown} is too large: {reason}")


def _together(file: bytes, listed: Sequence[tuple[Named, int | None]], tree: Tree) -> Iterator[Finding]:
    """How the parts fit, if all are there, and what goes to 0 is a Linux kernel."""
    loaded = [_loaded(named, address, tree) for named, address in listed]
    parts = [part for part in loaded if part is not None]
    if len(parts) < len(loaded) or not any(part.address == 0 and _is_linux(part) for part in parts):
        return
    for problem in ins_layout.problems(parts):
        spots = [named.spot for (named, _), part in zip(listed, parts, strict=True) if part is problem.part]
        if problem.wrong in _TOGETHER:
            yield (spots or [Spot(file=file)])[0].broken(_TOGETHER[problem.wrong], problem.text)


def _loaded(named: Named, address: int | None, tree: Tree) -> Loaded | None:
    file = files.found(named, tree)
    if file is None or not file.head or address is None:
        return None
    return Loaded(name=printable(named.name, 60), address=address, size=file.size, head=file.head)


def _is_linux(part: Loaded) -> bool:
    try:
        kernel.decode(part.head)
    except WireError:
        return False
    return True


def is_list(name: bytes, data: bytes) -> bool:
    """Whether a file in a tree is meant as a list: by its magic, and its name or its lines."""
    return data.startswith(MAGIC) and (name.lower().endswith(b".ins") or looks_like(data))
