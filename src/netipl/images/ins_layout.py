"""What the parts of an .ins list are for, by the addresses they are loaded to, and what is wrong with them together.

Distributions write the initrd's address and size as one file of 16 bytes (Red Hat), or as two of 4 or 8 bytes (SUSE,
Ubuntu). Parts are loaded in order, so a later one overwrites an earlier one. Sources: IBM, "Device Drivers, Features,
and Commands", on booting from an FTP server; the lists of the distributions' media.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from netipl.content import Content
from netipl.errors import UsageError
from netipl.images import kernel as facts
from netipl.images.combined import combined

_ADDRESS, _SIZE = facts.INITRD_ADDRESS_OFFSET, facts.INITRD_ADDRESS_OFFSET + 8
_AREA_END = _SIZE + 8
LARGEST_NUMBER = facts.INITRD_LOCATION_SIZE
"""Bytes of a part between 0x10408 and 0x10418 that are looked at."""


class Role(StrEnum):
    """What a part is for."""

    KERNEL = "kernel"
    INITRD = "initrd"
    PARAMETERS = "parameters"
    LOCATION = "initrd location"
    """Some bytes of the two numbers at 0x10408 and 0x10410."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A part that is there. `head`: its first bytes, as many as the header of a kernel has."""

    name: str
    address: int
    size: int
    head: bytes

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.address + self.size

    @property
    def role(self) -> Role:
        """By its address."""
        if self.address in _ROLES:
            return _ROLES[self.address]
        if _ADDRESS < self.address < _AREA_END:
            return Role.LOCATION
        return Role.INITRD if not self.address % facts.PAGE else Role.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Loaded):
    """With its bytes."""

    content: Content


class Wrong(StrEnum):
    """What can be wrong with parts together."""

    KERNEL = "kernel"
    """There is none at 0, or it is none, or there are two."""
    OVERLAP = "overlap"
    """A part is loaded over another, or over the kernel behind the area that it belongs to."""
    LOCATION = "location"
    """The kernel is told another place of the initrd than it is loaded to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One sentence; `part` is what it is about, if it is about one."""

    wrong: Wrong
    part: Loaded | None = None
    text: str


_ROLES: Mapping[int, Role] = {
    0: Role.KERNEL,
    _ADDRESS: Role.LOCATION,
    facts.COMMAND_LINE_OFFSET: Role.PARAMETERS,
}


def problems(parts: Sequence[Loaded]) -> Iterator[Problem]:
    """Everything that keeps a guest from booting these parts."""
    kernels = [part for part in parts if part.role is Role.KERNEL]
    if not kernels:
        yield Problem(wrong=Wrong.KERNEL, text="no part is loaded to address 0, where the kernel belongs")
    elif len(kernels) > 1:
        yield Problem(wrong=Wrong.KERNEL, text="two parts are loaded to 0")
    header = facts.KernelHeader()
    for kernel in kernels[:1]:
        try:
            header = facts.checked(kernel.head, kernel.size)
        except UsageError as error:
            yield Problem(wrong=Wrong.KERNEL, part=kernel, text=f"{kernel.name}: {error}")
    yield from _overlaps(parts, header)
    yield from _location_problems(parts, kernels[0].head if kernels else b"")


def reassembled(parts: Sequence[Placed]) -> Content:
    """One image of the kernel, the initrd and the parameters of a list, as `combined` makes it.

    The initrd comes to stand right behind the kernel, so nothing is loaded that is only a gap. Raises UsageError.
    """
    remedy = "netipl image ins show says what is wrong with the list"
    found = list(problems(parts))
    if found:
        raise UsageError(found[0].text, remedy=remedy)
    others = [part.name for part in parts if part.role is Role.OTHER]
    initrds = [part for part in parts if part.role is Role.INITRD]
    if others or len(initrds) > 1:
        surplus = others or [part.name for part in initrds[1:]]
        raise UsageError(f"{surplus[0]} has no place in a combined image", remedy=remedy)
    kernel = next(part for part in parts if part.role is Role.KERNEL)
    parameters = next((part for part in parts if part.role is Role.PARAMETERS), None)
    if parameters is not None and parameters.content.size > len(parameters.head):
        raise UsageError(f"{parameters.name} is longer than any command line", remedy=remedy)
    return combined(
        kernel=kernel.content,
        header=kernel.head,
        initrd=initrds[0].content if initrds else None,
        append=None if parameters is None else parameters.head,
    )


def _overlaps(parts: Sequence[Loaded], header: facts.KernelHeader) -> Iterator[Problem]:
    for part in parts:
        limit = _limit(part, header)
        if limit is not None and part.end > limit:
            text = f"{part.name} reaches to {part.end:#x}, beyond its area, which ends at {limit:#x}"
            yield Problem(wrong=Wrong.OVERLAP, part=part, text=text)
    for first, second in combinations(parts, 2):
        if _collide(first, second):
            start = max(first.address, second.address)
            text = f"{second.name} overwrites a part of {first.name}, from {start:#x} on"
            yield Problem(wrong=Wrong.OVERLAP, part=second, text=text)


def _limit(part: Loaded, header: facts.KernelHeader) -> int | None:
    match part.role:
        case Role.LOCATION:
            return _AREA_END
        case Role.PARAMETERS:
            return header.end_of_command_line
        case _:
            return None


def _collide(first: Loaded, second: Loaded) -> bool:
    """Whether the later one overwrites what the earlier one needs; the parameter area of a kernel is there for it."""
    inside = {Role.LOCATION, Role.PARAMETERS}
    if first.role is Role.KERNEL and second.role in inside:
        return False
    return first.address < second.end and second.address < first.end


def _location_problems(parts: Sequence[Loaded], kernel_head: bytes) -> Iterator[Problem]:
    """Whether what is written over the two numbers is where the initrd is."""
    area = bytearray(kernel_head[_ADDRESS:_AREA_END].ljust(_AREA_END - _ADDRESS, b"\0"))
    for part in parts:
        if part.role is Role.LOCATION:
            place = part.address - _ADDRESS
            data = part.head[: len(area) - place]
            area[place : place + len(data)] = data
    address, size = int.from_bytes(area[:8], "big"), int.from_bytes(area[8:], "big")
    initrds = [part for part in parts if part.role is Role.INITRD]
    if any((initrd.address, initrd.size) == (address, size) for initrd in initrds):
        return
    if initrds:
        first = initrds[0]
        text = (
            f"{first.name} has {first.size} bytes at {first.address:#x}, "
            f"and {size} bytes at {address:#x} are announced to the kernel"
        )
        yield Problem(wrong=Wrong.LOCATION, part=first, text=text)
    elif size:
        text = f"an initrd of {size} bytes at {address:#x} is announced, and no part is loaded there"
        yield Problem(wrong=Wrong.LOCATION, text=text)
