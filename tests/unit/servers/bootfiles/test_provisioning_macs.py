"""MAC addresses in header fields: those of interfaces, whatever else is sent with them."""

import pytest

from netipl.servers.bootfiles.provisioning_macs import macs

A, B = "52:54:00:00:00:0a", "52:54:00:00:00:0b"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"x-rhn-provisioning-mac-0": f"eth0 {A}"}, [A]),
        ({"x-rhn-provisioning-mac-0": f"eth0 {A}", "x-rhn-provisioning-mac-12": f"enc600 {B.upper()}"}, [A, B]),
        ({"x-rhn-provisioning-mac-0": A}, [A]),
        ({"x-rhn-provisioning-mac-0": "", "x-rhn-provisioning-mac-1": "eth0", "host": A}, []),
        ({"x-rhn-provisioning-mac-": f"eth0 {A}", "x-system-serial-number": A}, []),
    ],
)
def test_addresses_are_read_and_all_else_is_passed_over(fields: dict[str, str], found: list[str]) -> None:
    assert [str(each) for each in macs(fields)] == found


def test_there_are_so_many_and_no_more() -> None:
    assert len(macs({f"x-rhn-provisioning-mac-{number}": A for number in range(100)})) == 64
