import pytest

from netipl.firmware.limits import MIB, limits_of
from netipl.firmware.rehearsal import Held
from netipl.firmware.verdict import Place, Verdict, verdict
from netipl.firmware.versions import Version

KERNEL = Held(size=5_000_000, head=bytes(0x10008) + b"S390EP")
PROGRAM = Held(size=1400, head=bytes.fromhex("00080001 80000200").ljust(1400, b"\0"))
TEXT = Held(size=6000, head=b"text" * 1500)
SHELF = {b"k": KERNEL}


def held(data: bytes) -> Held:
    return Held(size=len(data), head=data)


def judged(place: Place, file: Held, version: Version | None = None) -> Verdict:
    return verdict(place, file, SHELF.get, limits=limits_of(version), memory=512 * MIB)


@pytest.mark.parametrize(
    ("place", "file", "works", "words"),
    [
        (Place.BOOT_FILE, KERNEL, True, "enters it at 0x10000"),
        (Place.BOOT_FILE, PROGRAM, True, "by the PSW at address 0"),
        (Place.BOOT_FILE, TEXT, False, "crashes or hangs"),
        (Place.BOOT_FILE, held(b"short"), False, "boot-file-too-small"),
        (Place.BOOT_FILE, held(b"* a\nk 0\n"), True, "reads it as an .ins list, asks for 1 files and enters it"),
        (Place.BOOT_FILE, held(b"* a\nx 0\n"), False, "boots a configuration if it finds one"),
        (
            Place.BOOT_FILE,
            held(b"# pxelinux\nlabel a\nkernel k\ninitrd k\nappend a\n"),
            True,
            "as a configuration, asks",
        ),
        (Place.BOOT_FILE, Held(size=1 << 30, head=KERNEL.head), False, "not enough memory"),
        (Place.KERNEL, KERNEL, True, "enters it at 0x10000"),
        (Place.KERNEL, PROGRAM, True, "by the PSW at address 0"),
        (Place.KERNEL, TEXT, False, "crashes or hangs"),
        (Place.KERNEL, held(b""), False, "crashes or hangs"),
        (Place.INITRD, TEXT, True, "loads it behind the kernel"),
        (Place.INITRD, Held(size=130_000_000, head=b""), False, "not enough memory"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_file_in_its_place(place: Place, file: Held, works: bool, words: str) -> None:
    found = judged(place, file)
    assert (found.works, words in found.words) == (works, True), found


def test_the_version_decides_what_fits() -> None:
    large = Held(size=130_000_000, head=b"")
    assert not judged(Place.INITRD, large, Version(7, 2)).works
    assert judged(Place.INITRD, large, Version(10, 0)).works


def test_what_fails_has_a_remedy() -> None:
    assert "from QEMU 9.2 on more memory helps" in judged(Place.INITRD, Held(size=1 << 30, head=b"")).remedy
    assert judged(Place.BOOT_FILE, held(b"short")).remedy
