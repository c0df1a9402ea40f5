"""What is wrong with the parts of a list, for the layouts of the distributions' media."""

from collections.abc import Mapping

import pytest

from netipl.content import Content, Zeros, inline, read
from netipl.errors import UsageError
from netipl.images import ins_layout
from netipl.images import kernel as facts
from netipl.images.combined import combined
from netipl.images.ins_layout import Placed, Role
from tests.unit.images.kernels import kernel

KERNEL = kernel(size=0x12345)
INITRD = b"INITRD" * 100
PARAMETERS = b"ro ramdisk_size=40000\n"


def part(name: str, address: int, data: bytes) -> Placed:
    return Placed(name=name, address=address, size=len(data), head=data[: facts.HEADER_SIZE], content=inline(data))


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


RED_HAT = (
    part("images/kernel.img", 0, KERNEL),
    part("images/initrd.img", 0x2000000, INITRD),
    part("images/generic.prm", 0x10480, PARAMETERS),
    part("images/initrd.addrsize", 0x10408, number(0x2000000, 8) + number(len(INITRD), 8)),
)
UBUNTU = (
    part("boot/kernel.ubuntu", 0, KERNEL),
    part("boot/initrd.off", 0x1040C, number(0x1000000, 4)),
    part("boot/initrd.siz", 0x10414, number(len(INITRD), 4)),
    part("boot/parmfile.ubuntu", 0x10480, PARAMETERS),
    part("boot/initrd.ubuntu", 0x1000000, INITRD),
)
SUSE_64 = (
    part("boot/s390x/linux", 0, KERNEL),
    part("boot/s390x/initrd.off", 0x10408, number(0x1000000, 8)),
    part("boot/s390x/initrd.siz", 0x10410, number(len(INITRD), 8)),
    part("boot/s390x/initrd", 0x1000000, INITRD),
    part("boot/s390x/parmfile", 0x10480, PARAMETERS),
)
LAYOUTS: Mapping[str, tuple[Placed, ...]] = {"Red Hat": RED_HAT, "Ubuntu": UBUNTU, "SUSE, 8 bytes": SUSE_64}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mediums_own_layout_is_right_and_becomes_the_combined_image(layout: str) -> None:
    parts = LAYOUTS[layout]
    assert list(ins_layout.problems(parts)) == []
    expected = combined(
        kernel=inline(KERNEL), header=KERNEL[: facts.HEADER_SIZE], initrd=inline(INITRD), append=PARAMETERS
    )
    assert b"".join(read(ins_layout.reassembled(parts))) == b"".join(read(expected))


def test_the_roles_are_told_by_the_addresses() -> None:
    location = [Role.LOCATION, Role.LOCATION]
    assert [each.role for each in UBUNTU] == [Role.KERNEL, *location, Role.PARAMETERS, Role.INITRD]
    assert part("odd", 0x12345, b"").role is Role.OTHER


def without(name: str, *others: Placed) -> tuple[Placed, ...]:
    return (*(each for each in RED_HAT if not each.name.endswith(name)), *others)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        pytest.param((), "no part is loaded to address 0", id="nothing"),
        pytest.param((*RED_HAT, part("k2", 0, KERNEL)), "two parts are loaded to 0", id="two kernels"),
        pytest.param(
            without("kernel.img", part("vmlinux", 0, b"\x7fELF")),
            "vmlinux: the kernel is no raw s390x kernel image, but an ELF file",
            id="no kernel",
        ),
        pytest.param(
            without(".prm", part("long.prm", 0x10480, b"x" * 4097)),
            "long.prm reaches to 0x11481, beyond its area, which ends at 0x11480",
            id="parameters longer than the kernel takes",
        ),
        pytest.param(
            without("addrsize", part("addrsize", 0x10408, bytes(17))),
            "addrsize reaches to 0x10419, beyond its area, which ends at 0x10418",
            id="an address file that is too long",
        ),
        pytest.param(
            without("initrd.img", part("early.img", 0x12000, INITRD)),
            "early.img overwrites a part of images/kernel.img, from 0x12000 on",
            id="an initrd within the kernel",
        ),
        pytest.param(
            without("addrsize", part("addrsize", 0x10408, number(0x2000000, 8) + number(7, 8))),
            "images/initrd.img has 600 bytes at 0x2000000, and 7 bytes at 0x2000000 are announced to the kernel",
            id="another size",
        ),
        pytest.param(without("addrsize"), "and 0 bytes at 0x0 are announced", id="no address file"),
        pytest.param(
            without("initrd.img"), "an initrd of 600 bytes at 0x2000000 is announced, and no part", id="no initrd"
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made_of_it(parts: tuple[Placed, ...], problem: str) -> None:
    assert any(problem in found.text for found in ins_layout.problems(parts))
    with pytest.raises(UsageError) as caught:
        ins_layout.reassembled(parts)
    assert "ins show" in caught.value.remedy


@pytest.mark.parametrize(
    "surplus", [part("second.img", 0x4000000, b"I"), part("odd", 0x4000001, b"O")], ids=["two initrds", "another part"]
)
def test_what_has_no_place_in_a_combined_image_is_refused(surplus: Placed) -> None:
    with pytest.raises(UsageError, match=f"{surplus.name} has no place in a combined image"):
        ins_layout.reassembled((*RED_HAT, surplus))


def test_parameters_are_never_cut_off() -> None:
    roomy = kernel(size=0x30000, maximum=0x1F000)
    parts = (part("kernel", 0, roomy), part("long.prm", 0x10480, b"x" * (facts.HEADER_SIZE + 1)))
    assert list(ins_layout.problems(parts)) == []
    with pytest.raises(UsageError, match=r"long\.prm is longer than any command line"):
        ins_layout.reassembled(parts)


def test_a_kernel_alone_is_a_list_too() -> None:
    assert b"".join(read(ins_layout.reassembled(RED_HAT[:1]))) == KERNEL.ljust(0x13000, b"\0")


def test_an_initrd_of_any_size_is_only_named() -> None:
    zeros = Content((Zeros(length=1 << 40),))
    huge = Placed(name="huge", address=0x2000000, size=zeros.size, head=b"", content=zeros)
    location = part("addrsize", 0x10408, number(0x2000000, 8) + number(1 << 40, 8))
    assert ins_layout.reassembled((RED_HAT[0], huge, location)).size == 0x13000 + (1 << 40)
