"""Who answers a DISCOVER: libvirt's dnsmasq alone, a second one on the same segment, two on one host, and nobody."""

from collections.abc import Iterator

import pytest

from tests.integration.hosting.doctor.examining import NETIPL, define, dnsmasq, examined, nic, port, write_settings
from tests.integration.hosting.doctor.serving import SETTINGS as SERVING
from tests.integration.hosting.doctor.serving import api, bridge, serving
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

ELSEWHERE = ("--port=0", "--interface=far", "--bind-interfaces", "--dhcp-range=192.168.122.50,192.168.122.60")
SETTINGS = """
[server]
state_directory = "/run/netipl-test"
[networks.lab]
interface = "br0"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
"""


@pytest.fixture(scope="module", autouse=True)
def _a_guest(host: LibvirtHost) -> None:
    define(host, "z1", nic(1))


@pytest.fixture
def other(host: LibvirtHost) -> Iterator[str]:
    """Another machine on the bridge of libvirt's network."""
    host.run("ip", "link", "set", "virbr0", "type", "bridge", "stp_state", "0")
    with port(host, "virbr0", "192.168.122.7/24") as namespace:
        yield namespace


@pytest.fixture
def br0(host: LibvirtHost) -> Iterator[str]:
    """Another machine, on a bridge of nobody."""
    host.run("ip", "link", "add", "br0", "type", "bridge")
    host.run("ip", "address", "add", "192.0.2.1/24", "dev", "br0")
    host.run("ip", "link", "set", "br0", "up")
    with port(host, "br0", "192.0.2.7/24") as namespace:
        yield namespace
    host.run("ip", "link", "delete", "br0")


def test_nobody_is_asked_where_nothing_is_attached(host: LibvirtHost) -> None:
    (seen,) = examined(host).of("DHCP servers")
    assert "nobody was asked" in seen["evidence"]
    assert not seen["problem"]


def test_one_server_is_well_and_no_lease_is_taken(host: LibvirtHost, other: str) -> None:
    found = examined(host)
    assert found.is_fine("DHCP servers")
    assert "192.168.122.1 " in found.of("DHCP servers")[0]["evidence"]
    assert found.is_fine("TFTP server")
    assert not host.virsh("net-dhcp-leases", "default").strip()


def test_a_second_server_on_the_segment_is_found_and_named(host: LibvirtHost, other: str) -> None:
    leases = host.directory / "leases"
    with dnsmasq(host, *ELSEWHERE, f"--dhcp-leasefile={leases}", namespace=other):
        found = examined(host)
    assert "192.168.122.7" in found.one("second-dhcp-server")["message"]
    assert found.status == 1
    assert not leases.read_text()


def test_two_servers_on_this_host_are_found(host: LibvirtHost, other: str) -> None:
    """The second one has another way to the same interface, as one that somebody starts beside libvirt."""
    twice = ("--port=0", "--interface=virbr0", "--bind-dynamic", "--dhcp-range=192.168.122.50,192.168.122.60")
    with dnsmasq(host, *twice, "--no-ping", f"--dhcp-leasefile={host.directory}/twice"):
        found = examined(host)
    assert found.problems("ports") | found.problems("DHCP servers") >= {"second-dhcp-server"}


def test_a_server_that_answers_nobody_is_noted(host: LibvirtHost, br0: str) -> None:
    found = examined(host, "--config", write_settings(host, SETTINGS))
    assert found.one("no-offer")["severity"] == "note"


def test_a_bridge_that_another_machine_serves_has_one_server(host: LibvirtHost, br0: str) -> None:
    define(host, "z2", nic(2, "<source bridge='br0'/>", kind="bridge"))
    options = ("--port=0", "--interface=far", "--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.60")
    try:
        with dnsmasq(host, *options, f"--dhcp-leasefile={host.directory}/br0", namespace=br0):
            assert examined(host).is_fine("DHCP servers", "bridge br0")
            settings = write_settings(host, SETTINGS)
            assert "second-dhcp-server" in examined(host, "--config", settings).problems("DHCP servers", "network lab")
    finally:
        host.virsh("undefine", "z2")


@pytest.mark.parametrize(("unknown", "problem"), [("pool", set()), ("register", {"no-offer"})])
def test_netipl_is_asked_as_well_and_takes_nobody_for_a_guest(
    host: LibvirtHost, unknown: str, problem: set[str]
) -> None:
    """With `register` it makes a guest of whatever firmware asks; this is none."""
    settings = SERVING.replace('unknown = "pool"', f'unknown = "{unknown}"')
    with bridge(host), port(host, "br0"), serving(host, settings) as config:
        found = examined(host, "--config", config)
        guests = host.run(*NETIPL, "guest", "--api", api(host), "list", "--json").stdout
    assert found.problems("DHCP servers", "network lab") == problem
    assert not guests
