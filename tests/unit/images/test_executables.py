import pytest

from netipl.images import executables
from netipl.images.executables import Elf

S390X = (
    b"\x7fELF"
    b"\x02"  # 64 bits
    b"\x02"  # the high byte first
    b"\x01\x00" + bytes(8) + b"\x00\x02"  # version, ABI, padding; an executable
    b"\x00\x16"  # S/390
)
X86 = b"\x7fELF\x01\x01\x01\x00" + bytes(8) + b"\x03\x00" + b"\x03\x00"
BZIMAGE = (
    b"MZ".ljust(0x202, b"\0")
    + b"HdrS"
    + b"\x0f\x02"  # protocol 2.15
    + bytes(6)
    + b"\x20\x01"  # the version is 0x120 behind 0x200
).ljust(0x320, b"\0") + b"6.1.0-50-amd64 (who@where)\0rest"


def efi(machine: bytes, place: int = 0x80) -> bytes:
    return b"MZ".ljust(0x3C, b"\0") + place.to_bytes(4, "little") + bytes(place - 0x40) + b"PE\0\0" + machine


@pytest.mark.parametrize(
    ("head", "bits", "order", "machine", "kind"),
    [
        pytest.param(S390X, 64, "big", "S/390", "executable", id="s390x"),
        pytest.param(X86, 32, "little", "x86", "shared object", id="x86"),
        pytest.param(S390X[:18] + b"\xff\xfe", 64, "big", "machine 65534", "executable", id="a machine without a row"),
        pytest.param(S390X[:17], 64, "big", None, None, id="cut off"),
        pytest.param(b"\x7fELF", None, None, None, None, id="the magic alone"),
        pytest.param(b"\x7fELF" + bytes(16), None, None, None, None, id="zeros"),
    ],
)
def test_elf(head: bytes, bits: int | None, order: str | None, machine: str | None, kind: str | None) -> None:
    assert executables.elf(head) == Elf(bits=bits, byte_order=order, machine=machine, type=kind)


def test_an_elf_file_in_words() -> None:
    assert str(executables.elf(S390X)) == "64-bit ELF executable for S/390"
    assert str(executables.elf(b"\x7fELF")) == "ELF file for an unknown machine"
    assert executables.elf(b"text") is None


def test_an_x86_kernel_tells_its_version() -> None:
    assert executables.is_bzimage(BZIMAGE)
    assert executables.bzimage_version(BZIMAGE) == "6.1.0-50-amd64 (who@where)"
    assert executables.bzimage_version(BZIMAGE[:0x300]) == ""
    assert executables.bzimage_version(BZIMAGE[:0x206]) == ""


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (efi(b"\x64\x86"), "x86-64"),
        (efi(b"\x64\xaa"), "AArch64"),
        (efi(b"\x01\x02"), "machine 0x0201"),
        (efi(b"\x64"), None),
        (b"MZ", None),
        (b"MZ".ljust(0x40, b"\xff"), None),
        (b"text", None),
    ],
)
def test_efi(head: bytes, machine: str | None) -> None:
    assert executables.efi(head) == machine
