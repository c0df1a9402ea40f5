"""What the XML of each kind of network says of boots over it."""

from ipaddress import IPv4Interface

import pytest

from netipl.integrations.libvirt.network_xml import facts

UUID = "<name>n</name><uuid>91062e19-0a02-4797-999e-6ce6dd2001bf</uuid>"
ADDRESS = "<ip address='192.0.2.1' netmask='255.255.255.0'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip>"


@pytest.mark.parametrize(
    ("xml", "mode", "own", "macvtap"),
    [
        ("<forward mode='nat'/><bridge name='virbr0'/>", "nat", True, False),
        ("<forward/><bridge name='virbr0'/>", "nat", True, False),
        ("<forward mode='route' dev='eth0'/><bridge name='virbr0'/>", "route", True, False),
        ("<forward mode='open'/><bridge name='virbr0'/>", "open", True, False),
        ("<bridge name='virbr0'/>", "isolated", True, False),
        ("<forward mode='bridge'/><bridge name='br0'/>", "bridge", False, False),
        ("<forward mode='bridge'><interface dev='eth0'/></forward>", "bridge", False, True),
        ("<forward mode='private' dev='eth0'/>", "private", False, True),
        ("<forward mode='vepa' dev='eth0'/>", "vepa", False, True),
        ("<forward mode='passthrough' dev='eth0'/>", "passthrough", False, True),
        ("<forward mode='hostdev'/>", "hostdev", False, False),
        ("<forward mode='bridge'/><bridge name='ovs'/><virtualport type='openvswitch'/>", "bridge", False, False),
    ],
)
def test_the_mode_says_who_made_the_bridge(xml: str, mode: str, own: bool, macvtap: bool) -> None:
    found = facts(f"<network>{UUID}{xml}{ADDRESS}</network>")
    assert (found.mode, found.has_own_bridge, found.is_macvtap) == (mode, own, macvtap)
    assert found.has_dhcp is own


def test_what_is_not_said_has_the_default_of_libvirt() -> None:
    found = facts(f"<network>{UUID}<bridge name='virbr0'/></network>")
    assert (found.stp, found.delay, found.set_for_guests) == (True, 0, ())
    assert (found.interface, found.tftp_root, found.boot_file, found.ranges) == (None, None, None, ())
    assert not found.has_dhcp


@pytest.mark.parametrize("mask", ["netmask='255.255.255.0'", "prefix='24'"])
def test_a_mask_and_a_prefix_say_the_same(mask: str) -> None:
    found = facts(f"<network>{UUID}<bridge name='virbr0'/><ip address='192.0.2.1' {mask}/></network>")
    assert found.interface == IPv4Interface("192.0.2.1/24")


def test_a_host_may_be_known_by_its_name_alone() -> None:
    hosts = "<dhcp><host name='a' ip='192.0.2.3'/><host mac='52:54:00:00:00:01' ip='192.0.2.4'/></dhcp>"
    found = facts(f"<network>{UUID}<ip address='192.0.2.1' prefix='24'>{hosts}</ip></network>")
    assert [(str(host.mac or ""), host.name, str(host.address)) for host in found.hosts] == [
        ("", "a", "192.0.2.3"),
        ("52:54:00:00:00:01", "", "192.0.2.4"),
    ]


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        ("<bridge name='virbr0' macTableManager='libvirt'/>", "macTableManager='libvirt'"),
        ("<bridge name='virbr0'/><bandwidth><inbound average='1'/></bandwidth>", "<bandwidth>"),
        ("<bridge name='virbr0'/><portgroup name='p'><vlan><tag id='1'/></vlan></portgroup>", "<vlan>"),
    ],
)
def test_what_libvirt_sets_for_each_guest_is_known(xml: str, found: str) -> None:
    assert facts(f"<network>{UUID}{xml}</network>").set_for_guests == (found,)
