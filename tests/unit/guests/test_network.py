from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.guests.network import DhcpServer, Network


@pytest.mark.parametrize(("dhcp", "is_libvirts"), [(DhcpServer.NETIPL, False), (DhcpServer.LIBVIRT, True)])
def test_netipl_answers_no_dhcp_where_libvirt_does(dhcp: DhcpServer, is_libvirts: bool) -> None:
    made = Network(name="lab", subnet=IPv4Network("192.0.2.0/24"), server=IPv4Address("192.0.2.1"), dhcp=dhcp)
    assert made.is_libvirts is is_libvirts
