"""Device numbers: what is one, and what is not."""

import pytest

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [
        ("0.0.1234", DeviceNumber(0, 0x1234), "0.0.1234"),
        ("0.3.ABcd", DeviceNumber(3, 0xABCD), "0.3.abcd"),
        ("0.0.0000", DeviceNumber(0, 0), "0.0.0000"),
    ],
)
def test_a_number_is_read_and_shown(text: str, number: DeviceNumber, shown: str) -> None:
    assert DeviceNumber.parse(text) == number
    assert str(number) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234",
        "0.0.123",
        "0.0.12345",
        "0.4.1234",
        "1.0.1234",
        "fe.0.1234",
        "0.0.12g4",
        "0.0.1234\n",
        "0.0.\u0661234",
    ],
)
def test_what_is_no_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        DeviceNumber.parse(text)
    assert "0.0.1234" in caught.value.remedy


@pytest.mark.parametrize(("subchannel_set", "number"), [(-1, 0), (4, 0), (0, -1), (0, 0x10000)])
def test_no_number_lies_outside(subchannel_set: int, number: int) -> None:
    with pytest.raises(ValueError, match="no device"):
        DeviceNumber(subchannel_set, number)


def test_numbers_sort_by_set_and_number() -> None:
    assert sorted(map(DeviceNumber.parse, ("0.1.0000", "0.0.ffff", "0.0.1000"))) == [
        DeviceNumber(0, 0x1000),
        DeviceNumber(0, 0xFFFF),
        DeviceNumber(1, 0),
    ]
