import pytest

from netipl.errors import UsageError, WireError
from netipl.images import kernel as facts
from tests.unit.images.kernels import kernel

HEADER = kernel()[: facts.HEADER_SIZE]


def test_a_kernel_states_its_own_maximum() -> None:
    assert facts.decode(HEADER) == facts.KernelHeader(maximum_command_line=0x1000)


def test_a_kernel_before_5_16_takes_896_bytes() -> None:
    assert facts.decode(kernel(maximum=0)).maximum_command_line == 896


def test_no_shorter_header_is_taken_for_a_kernel() -> None:
    for length in (0, 1, 0x10008, 0x1000E, facts.HEADER_SIZE - 1):
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
    assert facts.command_line(facts.KernelHeader(maximum_command_line=8), "a=ü") == b"a=\xc3\xbc\0\0\0\0"


def test_a_command_line_may_have_the_maximum_and_no_byte_more() -> None:
    header = facts.KernelHeader(maximum_command_line=896)
    assert facts.command_line(header, "x" * 896) == b"x" * 896
    with pytest.raises(UsageError, match="has 897 bytes, this kernel takes 896") as caught:
        facts.command_line(header, "x" * 897)
    assert caught.value.remedy == "shorten append by 1 bytes"


def test_a_command_line_holds_no_nul() -> None:
    with pytest.raises(UsageError, match="NUL"):
        facts.command_line(facts.KernelHeader(), "a\0b")


@pytest.mark.parametrize(("size", "address"), [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
def test_an_initrd_begins_on_the_page_behind_the_kernel(size: int, address: int) -> None:
    assert facts.initrd_address(size) == address


def test_address_and_size_of_an_initrd_are_big_endian() -> None:
    assert facts.initrd_location(0x2000000, 0x1234) == bytes.fromhex("0000000002000000 0000000000001234")
