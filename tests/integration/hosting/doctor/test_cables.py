"""What guests hang on: bridges of others, macvtap, Open vSwitch, and taps that have lost their bridge."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.hosting.doctor.examining import define, examined, nic, write_settings
from tests.integration.hosting.doctor.open_vswitch import open_vswitch
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

ON_BR0 = "<source bridge='br0'/>"
SETTINGS = """
[server]
state_directory = "/run/netipl-test"
[networks.lab]
interface = "{}"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
"""


@contextmanager
def a_guest(host: LibvirtHost, nics: str) -> Iterator[None]:
    """Defined as long as it is looked at."""
    define(host, "guest", nics)
    try:
        yield
    finally:
        host.virsh("undefine", "guest")


@pytest.fixture
def br0(host: LibvirtHost) -> Iterator[None]:
    host.run("ip", "link", "add", "br0", "type", "bridge")
    host.run("ip", "link", "set", "br0", "up")
    yield
    host.run("ip", "link", "delete", "br0")


def test_a_network_that_is_not_there_keeps_a_guest_from_starting(host: LibvirtHost) -> None:
    with a_guest(host, nic(1, "<source network='nowhere'/>")):
        assert examined(host).problems("cables") == {"network-missing"}


def test_a_network_of_libvirt_is_well(host: LibvirtHost) -> None:
    with a_guest(host, nic(1)):
        assert examined(host).is_fine("cables")


def test_a_bridge_that_is_not_there_keeps_a_guest_from_starting(host: LibvirtHost) -> None:
    with a_guest(host, nic(1, ON_BR0, kind="bridge")):
        assert examined(host).problems("cables") == {"bridge-missing"}


def test_on_another_bridge_somebody_else_serves_unless_the_settings_say_so(host: LibvirtHost, br0: None) -> None:
    with a_guest(host, nic(1, ON_BR0, kind="bridge")):
        found = examined(host)
        assert found.one("external-bridge")["severity"] == "note"
        assert found.status == 0
        served = examined(host, "--config", write_settings(host, SETTINGS.format("br0")))
        assert served.is_fine("cables")


def test_the_spanning_tree_of_another_bridge_is_seen(host: LibvirtHost, br0: None) -> None:
    with a_guest(host, nic(1, ON_BR0, kind="bridge")):
        assert examined(host).is_fine("spanning tree", "bridge br0")
        host.run("ip", "link", "set", "br0", "type", "bridge", "stp_state", "1", "forward_delay", "1500")
        assert "30 seconds" in examined(host).one("spanning-tree")["message"]


def test_a_macvtap_does_not_reach_its_own_host(host: LibvirtHost) -> None:
    with a_guest(host, nic(1, "<source dev='eth7' mode='bridge'/>", kind="direct")):
        assert examined(host).one("macvtap")["severity"] == "warning"
        served = examined(host, "--config", write_settings(host, SETTINGS.format("eth7")))
        assert served.one("macvtap")["severity"] == "error"


def test_a_user_network_reaches_nobody_here(host: LibvirtHost) -> None:
    with a_guest(host, nic(1, "", kind="user")):
        assert examined(host).problems("cables") == {"user-network"}


def test_open_vswitch_is_told_from_a_bridge_of_linux(host: LibvirtHost) -> None:
    port = "<virtualport type='openvswitch'/>"
    with open_vswitch(host, "ovs0") as environment:
        with a_guest(host, nic(1, "<source bridge='ovs0'/>", kind="bridge")):
            assert examined(host, env=environment).problems("cables") == {"open-vswitch-port"}
        with a_guest(host, nic(1, f"<source bridge='ovs0'/>{port}", kind="bridge")):
            assert examined(host, env=environment).problems("cables") == {"open-vswitch"}
            settings = write_settings(host, SETTINGS.format("ovs0"))
            assert examined(host, "--config", settings, env=environment).is_fine("cables")


@contextmanager
def running(host: LibvirtHost) -> Iterator[str]:
    """The tap of the guest, which runs."""
    host.virsh("start", "guest")
    try:
        yield host.virsh("domiflist", "guest").split()[0]
    finally:
        host.virsh("destroy", "guest")


def bridge_of(host: LibvirtHost, tap: str) -> str:
    return host.run("sh", "-c", f"basename $(readlink /sys/class/net/{tap}/master || echo none)").stdout.strip()


def test_a_tap_without_a_bridge_is_found_and_put_back(host: LibvirtHost, br0: None) -> None:
    with a_guest(host, nic(1, ON_BR0, kind="bridge")), running(host) as tap:
        assert not examined(host).problems("cables") - {"external-bridge"}
        host.run("ip", "link", "set", tap, "nomaster")
        found = examined(host)
        assert found.one("tap-without-bridge")["fixable"]
        assert bridge_of(host, tap) == "none"
        fixed = examined(host, "--fix")
        assert [each["done"] for each in fixed.repairs] == [True]
        assert "tap-without-bridge" not in fixed.problems()
        assert bridge_of(host, tap) == "br0"


def test_a_network_restarted_under_its_guest_is_found_and_repaired(host: LibvirtHost) -> None:
    with a_guest(host, nic(1)), running(host) as tap:
        host.virsh("net-destroy", "default")
        host.virsh("net-start", "default")
        found = examined(host)
        assert found.one("tap-without-bridge")["severity"] == "error"
        fixed = examined(host, "--fix")
        assert [each["done"] for each in fixed.repairs] == [True]
        assert tap in fixed.repairs[0]["repair"]
        assert "tap-without-bridge" not in fixed.problems()
        assert bridge_of(host, tap) == "virbr0"
