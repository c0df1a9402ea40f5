"""Secure Execution images, built here from the layout that genprotimg's source gives: Debian has no genprotimg."""

import pytest

from netipl.errors import WireError
from netipl.images import secure_execution
from netipl.images.secure_execution import SecureExecutionHeader

HEADER = (
    b"IBMSecEx"
    b"\x00\x00\x01\x00"  # version 1
    b"\x00\x00\x02\x10"  # size: 528 bytes
    + bytes(12)  # initialisation vector
    + bytes(4)  # reserved
    + (2).to_bytes(8, "big")  # host keys
    + (128).to_bytes(8, "big")  # encrypted bytes of the header
    + (4711).to_bytes(8, "big")  # pages
    + (0).to_bytes(8, "big")  # flags
)


def image(header: bytes = HEADER, *, place: int = 0x14000) -> bytes:
    """A short PSW, a loader, a page for the IPL parameter block, and the header on a page."""
    made = bytearray(place + 0x3000)
    made[:8] = bytes.fromhex("00080001 80011000")  # bit 12, 64 bits; entry 0x11000
    made[0x10000:0x12800] = b"L" * 0x2800
    made[place : place + len(header)] = header
    return bytes(made)


@pytest.mark.parametrize("place", [0x13000, 0x14000, 0x15000])
def test_the_header_is_found_on_its_page(place: int) -> None:
    assert secure_execution.decode(image(place=place)) == SecureExecutionHeader(
        offset=place,
        version=0x100,
        size=0x210,
        host_keys=2,
        encrypted_size=128,
        pages=4711,
        encrypted_components=True,
    )


def test_a_flag_says_that_components_are_not_encrypted() -> None:
    header = HEADER[:-8] + (1 << 28).to_bytes(8, "big")
    assert not secure_execution.decode(image(header)).encrypted_components


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(0x20000), id="zeros"),
        pytest.param(b"\1" + image()[1:], id="another PSW"),
        pytest.param(image(b"IBMSec"), id="no header"),
        pytest.param(HEADER.ljust(0x20000), id="the header alone"),
    ],
)
def test_what_is_none(head: bytes) -> None:
    assert not secure_execution.is_one(head)
    with pytest.raises(WireError, match="no Secure Execution image"):
        secure_execution.decode(head)


def test_every_truncation_of_the_header_raises_only_the_wire_error() -> None:
    whole = image()
    for length in range(len(HEADER)):
        with pytest.raises(WireError):
            secure_execution.decode(whole[: 0x14000 + length])


def test_sizes_that_cannot_be_are_damage() -> None:
    header = HEADER[:32] + (1 << 40).to_bytes(8, "big") + HEADER[40:]
    with pytest.raises(WireError, match="contradict"):
        secure_execution.decode(image(header))
