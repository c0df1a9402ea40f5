"""Who has the ports that guests ask on: netipl itself, nobody, and programs that are in its way."""

import signal
from collections.abc import Iterator

import pytest

from tests import peers
from tests.integration.hosting.doctor.examining import define, dnsmasq, examined, nic, write_settings
from tests.integration.hosting.doctor.serving import ADDRESS, SETTINGS, bridge, serving
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

SUBJECT = "network lab"


@pytest.fixture(autouse=True)
def _bridge(request: pytest.FixtureRequest) -> Iterator[None]:
    name = "host" if "host" in request.fixturenames else "bare_host"
    with bridge(request.getfixturevalue(name)):
        yield


def test_an_interface_that_is_not_there_serves_nobody(bare_host: LibvirtHost) -> None:
    settings = write_settings(bare_host, SETTINGS.replace('"br0"', '"br7"'))
    found = examined(bare_host, "--config", settings)
    assert found.problems("ports", SUBJECT) == {"interface-missing"}
    assert found.status == 1


def test_without_the_daemon_nobody_serves(bare_host: LibvirtHost) -> None:
    found = examined(bare_host, "--config", write_settings(bare_host, SETTINGS))
    told = [each["message"] for each in found.of("ports", SUBJECT)]
    assert told == ["nobody has udp port 67", "nobody has udp port 69", "nobody has tcp port 8069"]


def test_the_daemon_and_its_workers_are_known_as_netipl(bare_host: LibvirtHost) -> None:
    with serving(bare_host) as config:
        found = examined(bare_host, "--config", config)
    assert found.is_fine("ports", SUBJECT)
    assert len(found.of("ports", SUBJECT)) == 3


def test_another_dhcp_server_on_the_bridge_is_in_the_way(bare_host: LibvirtHost) -> None:
    options = ("--port=0", "--interface=br0", "--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.60")
    with dnsmasq(bare_host, *options, f"--dhcp-leasefile={bare_host.directory}/leases"):
        alone = examined(bare_host, "--config", write_settings(bare_host, SETTINGS))
        with serving(bare_host) as config:
            both = examined(bare_host, "--config", config)
    assert "dnsmasq (pid" in alone.of("ports", SUBJECT)[0]["message"]
    assert alone.of("ports", SUBJECT)[0]["problem"] == "port-taken"
    assert both.problems("ports", SUBJECT) == {"port-taken"}
    assert both.status == 1


def test_where_libvirt_serves_dhcp_its_dnsmasq_has_that_port_and_netipl_the_others(bare_host: LibvirtHost) -> None:
    """Neither is in the other's way: netipl binds no port of DHCP there."""
    options = ("--port=0", "--interface=br0", "--bind-interfaces", "--dhcp-range=192.0.2.50,192.0.2.60")
    theirs = SETTINGS.partition("pools")[0] + 'dhcp = "libvirt"\n'
    with serving(bare_host, theirs) as config:
        alone = examined(bare_host, "--config", config)
        with dnsmasq(bare_host, *options, f"--dhcp-leasefile={bare_host.directory}/leases"):
            both = examined(bare_host, "--config", config)
    assert [each["message"] for each in alone.of("ports", SUBJECT) if each["problem"]] == ["nobody has udp port 67"]
    assert both.is_fine("ports", SUBJECT)
    assert len(both.of("ports", SUBJECT)) == 3


def test_a_dnsmasq_of_another_bridge_is_not(bare_host: LibvirtHost) -> None:
    bare_host.run("ip", "link", "add", "br1", "type", "bridge")
    bare_host.run("ip", "address", "add", "198.51.100.1/24", "dev", "br1")
    bare_host.run("ip", "link", "set", "br1", "up")
    options = ("--port=0", "--interface=br1", "--except-interface=lo", "--bind-interfaces")
    try:
        with (
            dnsmasq(bare_host, *options, "--dhcp-range=198.51.100.5,198.51.100.6", "--dhcp-leasefile=/run/br1"),
            serving(bare_host) as config,
        ):
            assert examined(bare_host, "--config", config).is_fine("ports", SUBJECT)
    finally:
        bare_host.run("ip", "link", "delete", "br1")


def test_a_tftp_server_for_all_addresses_is_in_the_way(bare_host: LibvirtHost) -> None:
    tftpd = peers.program("tftpd-hpa", "in.tftpd")
    with bare_host.running(tftpd, "--foreground", "--listen", "--secure", bare_host.directory):
        bare_host.wait_for(lambda: ":69" in bare_host.run("ss", "-Hulnp").stdout, "tftpd listens")
        found = examined(bare_host, "--config", write_settings(bare_host, SETTINGS))
    assert [each["problem"] for each in found.of("ports", SUBJECT)] == ["nobody-serves", "port-taken", "nobody-serves"]
    assert "in.tftpd" in found.one("port-taken")["message"]
    assert ADDRESS not in found.one("port-taken")["message"]


def test_a_network_whose_dnsmasq_has_died_is_served_by_nobody(host: LibvirtHost) -> None:
    define(host, "z1", nic(1))
    assert examined(host).is_fine("ports", "network default")
    host.run("sh", "-c", f"kill -{signal.SIGKILL} $(cat /run/libvirt/network/default.pid)")
    found = examined(host)
    assert found.one("nobody-serves")["subject"] == "network default"
    host.virsh("net-destroy", "default")
    host.virsh("net-start", "default")
    assert examined(host).is_fine("ports", "network default")
