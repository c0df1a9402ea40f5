"""A restart of a network is interrupted where it hurts most, and everybody gets the network back; root only."""

import signal
import sys

import pytest

from tests.integration.hosting.networks.conftest import NETIPL, Networks
from tests.integration.hosting.networks.test_restart import FIXED, give, given, plug, port

pytestmark = pytest.mark.root

HOOK = """#!/bin/sh
[ "$2" = stopped ] && mkdir {once} 2>/dev/null || exit 0
{command}
"""
"""libvirtd runs it when a network has stopped; it does something the first time."""

CONFIG = '[server]\nstate_directory = "state"\nrun_directory = "run"\n'


def when_stopped(networks: Networks, command: str) -> None:
    """A hook with that command, which libvirtd finds when it starts."""
    host = networks.host
    hook = HOOK.format(once=host.directory / "once", command=command)
    script = "mkdir -p /etc/libvirt/hooks; cat >/etc/libvirt/hooks/network; chmod 755 /etc/libvirt/hooks/network"
    host.run("sh", "-c", script, stdin=hook)
    host.stop_libvirtd()
    host.run("libvirtd", "--daemon")
    host.wait_for(lambda: host.run("virsh", "uri", check=False).returncode == 0, "libvirtd answers")


def test_libvirtd_that_ends_between_stop_and_start_is_waited_for(networks: Networks) -> None:
    plug(networks)
    before = port(networks)
    kill = "(kill -9 $(cat /run/libvirtd.pid); exec libvirtd --daemon) >/dev/null 2>&1 &"
    when_stopped(networks, kill)
    config = networks.host.directory / "netipl.toml"
    config.write_text(CONFIG)
    networks.enable("--config", config, server="netipl")
    assert (networks.host.directory / "once").exists()
    assert (networks.shown()["server"], networks.shown()["changed_since_start"]) == ("netipl", [])
    assert port(networks) == before
    assert FIXED in networks.host.run("bridge", "fdb", "show", "br", "virbr0").stdout


IMPATIENT = """
from netipl.integrations.libvirt import connection
connection.PATIENCE = 5.0
from netipl.cli.main import main
main()
"""


def test_libvirtd_that_hangs_is_not_waited_for_for_ever_and_what_is_left_is_said(networks: Networks) -> None:
    host = networks.host
    plug(networks)
    before, root = port(networks), networks.root()
    when_stopped(networks, "kill -STOP $(cat /run/libvirtd.pid)")
    command = ("network", "enable", "default", "--server", "dnsmasq", "--yes", "--tftp-root", root)
    done = host.run(sys.executable, "-c", IMPATIENT, *command, check=False)
    assert done.returncode == 3
    assert "default may be stopped: libvirt at qemu:///system does not answer within 5 s" in done.stderr
    assert "virsh net-start default; ip link set dev test0 master virbr0; or run this again then" in done.stderr
    assert "it is still defined anew" in done.stderr
    listed = host.run(sys.executable, "-c", IMPATIENT, "network", "list", check=False)
    assert (listed.returncode, "restart libvirtd" in listed.stderr) == (3, True)
    host.run("sh", "-c", "kill -CONT $(cat /run/libvirtd.pid)")
    host.wait_for(lambda: "default" not in host.virsh("net-list"), "libvirtd has stopped the network")
    networks.enable()
    assert port(networks) == before


@pytest.mark.parametrize("then", ["enable", "disable"])
def test_what_a_command_that_was_killed_had_taken_off_is_put_back_by_the_next(networks: Networks, then: str) -> None:
    plug(networks)
    give(networks)
    before, definition = (port(networks), given(networks)), networks.defined
    host = networks.host
    when_stopped(networks, f"kill -9 $(cat {host.directory}/pid)")
    command = " ".join([*NETIPL, "network enable default --server dnsmasq --yes --tftp-root", str(networks.root())])
    killed = host.run("sh", "-c", f"echo $$ >{host.directory}/pid; exec {command}", check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not networks.shown()["active"]
    assert "test0" not in host.run("bridge", "link").stdout
    told = networks.enable() if then == "enable" else networks.done("disable", "default", "--yes")
    assert "what has lost its bridge is put back on it: test0" in told
    assert networks.shown()["active"]
    assert (port(networks), given(networks)) == before
    assert (networks.defined == definition) is (then == "disable")
    again = networks.enable() if then == "enable" else networks.done("disable", "default", "--yes")
    assert "nothing is to be done" in again
    if then == "disable":
        stays_stopped(networks)


def stays_stopped(networks: Networks) -> None:
    """A network that somebody has stopped after a restart was cut off, of which the file is still there."""
    host = networks.host
    host.virsh("net-destroy", "default")
    uuid = host.virsh("net-uuid", "default").strip()
    left = f"/run/netipl-networks/{uuid}.json"
    host.run("sh", "-c", f"cat >{left}", stdin='{"ports": [], "names": [], "added": {}}')
    assert "brought to its end" in networks.done("disable", "default", "--dry-run")
    assert "it stays stopped" in networks.done("disable", "default", "--no-restart", "--yes")
    assert not networks.shown()["active"]
    assert "nothing is to be done" in networks.done("disable", "default", "--yes")
