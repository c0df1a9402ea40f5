"""The raw s390x Linux kernel image: where its parameter area is, and what must stand in it.

Decides whether bytes are such an image and what its parameter area takes; does not put images together. All numbers are
big-endian. Sources: Linux arch/s390/boot/head.S and include/asm/setup.h; checked with booted Debian kernels.
"""

from dataclasses import dataclass

from netipl.content import Content, Zeros, inline
from netipl.errors import UsageError, WireError
from netipl.images import kinds

MAGIC_OFFSET, MAGIC = kinds.KERNEL_MAGIC_OFFSET, kinds.KERNEL_MAGIC
ENTRY = 0x10000
INITRD_ADDRESS_OFFSET = 0x10408
"""A u64, and behind it at 0x10410 the size of the initrd, another."""
INITRD_LOCATION_SIZE = 16
VERSION_OFFSET = 0x10428
"""A u64: where the version is, as text that ends with a NUL; older kernels have 0 there."""
LONGEST_VERSION = 512
MAXIMUM_COMMAND_LINE_OFFSET = 0x10430
"""A u64; kernels before 5.16 have 0 there."""
COMMAND_LINE_OFFSET = 0x10480
OLD_MAXIMUM_COMMAND_LINE = 896
LARGEST_PARAMETERS = 1 << 20
"""In bytes; no kernel takes so many."""
PAGE = 4096
"""Kernels are padded to it; an initrd begins on it."""

HEADER_SIZE = COMMAND_LINE_OFFSET
"""So many bytes of a kernel tell all that is asked here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelHeader:
    """What the parameter area of a kernel says. Sizes in bytes; 0 where there is no initrd or no version."""

    maximum_command_line: int = OLD_MAXIMUM_COMMAND_LINE
    initrd_address: int = 0
    initrd_size: int = 0
    version_offset: int = 0

    @property
    def end_of_command_line(self) -> int:
        """Where the room for the command line ends, as an offset in the image."""
        return COMMAND_LINE_OFFSET + self.maximum_command_line


def decode(header: bytes) -> KernelHeader:
    """From the first `HEADER_SIZE` bytes of an image. Raises WireError for what is no raw s390x kernel."""
    if len(header) < HEADER_SIZE or not header.startswith(MAGIC, MAGIC_OFFSET):
        raise WireError(f"no raw s390x kernel image, {_instead(header)}")
    return KernelHeader(
        maximum_command_line=_number(header, MAXIMUM_COMMAND_LINE_OFFSET) or OLD_MAXIMUM_COMMAND_LINE,
        initrd_address=_number(header, INITRD_ADDRESS_OFFSET),
        initrd_size=_number(header, INITRD_ADDRESS_OFFSET + 8),
        version_offset=_number(header, VERSION_OFFSET),
    )


def checked(header: bytes, size: int) -> KernelHeader:
    """The header of an image of `size` bytes that is to be booted. Raises UsageError, with the remedy."""
    try:
        found = decode(header)
    except WireError as error:
        remedy = "give the uncompressed image: vmlinuz or kernel.img of an s390x distribution"
        raise UsageError(f"the kernel is {error}", remedy=remedy) from error
    if size < found.end_of_command_line:
        raise UsageError(f"the kernel ends at {size:#x}, inside its own parameter area", remedy="fetch it again")
    return found


def command_line(header: KernelHeader, parameters: bytes) -> Content:
    """All of the kernel's room for its command line: `parameters`, then zeros. Raises UsageError if too long.

    They are taken as they are, line ends too, as mk-s390image takes its file; NULs at their end are the zeros.
    """
    encoded, maximum = parameters.rstrip(b"\0"), header.maximum_command_line
    if b"\0" in encoded:
        raise UsageError("the kernel command line holds a NUL, where it would end", remedy="leave the NUL out")
    if len(encoded) > maximum:
        surplus = len(encoded) - maximum
        message = f"the kernel command line has {len(encoded)} bytes, this kernel takes {maximum}"
        raise UsageError(message, remedy=f"shorten append by {surplus} bytes")
    return (inline(encoded) + Content((Zeros(length=maximum - len(encoded)),))).part(0, maximum)


def text(data: bytes) -> str:
    """A version or a command line, as it stands in an image up to its NUL; bytes that are no UTF-8 are escaped."""
    return data.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def initrd_location(address: int, size: int) -> bytes:
    """The 16 bytes at `INITRD_ADDRESS_OFFSET`: where the initrd is in memory, and how long."""
    return address.to_bytes(8, "big") + size.to_bytes(8, "big")


def initrd_address(kernel_size: int) -> int:
    """Where an initrd goes: on the first page behind the kernel, as the firmware itself puts it."""
    return kernel_size + -kernel_size % PAGE


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 8], "big")


def _instead(header: bytes) -> str:
    """What was given in its stead."""
    known = kinds.kind_of(header) not in {kinds.Kind.UNKNOWN, kinds.Kind.ZEROS, kinds.Kind.KERNEL}
    return f"but {kinds.named(header)}" if known else f"as {MAGIC.decode()} is not at {MAGIC_OFFSET:#x}"
