"""A restart of a network is interrupted where it hurts most, and everybody gets the network back; root only."""

import pytest

from tests.integration.hosting.networks.conftest import Networks
from tests.integration.hosting.networks.test_restart import FIXED, plug, port

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
