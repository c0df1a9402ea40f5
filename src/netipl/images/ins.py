"""The .ins list: the files of a boot and the addresses in memory that they are loaded to.

Decides the grammar (IBM's "load from removable media or server"; the same for s390-ccw) and which parts a boot needs. A
first line that starts with `* ` is what the firmware knows a list by; names in it are asked for verbatim.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from netipl.content import Content, inline
from netipl.errors import UsageError, WireError
from netipl.images import kernel as facts

MAGIC = b"* "
MAXIMUM_LIST = 2046
"""In bytes: a longer boot file is started as a kernel."""

ADDRESS_FILE, PARAMETER_FILE = "initrd.addrsize", "parmfile"

LARGEST = 1 << 16
"""Bytes of a list that are read at all."""

_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file and where it goes in memory."""

    name: str
    address: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InsList:
    """A list; `comment` is its first line without the `* `."""

    comment: str
    parts: tuple[Part, ...]


def decode(data: bytes) -> InsList:
    """Blank lines and further comments are passed over. Raises WireError, which names the line."""
    if not data.startswith(MAGIC):
        raise WireError("an .ins list starts with a line of '* ' and a comment")
    first, *rest = data.decode("utf-8", "surrogateescape").split("\n")
    lines = ((number, line.split()) for number, line in enumerate(rest, start=2))
    parts = tuple(_part(number, words) for number, words in lines if words and not words[0].startswith("*"))
    return InsList(comment=first.removeprefix("* ").rstrip("\r"), parts=parts)


def encode(ins: InsList) -> bytes:
    """Raises ValueError for a comment or a name that a line cannot hold."""
    if "\n" in ins.comment or "\r" in ins.comment:
        raise ValueError("the comment of an .ins list is one line")
    for part in ins.parts:
        if part.name.split() != [part.name] or part.name.startswith("*") or part.address < 0:
            raise ValueError(f"no line of an .ins list can say {part}")
    lines = [f"* {ins.comment}", *(f"{part.name} 0x{part.address:08x}" for part in ins.parts)]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def build(
    *,
    name: str,
    kernel: tuple[str, Content],
    header: bytes,
    initrd: tuple[str, Content] | None,
    append: bytes | None,
    directory: str,
) -> dict[str, Content]:
    """A tree of the list `name` and all that it names: kernel and initrd (each a name and its content), in
    `directory` (its name with a slash, or empty) the address file and the parameters. `header` is as for `combined`.

    The parameters come after the kernel, whose own they overwrite to the last byte; without `append` those stay.
    Raises UsageError.
    """
    kernel_name, kernel_content = kernel
    found = facts.checked(header, kernel_content.size)
    parts = [(0, kernel_name, kernel_content)]
    if initrd is not None:
        initrd_name, initrd_content = initrd
        address = facts.initrd_address(kernel_content.size)
        location = inline(facts.initrd_location(address, initrd_content.size))
        parts.append((address, initrd_name, initrd_content))
        parts.append((facts.INITRD_ADDRESS_OFFSET, f"{directory}{ADDRESS_FILE}", location))
    if append is not None:
        parameters = facts.command_line(found, append)
        parts.append((facts.COMMAND_LINE_OFFSET, f"{directory}{PARAMETER_FILE}", parameters))
    listed = _list(name, (Part(name=part, address=address) for address, part, _ in parts))
    tree = {name: listed, **{part: content for _, part, content in parts}}
    if len(tree) <= len(parts):
        raise UsageError(f"two of the files that {name} names have one name", remedy="rename one of them")
    return tree


def _list(name: str, parts: Iterable[Part]) -> Content:
    try:
        encoded = encode(InsList(comment="netipl", parts=tuple(parts)))
    except ValueError as error:
        raise UsageError(str(error), remedy="give its files names without blanks") from error
    if len(encoded) > MAXIMUM_LIST:
        message = f"{name} has {len(encoded)} bytes, the firmware takes {MAXIMUM_LIST}"
        raise UsageError(message, remedy="give its files shorter names")
    return inline(encoded)


def _part(number: int, words: list[str]) -> Part:
    try:
        name, address = words
        return Part(name=name, address=_number(address))
    except ValueError:
        raise WireError(f"line {number} of the .ins list is not a file name and an address") from None


def _number(text: str) -> int:
    """Decimal, or hexadecimal with 0x. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text, 16 if text[:2] in {"0x", "0X"} else 10)
