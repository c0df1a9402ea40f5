"""What a file is that is given for a boot file, a kernel or an initrd: by its first bytes, one row for each kind.

Decides the kind alone; what is in it is the business of the module that knows its form.
"""

from collections.abc import Mapping
from enum import StrEnum

from netipl.images import cpio_members, executables, secure_execution
from netipl.images.compression import method_of

HEAD_SIZE = secure_execution.HEAD_SIZE
"""So many bytes from the beginning tell the kind."""

KERNEL_MAGIC_OFFSET, KERNEL_MAGIC = 0x10008, b"S390EP"


class Kind(StrEnum):
    """Every one has its row in NAMES."""

    EMPTY = "empty"
    KERNEL = "kernel"
    SECURE_EXECUTION = "secure-execution"
    ELF = "elf"
    BZIMAGE = "bzimage"
    EFI = "efi"
    CPIO = "cpio"
    COMPRESSED = "compressed"
    INS = "ins"
    CONFIGURATION = "configuration"
    ISO = "iso"
    QCOW2 = "qcow2"
    TAR = "tar"
    OTHER_CPIO = "other-cpio"
    LZ4_FRAME = "lz4-frame"
    ZEROS = "zeros"
    UNKNOWN = "unknown"


NAMES: Mapping[Kind, str] = {
    Kind.EMPTY: "empty",
    Kind.KERNEL: "a raw s390x kernel",
    Kind.SECURE_EXECUTION: "a Secure Execution image",
    Kind.ELF: "an ELF file",
    Kind.BZIMAGE: "an x86 bzImage",
    Kind.EFI: "an EFI program",
    Kind.CPIO: "a cpio archive",
    Kind.COMPRESSED: "compressed",
    Kind.INS: "an .ins list",
    Kind.CONFIGURATION: "a configuration",
    Kind.ISO: "an ISO 9660 image",
    Kind.QCOW2: "a disk image of QEMU (qcow2)",
    Kind.TAR: "a tar archive",
    Kind.OTHER_CPIO: "a cpio archive of an old form, which Linux does not unpack",
    Kind.LZ4_FRAME: "compressed with lz4 into a frame, which Linux does not unpack",
    Kind.ZEROS: "nothing but zeros",
    Kind.UNKNOWN: "of no kind that is known here",
}
"""With an article, as in `this is NAME`."""

_ROWS: tuple[tuple[int, bytes, Kind], ...] = (
    (KERNEL_MAGIC_OFFSET, KERNEL_MAGIC, Kind.KERNEL),
    (0, executables.ELF_MAGIC, Kind.ELF),
    *((0, magic, Kind.CPIO) for magic in cpio_members.MAGICS),
    (0, b"# pxelinux", Kind.CONFIGURATION),
    (0, b"* ", Kind.INS),
    (0x8001, b"CD001", Kind.ISO),
    (0, b"QFI\xfb", Kind.QCOW2),
    (257, b"ustar", Kind.TAR),
    *((0, magic, Kind.OTHER_CPIO) for magic, _ in cpio_members.OTHER_FORMS),
    (0, b"\x04\x22\x4d\x18", Kind.LZ4_FRAME),
)


def kind_of(head: bytes) -> Kind:
    """By the first `HEAD_SIZE` bytes, or all there are."""
    if not head:
        return Kind.EMPTY
    for offset, magic, kind in _ROWS:
        if head.startswith(magic, offset):
            return kind
    if secure_execution.is_one(head):
        return Kind.SECURE_EXECUTION
    if executables.is_bzimage(head):
        return Kind.BZIMAGE
    if head.startswith(b"MZ"):
        return Kind.EFI
    if method_of(head):
        return Kind.COMPRESSED
    return Kind.UNKNOWN if head.strip(b"\0") else Kind.ZEROS


def named(head: bytes) -> str:
    """What `head` is, in words that follow `is`."""
    kind = kind_of(head)
    return f"compressed with {method_of(head)}" if kind is Kind.COMPRESSED else NAMES[kind]
