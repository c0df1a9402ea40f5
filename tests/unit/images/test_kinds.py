import pytest

from netipl.images import kinds
from netipl.images.kinds import Kind
from tests.unit.images.archives import EARLY, PACKERS
from tests.unit.images.kernels import kernel
from tests.unit.images.test_executables import BZIMAGE, S390X, efi
from tests.unit.images.test_secure_execution import image

HEADS = {
    Kind.EMPTY: b"",
    Kind.KERNEL: kernel(),
    Kind.SECURE_EXECUTION: image(),
    Kind.ELF: S390X,
    Kind.BZIMAGE: BZIMAGE,
    Kind.EFI: efi(b"\x64\x86"),
    Kind.CPIO: EARLY,
    Kind.COMPRESSED: b"\x1f\x8b\x08",
    Kind.INS: b"* list\nkernel 0\n",
    Kind.CONFIGURATION: b"# pxelinux\n",
    Kind.ISO: bytes(0x8001) + b"CD001",
    Kind.QCOW2: b"QFI\xfb\0\0\0\3",
    Kind.TAR: bytes(257) + b"ustar",
    Kind.OTHER_CPIO: b"070707",
    Kind.LZ4_FRAME: b"\x04\x22\x4d\x18",
    Kind.ZEROS: bytes(100),
    Kind.UNKNOWN: b"hello",
}


def test_every_kind_has_its_name_and_its_test() -> None:
    assert set(kinds.NAMES) == set(Kind) == set(HEADS)


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_known_by_the_first_bytes(kind: Kind) -> None:
    assert kinds.kind_of(HEADS[kind]) is kind


@pytest.mark.parametrize("method", PACKERS)
def test_what_is_compressed_is_named_by_its_method(method: str) -> None:
    packed = next(pack(EARLY) for each, pack in PACKERS.items() if each == method)
    assert kinds.named(packed) == f"compressed with {method}"


def test_no_beginning_of_a_kernel_raises() -> None:
    for head in HEADS.values():
        for length in range(0, len(head), max(1, len(head) // 500)):
            kinds.named(head[:length])
