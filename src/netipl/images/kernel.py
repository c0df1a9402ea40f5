"""The raw s390x Linux kernel image: where its parameter area is, and what must stand in it.

Decides whether bytes are such an image and what its parameter area takes; does not put images together. All numbers are
big-endian. Sources: Linux arch/s390/boot/head.S and include/asm/setup.h; checked with booted Debian kernels.
"""

from dataclasses import dataclass

from netipl.errors import UsageError, WireError

MAGIC_OFFSET, MAGIC = 0x10008, b"S390EP"
ENTRY = 0x10000
INITRD_ADDRESS_OFFSET = 0x10408
"""A u64, and behind it at 0x10410 the size of the initrd, another."""
MAXIMUM_COMMAND_LINE_OFFSET = 0x10430
"""A u64; kernels before 5.16 have 0 there."""
COMMAND_LINE_OFFSET = 0x10480
OLD_MAXIMUM_COMMAND_LINE = 896
PAGE = 4096
"""Kernels are padded to it; an initrd begins on it."""

HEADER_SIZE = COMMAND_LINE_OFFSET
"""So many bytes of a kernel tell all that is asked here."""

_TAKEN_FOR_ONE = (
    (0, b"\x7fELF", "an ELF file"),
    (0, b"\x1f\x8b", "compressed with gzip"),
    (0, b"\xfd7zXZ\0", "compressed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (0x202, b"HdrS", "an x86 bzImage"),
    (0, b"MZ", "an EFI program"),
    (0, b"070701", "a cpio archive"),
    (0, b"# pxelinux", "a configuration"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelHeader:
    """What the parameter area of a kernel says. `maximum_command_line` is in bytes."""

    maximum_command_line: int = OLD_MAXIMUM_COMMAND_LINE

    @property
    def end_of_command_line(self) -> int:
        """Where the room for the command line ends, as an offset in the image."""
        return COMMAND_LINE_OFFSET + self.maximum_command_line


def decode(header: bytes) -> KernelHeader:
    """From the first `HEADER_SIZE` bytes of an image. Raises WireError for what is no raw s390x kernel."""
    if len(header) < HEADER_SIZE or not header.startswith(MAGIC, MAGIC_OFFSET):
        raise WireError(f"no raw s390x kernel image, {_kind(header)}")
    stated = int.from_bytes(header[MAXIMUM_COMMAND_LINE_OFFSET : MAXIMUM_COMMAND_LINE_OFFSET + 8], "big")
    return KernelHeader(maximum_command_line=stated or OLD_MAXIMUM_COMMAND_LINE)


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


def command_line(header: KernelHeader, append: str) -> bytes:
    """All bytes of the kernel's room for its command line: `append`, then zeros. Raises UsageError if too long."""
    encoded, maximum = append.encode(), header.maximum_command_line
    if b"\0" in encoded:
        raise UsageError("the kernel command line holds a NUL, where it would end", remedy="leave the NUL out")
    if len(encoded) > maximum:
        surplus = len(encoded) - maximum
        message = f"the kernel command line has {len(encoded)} bytes, this kernel takes {maximum}"
        raise UsageError(message, remedy=f"shorten append by {surplus} bytes")
    return encoded.ljust(maximum, b"\0")


def initrd_location(address: int, size: int) -> bytes:
    """The 16 bytes at `INITRD_ADDRESS_OFFSET`: where the initrd is in memory, and how long."""
    return address.to_bytes(8, "big") + size.to_bytes(8, "big")


def initrd_address(kernel_size: int) -> int:
    """Where an initrd goes: on the first page behind the kernel, as the firmware itself puts it."""
    return kernel_size + -kernel_size % PAGE


def _kind(header: bytes) -> str:
    """What was given in its stead."""
    for offset, magic, kind in _TAKEN_FOR_ONE:
        if header.startswith(magic, offset):
            return f"but {kind}"
    return "but empty" if not header else f"as {MAGIC.decode()} is not at {MAGIC_OFFSET:#x}"
