"""What of a network is compared, and under which name."""

import pytest

from netipl.integrations.libvirt.network_owned import others, read, serving
from netipl.integrations.libvirt.xml_text import parsed
from tests.unit.integrations.libvirt.test_network_edits import DEFAULT, GROWN


def test_every_part_has_a_name() -> None:
    assert list(read(parsed(GROWN))) == [
        "bridge stp",
        "bridge delay",
        "tftp",
        "range 192.0.2.100-192.0.2.199",
        "host 52:54:00:00:00:09",
        "bootp",
        "option log-dhcp",
        "option dhcp-option=42,192.0.2.1",
    ]


def test_order_of_attributes_and_space_between_elements_mean_nothing() -> None:
    other = DEFAULT.replace("\n", "").replace(
        '<range start="192.168.122.2" end="192.168.122.254" />', '<range end="192.168.122.254" start="192.168.122.2"/>'
    )
    assert read(parsed(other)) == read(parsed(DEFAULT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<forward mode="nat" />', '<forward mode="nat"><nat><port start="1024" end="65535" /></nat></forward>'),
        ("<forward", "<metadata><x>y</x></metadata><forward"),
        ("<forward", '<dns><host ip="192.168.122.9"><hostname>z</hostname></host></dns><forward'),
        ("<dhcp>", '<tftp root="/srv/tftp" /><dhcp>'),
    ],
)
def test_what_libvirt_adds_while_it_runs_and_what_is_a_part_are_not_of_the_others(old: str, new: str) -> None:
    assert others(parsed(DEFAULT.replace(old, new))) == others(parsed(DEFAULT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ip ", '<domain name="lab" /><ip '),
        ("<forward", '<dns enable="no" /><forward'),
        ('netmask="255.255.255.0"', 'netmask="255.255.0.0"'),
        ("virbr0", "virbr1"),
    ],
)
def test_everything_else_is(old: str, new: str) -> None:
    assert others(parsed(DEFAULT.replace(old, new))) != others(parsed(DEFAULT))


@pytest.mark.parametrize(
    ("addresses", "known", "found"),
    [
        ("<ip address='192.0.2.1'/><ip address='192.0.2.2'><dhcp/></ip>", None, "192.0.2.2"),
        ("<ip address='192.0.2.1'/><ip address='192.0.2.2'><tftp root='/'/></ip>", None, "192.0.2.2"),
        ("<ip address='192.0.2.1'/><ip address='192.0.2.2'/>", None, "192.0.2.1"),
        ("<ip address='192.0.2.1'/><ip address='192.0.2.2'/>", "192.0.2.2", "192.0.2.2"),
        ("<ip address='192.0.2.1'><dhcp/></ip><ip address='192.0.2.2'/>", "198.51.100.1", "192.0.2.1"),
        ("<ip family='ipv6' address='2001:db8::1'><dhcp/></ip>", None, None),
    ],
)
def test_the_address_that_serves_is_the_one_that_is_known_or_has_dhcp(
    addresses: str, known: str | None, found: str | None
) -> None:
    ip = serving(parsed(f"<network>{addresses}</network>"), known)
    assert (None if ip is None else ip.get("address")) == found
