"""Programs for other loaders than s390-ccw, as people give them for kernels: ELF, x86 bzImage, EFI (PE).

Tells one from another by the first bytes of a file; nothing of it is run or loaded. Sources: ELF specification and
elf(5); PE Format, "COFF File Header"; Linux Documentation/arch/x86/boot.rst.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ELF_MAGIC = b"\x7fELF"
_PE_OFFSET = 0x3C
_BZIMAGE_MAGIC, _BZIMAGE_MAGIC_OFFSET = b"HdrS", 0x202
_BZIMAGE_VERSION_OFFSET = 0x20E
_LONGEST_VERSION = 256

ELF_MACHINES: Mapping[int, str] = {
    2: "SPARC",
    3: "x86",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC 64",
    22: "S/390",
    40: "ARM",
    43: "SPARC V9",
    62: "x86-64",
    183: "AArch64",
    243: "RISC-V",
    258: "LoongArch",
    0xA390: "S/390 (before its number)",
}
ELF_TYPES: Mapping[int, str] = {1: "relocatable", 2: "executable", 3: "shared object", 4: "core dump"}
PE_MACHINES: Mapping[int, str] = {
    0x014C: "x86",
    0x01C4: "ARM",
    0x8664: "x86-64",
    0xAA64: "AArch64",
    0x5064: "RISC-V 64",
    0x6264: "LoongArch 64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Elf:
    """What the ELF header says; None for bytes that are not there or mean nothing."""

    bits: int | None
    byte_order: str | None
    machine: str | None
    type: str | None

    def __str__(self) -> str:
        size = f"{self.bits}-bit " if self.bits else ""
        return f"{size}ELF {self.type or 'file'} for {self.machine or 'an unknown machine'}"


def elf(head: bytes) -> Elf | None:
    """None where it is no ELF file. The first 20 bytes tell all."""
    if not head.startswith(ELF_MAGIC):
        return None
    sizes, orders = {b"\1": 32, b"\2": 64}, {b"\1": "little", b"\2": "big"}
    order = orders.get(head[5:6])

    def number(place: int) -> int | None:
        data = head[place : place + 2]
        if order is None or len(data) < 2:
            return None
        return int.from_bytes(data, "big" if order == "big" else "little")

    machine, kind = number(18), number(16)
    return Elf(
        bits=sizes.get(head[4:5]),
        byte_order=order,
        machine=None if machine is None else ELF_MACHINES.get(machine, f"machine {machine}"),
        type=None if kind is None else ELF_TYPES.get(kind, f"type {kind}"),
    )


def is_bzimage(head: bytes) -> bool:
    """Whether it is an x86 kernel, which may be an EFI program too."""
    return head.startswith(_BZIMAGE_MAGIC, _BZIMAGE_MAGIC_OFFSET)


def bzimage_version(head: bytes) -> str:
    """The version of an x86 kernel; empty where `head` does not reach so far."""
    place = int.from_bytes(head[_BZIMAGE_VERSION_OFFSET : _BZIMAGE_VERSION_OFFSET + 2], "little")
    if not place:
        return ""
    return head[place + 0x200 :][:_LONGEST_VERSION].partition(b"\0")[0].decode("ascii", "replace")


def efi(head: bytes) -> str | None:
    """The machine that an EFI or Windows program is for; None where it is none."""
    if not head.startswith(b"MZ"):
        return None
    place = int.from_bytes(head[_PE_OFFSET : _PE_OFFSET + 4], "little")
    if not head.startswith(b"PE\0\0", place) or len(head) < place + 6:
        return None
    machine = int.from_bytes(head[place + 4 : place + 6], "little")
    return PE_MACHINES.get(machine, f"machine {machine:#06x}")
