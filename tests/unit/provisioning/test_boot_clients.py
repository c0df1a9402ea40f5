"""Which client gets boot fields, and which DISCOVER is the firmware's own."""

import pytest

from netipl.protocols.dhcp4.codes import Option
from netipl.protocols.dhcp4.message import decode
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.boot_clients import boots_s390, is_firmware_discover
from tests.unit.provisioning.dhcp_lab import DUID, FIRMWARE_LIST
from tests.vectors.dhcp4 import annotated

ARCHITECTURES = {
    "none told, as in the firmware's DISCOVER": ({}, True),
    "s390 basic": ({93: b"\x00\x1f"}, True),
    "s390 extended": ({93: b"\x00\x20"}, True),
    "s390 among others": ({93: b"\x00\x00\x00\x1f"}, True),
    "x86 BIOS": ({93: b"\x00\x00"}, False),
    "x64 UEFI": ({93: b"\x00\x07"}, False),
    "Open Firmware": ({93: b"\x00\x0c"}, False),
    "one that nobody knows": ({93: b"\xff\xff"}, False),
    "s390 in the other byte order": ({93: b"\x1f\x00"}, False),
}


@pytest.mark.parametrize(("values", "boots"), ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_files_for_s390_are_of_use_to(values: dict[int, bytes], boots: bool) -> None:
    assert boots_s390(Options(values)) is boots


FIRMWARE = {53: b"\x01", 55: FIRMWARE_LIST}

DISCOVERS = {
    "the firmware's": (FIRMWARE, True),
    "that of firmware which knows no architecture": ({**FIRMWARE, 55: bytes((1, 3, 6, 66, 67))}, True),
    "that of firmware which asks for 209 and 210": ({**FIRMWARE, 55: FIRMWARE_LIST + b"\xd1\xd2"}, True),
    "relayed": ({**FIRMWARE, 82: b"\x01\x02ab"}, True),
    "its REQUEST": ({**FIRMWARE, 53: b"\x03"}, False),
    "without a list": ({53: b"\x01"}, False),
    "without a wish for the boot file": ({**FIRMWARE, 55: bytes((1, 3, 6, 66))}, False),
    "with a wish for a domain name": ({**FIRMWARE, 55: FIRMWARE_LIST + b"\x0f"}, False),
    "with a DUID": ({**FIRMWARE, Option.CLIENT_IDENTIFIER: DUID}, False),
    "with a vendor class": ({**FIRMWARE, Option.VENDOR_CLASS: b"udhcp"}, False),
    "with a host name": ({**FIRMWARE, Option.HOST_NAME: b"z1"}, False),
    "plain BOOTP": ({}, False),
}


@pytest.mark.parametrize(("values", "firmware"), DISCOVERS.values(), ids=DISCOVERS)
def test_is_the_firmwares_discover(values: dict[int, bytes], firmware: bool) -> None:
    assert is_firmware_discover(Options(values)) is firmware


def test_the_captured_discover_is_the_firmwares() -> None:
    assert is_firmware_discover(decode(annotated.message("firmware-discover")).options)
    assert not is_firmware_discover(decode(annotated.message("firmware-request")).options)
