"""The TFTP server that guests are told of, by real DHCP and DNS servers on a bridge."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import peers
from tests.integration.hosting.doctor.examining import Examination, define, dnsmasq, examined, nic, port
from tests.integration.hosting.doctor.serving import bridge
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

UDHCPD = """
start 192.0.2.50
end 192.0.2.60
interface far
lease_file {directory}/udhcpd.leases
pidfile {directory}/udhcpd.pid
option subnet 255.255.255.0
{rest}
"""


@pytest.fixture(scope="module")
def other(host: LibvirtHost) -> Iterator[str]:
    """Another machine, on a bridge that a guest is on too."""
    define(host, "z1", nic(1, "<source bridge='br0'/>", kind="bridge"))
    with bridge(host), port(host, "br0", "192.0.2.7/24") as namespace:
        yield namespace


def offered(host: LibvirtHost, other: str, *options: str) -> Examination:
    """By a dnsmasq there, which also answers DNS."""
    usual = ("--interface=far", "--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.60", "--no-resolv", "--no-hosts")
    with dnsmasq(host, *usual, f"--dhcp-leasefile={host.directory}/leases", *options, namespace=other):
        return examined(host)


@contextmanager
def udhcpd(host: LibvirtHost, other: str, rest: str = "") -> Iterator[None]:
    """The one of busybox, which names no TFTP server unless it is told to."""
    program = peers.program("busybox", "busybox")
    config = host.directory / "udhcpd.conf"
    config.write_text(UDHCPD.format(directory=host.directory, rest=rest))
    (host.directory / "udhcpd.leases").touch()
    inside = ("ip", "netns", "exec", other)
    with host.running(*inside, program, "udhcpd", "-f", config):
        host.wait_for(lambda: ":67" in host.run(*inside, "ss", "-Hulnp").stdout, "udhcpd listens")
        yield


def test_an_address_is_well(host: LibvirtHost, other: str) -> None:
    assert offered(host, other).is_fine("TFTP server", "DHCP server 192.0.2.7")


def test_a_name_that_the_dns_server_knows_is_well(host: LibvirtHost, other: str) -> None:
    found = offered(host, other, "--dhcp-option=66,boot.example", "--host-record=boot.example,192.0.2.9")
    assert found.is_fine("TFTP server")
    assert "192.0.2.9" in found.of("TFTP server")[0]["evidence"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "it knows no address of that name"),
        (("--dhcp-option=6",), "no DNS server is sent in option 6"),
        (("--dhcp-option=6,192.0.2.8",), "does not answer"),
    ],
)
def test_a_name_that_it_does_not_know_is_told(
    host: LibvirtHost, other: str, options: tuple[str, ...], reason: str
) -> None:
    """A warning where siaddr stands in, which dnsmasq always sends."""
    found = offered(host, other, "--dhcp-option=66,boot.example", *options)
    assert found.one("name-unresolved")["severity"] == "warning"
    assert reason in found.one("name-unresolved")["message"]


def test_a_server_in_another_subnet_needs_a_router(host: LibvirtHost, other: str) -> None:
    boot = "--dhcp-boot=/,,198.51.100.9"
    assert offered(host, other, boot).is_fine("TFTP server")
    assert offered(host, other, boot, "--dhcp-option=3").one("server-out-of-reach")["severity"] == "error"


def test_no_server_at_all_is_told(host: LibvirtHost, other: str) -> None:
    with udhcpd(host, other):
        assert examined(host).one("no-tftp-server")["severity"] == "error"
    with udhcpd(host, other, "siaddr 192.0.2.7"):
        assert examined(host).is_fine("TFTP server")


def test_without_siaddr_a_name_has_to_be_found(host: LibvirtHost, other: str) -> None:
    with udhcpd(host, other, "option tftp boot.example"):
        assert examined(host).one("name-unresolved")["severity"] == "error"
