from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.errors import RefusedError
from netipl.guests.guest import Guest, Origin
from netipl.guests.network import Network, UnknownClients
from netipl.hosting.serving.network import losses, name, network, reservations
from netipl.net import AddressRange, Mac

HEAD = "<name>default</name><uuid>595cb05f-aee2-46d1-85b2-93f711a355aa</uuid><bridge name='virbr0' stp='on' delay='0'/>"
NAT = f"{HEAD}<forward mode='nat'/>"
RANGE = "<range start='192.168.122.2' end='192.168.122.254'/>"
SERVER = IPv4Address("192.168.122.1")


def xml(dhcp: str = RANGE, *, head: str = NAT, more: str = "") -> str:
    ip = f"<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp>{dhcp}</dhcp></ip>"
    dnsmasq = "xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'"
    return f"<network {dnsmasq}>{head}{ip}{more}</network>"


def pools(dhcp: str) -> list[str]:
    return [str(pool) for pool in network(xml(dhcp)).pools]


def test_the_usual_network_is_served_as_dnsmasq_does() -> None:
    assert network(xml()) == Network(
        name="default",
        interface="virbr0",
        subnet=IPv4Network("192.168.122.0/24"),
        server=SERVER,
        dns=(SERVER,),
        pools=(AddressRange.parse("192.168.122.2-192.168.122.254"),),
        authoritative=True,
        unknown=UnknownClients.POOL,
    )


def test_a_domain_is_told_and_names_are_not_where_dnsmasq_answers_none() -> None:
    found = network(xml(more="<domain name='lab.example'/><dns enable='no'/>"))
    assert (found.domain, found.dns) == ("lab.example", ())


def test_our_own_address_is_in_no_pool() -> None:
    assert pools("<range start='192.168.122.1' end='192.168.122.9'/>") == ["192.168.122.2-192.168.122.9"]
    assert pools("<range start='192.168.122.1' end='192.168.122.1'/>") == []


@pytest.mark.parametrize(
    ("lease", "lasts"),
    [
        ("", timedelta(hours=1)),
        ("<lease expiry='2' unit='hours'/>", timedelta(hours=2)),
        ("<lease expiry='90'/>", timedelta(minutes=90)),
        ("<lease expiry='30' unit='seconds'/>", timedelta(minutes=1)),
        ("<lease expiry='0'/>", timedelta(days=365)),
    ],
)
def test_leases_last_as_long_as_before(lease: str, lasts: timedelta) -> None:
    text = xml(f"<range start='192.168.122.2' end='192.168.122.9'>{lease}</range>")
    assert network(text).lease_time == lasts


@pytest.mark.parametrize(
    ("libvirts", "ours"),
    [("default", "default"), ("my net_1", "my-net-1"), ("lab.example", "lab.example"), ("ü", "network")],
)
def test_names_are_those_of_dns(libvirts: str, ours: str) -> None:
    assert name(libvirts) == ours


def test_a_network_without_an_address_of_this_host_cannot_be_served() -> None:
    with pytest.raises(RefusedError, match="no bridge with an address"):
        network(f"<network>{HEAD}</network>")


def test_hosts_become_guests_and_one_without_a_mac_is_said_to_be_lost() -> None:
    hosts = (
        "<host mac='52:54:00:13:33:0A' name='z1' ip='192.168.122.10'/>"
        "<host mac='52:54:00:13:33:0b' ip='192.168.122.11'/>"
        "<host mac='52:54:00:13:33:0c' name='no_name' ip='192.168.122.12'/>"
        "<host name='laptop' ip='192.168.122.13'/>"
    )
    guests, told = reservations(xml(hosts), "lab")

    def guest(called: str, last: str, address: str) -> Guest:
        mac = Mac.parse(f"52:54:00:13:33:{last}")
        return Guest(name=called, macs=(mac,), address=IPv4Address(address), network="lab", origin=Origin.ADDED)

    assert guests == (
        guest("z1", "0a", "192.168.122.10"),
        guest("host-52-54-00-13-33-0b", "0b", "192.168.122.11"),
        guest("host-52-54-00-13-33-0c", "0c", "192.168.122.12"),
    )
    assert len(told) == 1
    assert "laptop" in told[0]


OPTIONS = "<dnsmasq:options><dnsmasq:option value='{}'/></dnsmasq:options>"
LOSSES = {
    "nothing": (xml(), []),
    "a line of DHCP": (xml(more=OPTIONS.format("dhcp-option=42,192.0.2.1")), ["dhcp-option=42,192.0.2.1"]),
    "a line of DHCPv6, which stays": (xml(more=OPTIONS.format("dhcp-option=option6:dns-server,[2001:db8::1]")), []),
    "a line of TFTP": (xml(more=OPTIONS.format("tftp-no-blocksize")), ["tftp-no-blocksize"]),
    "no ping, as netipl does": (xml(more=OPTIONS.format("no-ping")), []),
    "another line": (xml(more=OPTIONS.format("log-queries")), []),
    "an MTU": (xml(more="<mtu size='9000'/>"), ["9000"]),
    "no router": (xml(head=HEAD), ["isolated"]),
}


@pytest.mark.parametrize(("text", "words"), LOSSES.values(), ids=LOSSES)
def test_what_clients_are_told_no_more_is_said(text: str, words: list[str]) -> None:
    said = list(losses(text))
    assert len(said) == len(words)
    assert all(word in line for word, line in zip(words, said, strict=True))
