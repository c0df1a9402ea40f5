"""What is in the way of DHCP by libvirt and files by netipl, by what the XML of a network says."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.integrations.libvirt.dhcp_host import obstacles
from netipl.integrations.libvirt.network_xml import facts

SUBNET, SERVER = IPv4Network("192.0.2.0/24"), IPv4Address("192.0.2.1")
XML = """<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'><name>lab</name>
<uuid>9b6e2a0c-7b1d-4b52-8f6e-1f6f13910000</uuid><forward mode='nat'/><bridge name='virbr9'/>
<ip address='192.0.2.1' netmask='255.255.255.0'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip>
</network>"""


def said(xml: str) -> list[tuple[str, bool]]:
    return [(each.what, each.stops) for each in obstacles(facts(xml), SUBNET, SERVER)]


@pytest.mark.parametrize("boot", ["", "<bootp file='/'/>", "<bootp file='pxelinux.0'/>", "<bootp server='192.0.2.1'/>"])
def test_a_boot_file_that_leads_to_configurations_is_in_nobodys_way(boot: str) -> None:
    assert said(XML.replace("</dhcp>", f"{boot}</dhcp>")) == []


@pytest.mark.parametrize(
    ("old", "new", "words", "stops"),
    [
        ("<dhcp>", "<tftp root='/srv'/><dhcp>", "serves TFTP", False),
        (
            "</network>",
            "<dnsmasq:options><dnsmasq:option value='enable-tftp'/></dnsmasq:options></network>",
            "serves TFTP",
            False,
        ),
        ("</dhcp>", "<bootp file='a.cfg'/></dhcp>", "names the boot file a.cfg", False),
        ("</dhcp>", "<bootp file='/' server='192.0.2.9'/></dhcp>", "sends its guests to 192.0.2.9", False),
        ("mode='nat'", "mode='bridge'", "runs no DHCP server", True),
        ("255.255.255.0", "255.255.0.0", "has 192.0.0.0/16, and the settings say 192.0.2.0/24", True),
        ("<ip address='192.0.2.1'", "<ip family='ipv6' address='2001:db8::1'", "has no IPv4 subnet", True),
    ],
)
def test_everything_else_is_told(old: str, new: str, words: str, stops: bool) -> None:
    [(what, stopping)] = said(XML.replace(old, new))
    assert (words in what, stopping) == (True, stops)
