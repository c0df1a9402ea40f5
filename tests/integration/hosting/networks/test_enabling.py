"""A network of a real libvirtd is enabled, changed by others, and given back; root only."""

import sys

import pytest

from tests.integration.hosting.networks.conftest import Networks
from tests.libvirt_schemas import check

pytestmark = pytest.mark.root

SETTINGS = """\
[server]
state_directory = "state"
[networks.lab]
interface = "virbr0"
subnet = "192.168.122.0/24"
server = "192.168.122.1"
[default]
kernel = "tftpboot/kernel.img"
initrd = "tftpboot/initrd.img"
"""
GUEST = """\
[guests.{name}]
mac = "52:54:00:13:33:{number:02x}"
address = "192.168.122.{number}"
"""

IN_THE_WAY = """
import signal, socket
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("0.0.0.0", 69))
signal.pause()
"""
"""A TFTP server of somebody else."""


def test_a_network_is_given_back_as_it_was_from_either_way_of_serving(networks: Networks) -> None:
    before = networks.defined
    root = networks.root()
    for options in (("--tftp-root", root), ("--tftp-root", root, "--boot-file", "kernel.img")):
        networks.enable(*options)
        check("network", networks.defined)
        assert "dhcp-boot=" in networks.host.run("cat", "/var/lib/libvirt/dnsmasq/default.conf").stdout
    networks.enable(server="netipl")
    check("network", networks.defined)
    assert "dhcp-range" not in networks.host.run("cat", "/var/lib/libvirt/dnsmasq/default.conf").stdout
    assert networks.shown()["server"] == "netipl"
    refused = networks.run("enable", "default", "--server", "dnsmasq", "--yes")
    assert (refused.returncode, networks.shown()["server"]) == (1, "netipl")
    assert "give it back first" in refused.stderr
    networks.done("disable", "default", "--yes")
    assert networks.defined == before
    assert networks.shown()["changed_since_start"] == []
    assert "nothing is to be done" in networks.done("disable", "default", "--yes")


def test_it_is_shown_first_and_nothing_is_done_without_a_yes(networks: Networks) -> None:
    before, root = networks.defined, networks.root()
    bridge = networks.host.run("cat", "/sys/class/net/virbr0/ifindex").stdout
    asked = networks.run("enable", "default", "--server", "dnsmasq", "--tftp-root", root)
    assert asked.returncode == 2
    assert "say --yes" in asked.stderr
    dry = networks.done("enable", "default", "--server", "dnsmasq", "--tftp-root", root, "--dry-run")
    for shown in (asked.stdout, dry):
        assert f'+    <tftp root="{root}" />' in shown
        assert "it takes a restart of default" in shown
    assert networks.defined == before
    assert networks.host.run("cat", "/sys/class/net/virbr0/ifindex").stdout == bridge


def test_enabling_again_changes_nothing_and_keeps_what_was_said(networks: Networks) -> None:
    networks.enable("--tftp-root", networks.root(), "--boot-file", "kernel.img")
    defined, pid = networks.defined, networks.dnsmasq()
    assert "nothing is to be done" in networks.enable()
    assert (networks.defined, networks.dnsmasq()) == (defined, pid)


def test_what_others_changed_in_between_is_kept_and_shown(networks: Networks) -> None:
    networks.enable("--tftp-root", networks.root())
    host = "<host mac='52:54:00:00:00:01' name='printer' ip='192.168.122.9'/>"
    networks.host.virsh("net-update", "default", "add", "ip-dhcp-host", host, "--live", "--config")
    networks.define(networks.defined.replace("<bootp file='/'/>", "<bootp file='theirs'/>"))
    told = networks.done("disable", "default", "--yes")
    assert 'bootp was changed by others since, and stays: <bootp file="theirs" />' in told
    assert "<bootp file='theirs'/>" in networks.defined
    assert "name='printer'" in networks.defined
    assert "<tftp" not in networks.defined
    assert "stp='on'" in networks.defined


def test_reservations_of_guests_come_and_go_while_the_network_runs(networks: Networks) -> None:
    root, config = networks.root(), networks.host.directory / "netipl.toml"
    options = ("--config", config, "--tftp-root", root)
    one, two = GUEST.format(name="one", number=10), GUEST.format(name="two", number=20)
    config.write_text(SETTINGS + one)
    networks.enable(*options)
    assert (root / "pxelinux.cfg/01-52-54-00-13-33-0a").exists()
    pid = networks.dnsmasq()
    config.write_text(SETTINGS + two + GUEST.format(name="three", number=10).replace("33:0a", "33:0b"))
    told = networks.enable(*options)
    assert "change reservations of the running network default" in told
    for xml in (networks.defined, networks.running):
        assert "name='one'" not in xml
        assert "<host mac='52:54:00:13:33:14' name='two' ip='192.168.122.20'/>" in xml
        assert "<host mac='52:54:00:13:33:0b' name='three' ip='192.168.122.10'/>" in xml
    assert networks.dnsmasq() == pid
    assert not (root / "pxelinux.cfg/01-52-54-00-13-33-0a").exists()
    networks.enable()
    assert (root / "pxelinux.cfg/01-52-54-00-13-33-14").exists()
    config.write_text(SETTINGS)
    networks.enable(*options)
    assert not (root / "pxelinux.cfg/01-52-54-00-13-33-14").exists()
    networks.done("disable", "default", "--yes")
    assert "<host" not in networks.defined + networks.running


def test_what_others_put_into_the_running_network_alone_stays_as_long_as_it_runs(networks: Networks) -> None:
    root, config = networks.root(), networks.host.directory / "netipl.toml"
    options = ("--config", config, "--tftp-root", root)
    config.write_text(SETTINGS)
    networks.enable(*options)
    host = "<host mac='52:54:00:00:00:01' name='printer' ip='192.168.122.9'/>"
    networks.host.virsh("net-update", "default", "add", "ip-dhcp-host", host, "--live")
    assert networks.shown()["changed_since_start"] == []
    assert "nothing is to be done" in networks.enable(*options)
    config.write_text(SETTINGS + GUEST.format(name="one", number=10))
    networks.enable(*options)
    assert {host["name"] for host in networks.shown()["hosts"]} == {"printer", "one"}
    told = networks.done("disable", "default", "--yes")
    assert "what others put into the running network alone goes: host 52:54:00:00:00:01" in told


def test_an_address_that_is_taken_is_refused_before_anything_is_done(networks: Networks) -> None:
    config = networks.host.directory / "netipl.toml"
    config.write_text(SETTINGS + GUEST.format(name="one", number=10))
    networks.root()
    host = "<host mac='52:54:00:00:00:01' name='printer' ip='192.168.122.10'/>"
    networks.host.virsh("net-update", "default", "add", "ip-dhcp-host", host, "--live", "--config")
    before = networks.defined
    done = networks.run("enable", "default", "--server", "dnsmasq", "--config", config, "--yes")
    assert (done.returncode, networks.defined) == (1, before)
    assert "192.168.122.10 of one is taken by <host> 52:54:00:00:00:01" in done.stderr


def test_a_network_that_does_not_start_again_runs_as_before(networks: Networks) -> None:
    before, root = networks.defined, networks.host.directory / "new"
    add = networks.host.run
    add("ip", "link", "add", "test0", "type", "veth", "peer", "name", "test1")
    add("ip", "link", "set", "test0", "master", "virbr0")
    with networks.host.running(sys.executable, "-c", IN_THE_WAY):
        networks.host.wait_for(lambda: ":0045 " in add("cat", "/proc/net/udp").stdout, "the port is taken")
        done = networks.run("enable", "default", "--server", "dnsmasq", "--tftp-root", root, "--yes")
    assert done.returncode == 3
    assert "port 69" in done.stderr or "in use" in done.stderr
    assert networks.defined == before
    assert networks.shown()["active"]
    assert networks.shown()["changed_since_start"] == []
    assert "master virbr0" in add("ip", "link", "show", "test0").stdout
    assert not root.exists()


def test_without_a_restart_it_is_changed_for_its_next_start(networks: Networks) -> None:
    bridge = networks.host.run("cat", "/sys/class/net/virbr0/ifindex").stdout
    told = networks.enable("--tftp-root", networks.root(), "--no-restart")
    assert "default is served so when it is started next, not before" in told
    assert networks.host.run("cat", "/sys/class/net/virbr0/ifindex").stdout == bridge
    assert "tftp" in networks.shown()["changed_since_start"]
    networks.enable()
    assert networks.shown()["changed_since_start"] == []
    assert "<tftp" in networks.running


def test_what_others_changed_takes_effect_with_the_restart_and_that_is_said(networks: Networks) -> None:
    networks.define(networks.defined.replace("<ip ", "<domain name='lab.example.com'/><ip "))
    told = networks.enable("--tftp-root", networks.root())
    assert "what others changed since it was started takes effect, too: domain" in told


def test_a_network_that_does_not_run_is_started_and_stays_stopped_when_it_is_given_back(networks: Networks) -> None:
    networks.host.virsh("net-destroy", "default")
    before = networks.defined
    assert "change and start the network default" in networks.enable("--tftp-root", networks.root())
    assert networks.shown()["active"]
    networks.host.virsh("net-destroy", "default")
    networks.done("disable", "default", "--yes")
    assert networks.defined == before
    assert not networks.shown()["active"]


def test_settings_without_a_network_as_disable_leaves_them_are_as_none(networks: Networks) -> None:
    config = networks.host.directory / "netipl.toml"
    config.write_text('[server]\nstate_directory = "state"\nrun_directory = "run"\n')
    networks.done("enable", "default", "--server", "netipl", "--config", config, "--yes")
    networks.done("disable", "default", "--config", config, "--yes")
    assert networks.run("check", "default", "--config", config).returncode == 1
    networks.enable("--config", config, "--tftp-root", networks.root())
    networks.done("check", "default", "--config", config)
