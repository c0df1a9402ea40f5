"""Where the firmware reads a list otherwise than the tolerant reader."""

import pytest

from netipl.firmware.ins_reading import differences
from netipl.images import ins


def differing(data: bytes) -> list[str]:
    return list(differences(data, ins.decode(data)))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"* x\nk 0x0\ni 0x800000\n", id="one space"),
        pytest.param(b"* x\nk  \t 16\n", id="more blanks behind the space"),
        pytest.param(b"* x\r\nk 16\r\n", id="lines of DOS"),
        pytest.param(b"* x\n\n\nk 16", id="empty lines and no last line end"),
    ],
)
def test_both_read_it_alike(data: bytes) -> None:
    assert differing(data) == []


@pytest.mark.parametrize(
    ("data", "how"),
    [
        pytest.param(b"* x\n* a comment\nk 0\n", "asks for '*' and loads it to 0x0", id="a comment"),
        pytest.param(b"* x\nk\t0\n", "ends the boot at a line without a space", id="a tab"),
        pytest.param(b"* x\nk 0\n*comment\n", "ends the boot", id="a comment of one word"),
        pytest.param(b"* x\n k 0\n", "asks for ''", id="a blank before the name"),
        pytest.param(b"* x\r\n\r\nk 0\n", "ends the boot", id="an empty line of DOS"),
        pytest.param(b"* x", "refuses a list of a single line", id="one line"),
        pytest.param(b"* x\n" + b"k 0\n" * 600, "starts one of 2404 as a kernel", id="too long"),
    ],
)
def test_the_firmware_reads_it_otherwise(data: bytes, how: str) -> None:
    found = differing(data)
    assert len(found) == 1
    assert how in found[0]
