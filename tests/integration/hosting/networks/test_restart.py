"""What is on a bridge is put back after a restart, set as it was; root only."""

import json
import os
import subprocess

import pytest

from tests.integration.hosting.networks.conftest import NETIPL, Networks
from tests.libvirt_guest import defined

pytestmark = pytest.mark.root

FIXED = "52:54:00:00:00:77"


def plug(networks: Networks) -> None:
    """A device on the bridge that no guest of libvirt has, isolated from others, with a MAC that is fixed to it."""
    run = networks.host.run
    run("ip", "link", "add", "test0", "type", "veth", "peer", "name", "test1")
    run("ip", "link", "set", "test0", "master", "virbr0", "up")
    run("bridge", "link", "set", "dev", "test0", "isolated", "on", "learning", "off", "flood", "off", "hairpin", "on")
    run("bridge", "fdb", "add", FIXED, "dev", "test0", "master", "static")


def give(networks: Networks) -> None:
    """The bridge, what no definition says."""
    run, bridge = networks.host.run, "/sys/class/net/virbr0"
    run(
        "sh",
        "-c",
        "echo 0 >/proc/sys/net/ipv6/conf/virbr0/disable_ipv6; echo 1 >/proc/sys/net/ipv4/conf/virbr0/proxy_arp",
    )
    run("sh", "-c", f"echo 0x4000 >{bridge}/bridge/group_fwd_mask; echo 1400 >{bridge}/mtu")
    for words in (
        "address add 198.51.100.1/24 dev virbr0 label virbr0:1",
        "address add 2001:db8::1/64 dev virbr0",
        "route add 203.0.113.0/25 via 198.51.100.7 dev virbr0 metric 7",
        "route add 203.0.113.128/25 dev virbr0 table 99 proto static",
        "-6 route add 2001:db8:1::/64 via 2001:db8::7 dev virbr0",
    ):
        run("ip", *words.split())
    nas = "<host ip='192.168.122.50'><hostname>nas</hostname></host>"
    networks.host.virsh("net-update", "default", "add", "dns-host", nas, "--live")


def given(networks: Networks) -> str:
    """All of that, as it is now."""
    show = (
        "ip -4 -brief address show dev virbr0; ip -6 address show dev virbr0 scope global | grep inet6",
        "ip -4 route show table all dev virbr0; ip -6 route show table all dev virbr0 | grep -v kernel",
        "cd /sys/class/net/virbr0; cat mtu bridge/group_fwd_mask /proc/sys/net/ipv4/conf/virbr0/proxy_arp",
        "virsh net-dumpxml default | grep hostname",
    )
    return networks.host.run("sh", "-c", "; ".join(show)).stdout


def port(networks: Networks) -> tuple[dict[str, object], bool]:
    """What the port is set to, and whether that MAC is fixed to it."""
    found = json.loads(networks.host.run("bridge", "-details", "-json", "link", "show", "dev", "test0").stdout)[0]
    table = networks.host.run("bridge", "fdb", "show", "br", "virbr0").stdout
    return {key: found.get(key) for key in ("master", "isolated", "learning", "flood", "hairpin")}, FIXED in table


def test_what_is_no_guest_is_put_back_too_with_what_its_port_was_set_to(networks: Networks) -> None:
    plug(networks)
    give(networks)
    networks.host.run("ip", "link", "add", "link", "virbr0", "name", "over0", "type", "macvlan")
    before, of_bridge = port(networks), given(networks)
    assert before[0] == {"master": "virbr0", "isolated": True, "learning": False, "flood": False, "hairpin": True}
    told = networks.enable("--tftp-root", networks.root())
    assert "so it is with what else is on the bridge: test0" in told
    assert "what somebody has added to virbr0 is put back on it: 198.51.100.1/24" in told
    assert "names that its running DNS alone has are put back: nas (192.168.122.50)" in told
    assert "this is lost, and has to be made anew: devices over virbr0: over0" in told
    assert (port(networks), given(networks)) == (before, of_bridge)
    networks.done("disable", "default", "--yes")
    assert (port(networks), given(networks)) == (before, of_bridge)


@pytest.mark.guest
def test_a_tap_that_a_restart_by_hand_has_cut_off_is_found_and_put_back(networks: Networks) -> None:
    networks.enable("--tftp-root", networks.root())
    guest = defined(networks.host, "cut-off", 1)
    networks.host.virsh("start", guest.name, "--paused")
    assert networks.shown()["without_bridge"] == []
    networks.host.virsh("net-destroy", "default")
    networks.host.virsh("net-start", "default")
    assert networks.shown()["without_bridge"] == [guest.tap]
    assert "tap-without-bridge" in networks.problems()
    assert f"put back on virbr0: {guest.tap} of cut-off" in networks.enable()
    assert networks.shown()["without_bridge"] == []
    guest.destroy()


def enable_by_netipl(networks: Networks, ip: str) -> subprocess.CompletedProcess[str]:
    """With a program `ip` that is this script, on a host with settings."""
    place = networks.host.directory / "bin"
    place.mkdir()
    (place / "ip").write_text(f'#!/bin/sh\n{ip}\nexec /sbin/ip "$@"\n')
    (place / "ip").chmod(0o755)
    config = networks.host.directory / "netipl.toml"
    config.write_text('[server]\nstate_directory = "state"\nrun_directory = "run"\n')
    environment = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
    command = ("enable", "default", "--server", "netipl", "--config", config, "--yes")
    return networks.host.run(*NETIPL, "network", *command, env=environment, check=False)


def test_a_port_that_goes_away_during_the_restart_is_nobodys_loss(networks: Networks) -> None:
    plug(networks)
    done = enable_by_netipl(networks, 'case "$*" in *"test0 master"*) /sbin/ip link del test0;; esac')
    assert done.returncode == 0, done.stderr
    assert (networks.shown()["server"], networks.shown()["changed_since_start"]) == ("netipl", [])


def test_a_port_that_cannot_be_put_back_is_said_at_the_end_and_takes_nothing_back(networks: Networks) -> None:
    plug(networks)
    done = enable_by_netipl(networks, 'case "$*" in *"test0 master"*) exit 1;; esac')
    assert done.returncode == 3
    assert "test0 is not on virbr0 any more" in done.stderr
    assert "ip link set dev test0 master virbr0" in done.stderr
    assert (networks.shown()["server"], networks.shown()["changed_since_start"]) == ("netipl", [])
    assert "[networks.default]" in (networks.host.directory / "netipl.toml").read_text()


def test_a_port_that_cannot_be_set_as_it_was_is_said_with_what_sets_it(networks: Networks) -> None:
    plug(networks)
    read_only = '/sbin/ip "$@"; mount -o remount,bind,ro /sys; exit 0'
    done = enable_by_netipl(networks, f'case "$*" in *"test0 master"*) {read_only};; esac')
    assert done.returncode == 3
    assert "the port test0 is not set as before" in done.stderr
    networks.host.run("mount", "-o", "remount,bind,rw", "/sys")
    command = "echo 1 >/sys/class/net/test0/brport/isolated"
    assert command in done.stderr
    networks.host.run("sh", "-c", command)
    assert port(networks)[0]["isolated"]


def test_a_network_that_runs_as_netipl_made_it_and_is_defined_as_before_is_given_back(networks: Networks) -> None:
    before = networks.defined
    networks.enable("--tftp-root", networks.root())
    networks.define(before)
    networks.done("disable", "default", "--yes")
    assert (networks.defined, networks.shown()["changed_since_start"]) == (before, [])
    assert "<tftp" not in networks.running


@pytest.mark.guest
def test_a_guest_of_a_network_that_somebody_stopped_gets_it_back_with_the_start(networks: Networks) -> None:
    guest = defined(networks.host, "cut-off", 1)
    networks.host.virsh("start", guest.name, "--paused")
    networks.host.virsh("net-destroy", "default")
    told = networks.enable("--tftp-root", networks.root())
    assert f"what has lost its bridge is put back on it: {guest.tap} of cut-off" in told
    assert networks.shown()["without_bridge"] == []
    guest.destroy()


def test_the_spanning_tree_protocol_stays_on_where_a_device_may_be_part_of_a_ring(networks: Networks) -> None:
    plug(networks)
    told = networks.enable("--tftp-root", networks.root())
    assert "the spanning tree protocol stays on, since test0 may be part of a ring" in told
    assert networks.shown()["stp"]
    networks.enable("--no-stp")
    assert not networks.shown()["stp"]
    networks.enable()
    assert networks.shown()["stp"]
    networks.host.run("ip", "link", "delete", "test0")
    networks.enable()
    assert not networks.shown()["stp"]
