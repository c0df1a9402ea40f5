import pytest

from netipl.content import inline, read
from netipl.errors import UsageError, WireError
from netipl.images import ins
from netipl.images import kernel as facts
from netipl.images.ins import InsList, Part
from tests.unit.images.kernels import kernel

KERNEL = kernel(size=0x12345)
VENDOR = b"""* minimal lpar ins file
images/kernel.img 0x00000000
images/initrd.img 0x02000000
images/genericdvd.prm 0x00010480
images/initrd.addrsize 66568
"""
PARTS = (
    Part(name="images/kernel.img", address=0),
    Part(name="images/initrd.img", address=0x2000000),
    Part(name="images/genericdvd.prm", address=0x10480),
    Part(name="images/initrd.addrsize", address=0x10408),
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(VENDOR, id="as distributions write it"),
        pytest.param(VENDOR.replace(b"\n", b"\r\n"), id="lines of DOS"),
        pytest.param(VENDOR.replace(b" 0x", b"\t 0x"), id="more blanks"),
        pytest.param(VENDOR + b"\n* comment\n", id="blank lines and comments"),
        pytest.param(VENDOR.rstrip(), id="no last newline"),
    ],
)
def test_decode(data: bytes) -> None:
    assert ins.decode(data) == InsList(comment="minimal lpar ins file", parts=PARTS)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "starts with", id="empty"),
        pytest.param(b"*x\nk 0\n", "starts with", id="no blank behind the asterisk"),
        pytest.param(b"* x\nk\n", "line 2", id="no address"),
        pytest.param(b"* x\nk 0\na b 0\n", "line 3", id="a name with a blank"),
        pytest.param(b"* x\nk 0x\n", "line 2", id="no digits"),
        pytest.param(b"* x\nk -1\n", "line 2", id="negative"),
        pytest.param(b"* x\nk 1_0\n", "line 2", id="digits as only Python reads them"),
    ],
)
def test_what_is_no_list_says_where(data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        ins.decode(data)


def test_encode_then_decode_is_the_same() -> None:
    listed = InsList(comment="ü \udcff", parts=PARTS)
    assert ins.decode(ins.encode(listed)) == listed


@pytest.mark.parametrize(
    "listed",
    [
        InsList(comment="a\nb", parts=()),
        InsList(comment="a", parts=(Part(name="a b", address=0),)),
        InsList(comment="a", parts=(Part(name="", address=0),)),
        InsList(comment="a", parts=(Part(name="*", address=0),)),
        InsList(comment="a", parts=(Part(name="a", address=-1),)),
    ],
)
def test_encode_refuses_what_no_line_can_say(listed: InsList) -> None:
    with pytest.raises(ValueError, match=r"\.ins list"):
        ins.encode(listed)


def built(append: bytes | None = b"quiet", directory: str = "guests/g/") -> dict[str, bytes]:
    tree = ins.build(
        name="g.ins",
        kernel=("boot/kernel", inline(KERNEL)),
        header=KERNEL[: facts.HEADER_SIZE],
        initrd=("boot/initrd", inline(b"INITRD")),
        append=append,
        directory=directory,
    )
    return {name: b"".join(read(content)) for name, content in tree.items()}


def test_build_loads_every_part_where_the_kernel_looks() -> None:
    tree = built()
    memory = bytearray(0x14000)
    for part in ins.decode(tree["g.ins"]).parts:
        memory[part.address : part.address + len(tree[part.name])] = tree[part.name]
    assert memory[0x13000:0x13006] == b"INITRD"
    assert memory[0x10408:0x10418] == (0x13000).to_bytes(8, "big") + (6).to_bytes(8, "big")
    assert memory[0x10480:0x11480] == b"quiet".ljust(0x1000, b"\0")
    assert memory[0x11480:0x12345] == KERNEL[0x11480:]


def test_build_without_initrd_announces_none() -> None:
    tree = ins.build(
        name="g.ins", kernel=("k", inline(KERNEL)), header=KERNEL, initrd=None, append=b"", directory="guests/g/"
    )
    assert set(tree) == {"g.ins", "k", "guests/g/parmfile"}


def test_build_without_parameters_keeps_those_of_the_kernel() -> None:
    assert set(built(append=None, directory="")) == {"g.ins", "boot/kernel", "boot/initrd", "initrd.addrsize"}


def test_build_refuses_names_that_a_line_cannot_hold_and_two_that_are_one() -> None:
    with pytest.raises(UsageError, match="no line"):
        built(directory="a b/")
    with pytest.raises(UsageError, match="have one name"):
        ins.build(
            name="i",
            kernel=("same", inline(KERNEL)),
            header=KERNEL,
            initrd=("same", inline(b"I")),
            append=None,
            directory="",
        )


def test_build_refuses_a_list_longer_than_the_firmware_reads() -> None:
    with pytest.raises(UsageError, match="the firmware takes 2046"):
        built(directory="d" * 1000)


def test_build_refuses_what_is_no_kernel() -> None:
    with pytest.raises(UsageError, match="no raw s390x kernel"):
        ins.build(name="i", kernel=("k", inline(b"")), header=b"", initrd=None, append=b"", directory="d/")
