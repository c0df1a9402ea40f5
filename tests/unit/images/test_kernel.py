import pytest

from netipl.content import read
from netipl.errors import UsageError, WireError
from netipl.images import kernel as facts
from tests.unit.images.kernels import kernel

HEADER = kernel()[: facts.HEADER_SIZE]


def line(header: facts.KernelHeader, parameters: bytes) -> bytes:
    return b"".join(read(facts.command_line(header, parameters)))


def test_a_kernel_states_its_own_maximum() -> None:
    assert facts.decode(HEADER) == facts.KernelHeader(maximum_command_line=0x1000)


def test_the_parameter_area_tells_what_is_in_the_image() -> None:
    header = bytearray(kernel(version=b"6.1.0 (who@where)")[: facts.HEADER_SIZE])
    header[0x10408:0x10418] = bytes.fromhex("0000000002000000 0000000000001234")
    assert facts.decode(bytes(header)) == facts.KernelHeader(
        maximum_command_line=0x1000, initrd_address=0x2000000, initrd_size=0x1234, version_offset=0x12000
    )


def test_text_ends_at_its_nul_and_shows_what_is_no_utf_8() -> None:
    assert facts.text(b"a \xc3\xbc \xff\0rest") == "a ü \\xff"


def test_a_kernel_before_5_16_takes_896_bytes() -> None:
    assert facts.decode(kernel(maximum=0)).maximum_command_line == 896


def test_no_shorter_header_is_taken_for_a_kernel() -> None:
    for length in (*range(200), *range(0xFFF0, facts.HEADER_SIZE)):
        with pytest.raises(WireError):
            facts.decode(HEADER[:length])


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        pytest.param(b"\x7fELF\x02\x02", "an ELF file", id="vmlinux"),
        pytest.param(b"\x1f\x8b\x08", "compressed with gzip", id="gzip"),
        pytest.param(b"MZ".ljust(0x202) + b"HdrS", "an x86 bzImage", id="bzImage"),
        pytest.param(b"MZ\0\0", "an EFI program", id="EFI"),
        pytest.param(b"", "but empty", id="empty"),
        pytest.param(b"x" * 0x20000, "S390EP is not at 0x10008", id="anything else"),
    ],
)
def test_what_is_no_kernel_is_called_what_it_is(header: bytes, kind: str) -> None:
    with pytest.raises(UsageError, match=kind) as caught:
        facts.checked(header, len(header))
    assert "uncompressed image" in caught.value.remedy


def test_a_kernel_that_ends_in_its_parameter_area_is_refused() -> None:
    with pytest.raises(UsageError, match="inside its own parameter area"):
        facts.checked(HEADER, 0x1147F)
    facts.checked(HEADER, 0x11480)


def test_the_command_line_fills_all_of_its_room() -> None:
    header = facts.KernelHeader(maximum_command_line=8)
    assert line(header, "a=ü".encode()) == b"a=\xc3\xbc\0\0\0\0"
    assert line(header, b"") == bytes(8)
    assert line(header, b"12345678") == b"12345678"


def test_parameters_are_taken_as_they_are_and_zeros_at_their_end_are_the_padding() -> None:
    header = facts.KernelHeader(maximum_command_line=8)
    assert line(header, b"a\nb\n") == b"a\nb\n\0\0\0\0"
    assert line(header, b"a\n" + bytes(500)) == b"a\n" + bytes(6)


def test_a_command_line_may_have_the_maximum_and_no_byte_more() -> None:
    header = facts.KernelHeader(maximum_command_line=896)
    assert line(header, b"x" * 896) == b"x" * 896
    with pytest.raises(UsageError, match="has 897 bytes, this kernel takes 896") as caught:
        facts.command_line(header, b"x" * 897)
    assert caught.value.remedy == "shorten append by 1 bytes"


def test_a_command_line_holds_no_nul() -> None:
    with pytest.raises(UsageError, match="NUL"):
        facts.command_line(facts.KernelHeader(), b"a\0b")


@pytest.mark.parametrize(("size", "address"), [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
def test_an_initrd_begins_on_the_page_behind_the_kernel(size: int, address: int) -> None:
    assert facts.initrd_address(size) == address


def test_address_and_size_of_an_initrd_are_big_endian() -> None:
    assert facts.initrd_location(0x2000000, 0x1234) == bytes.fromhex("0000000002000000 0000000000001234")
