"""What is done with a libvirt that is not this host's own is said, and everything else is refused with the reason."""

import sys

import pytest

from tests.integration.hosting.networks.conftest import Networks

pytestmark = pytest.mark.root

_THROUGH = f"""#!{sys.executable}
import socket, sys, threading, os
there = socket.socket(socket.AF_UNIX)
there.connect("/run/libvirt/libvirt-sock")
def out():
    while data := there.recv(65536):
        os.write(1, data)
threading.Thread(target=out, daemon=True).start()
while data := os.read(0, 65536):
    there.sendall(data)
"""
"""What SSH would be on the way to another host."""


def test_on_another_host_networks_are_shown_and_checked_and_not_changed(networks: Networks) -> None:
    command = networks.host.directory / "through"
    command.write_text(_THROUGH)
    command.chmod(0o755)
    uri = f"qemu+ext://other.example.com/system?command={command}"
    assert "192.168.122.0/24" in networks.done("list", "--connect", uri)
    assert networks.run("check", "--connect", uri).returncode == 1
    for verb in (("enable", "default", "--server", "dnsmasq"), ("disable", "default")):
        done = networks.run(*verb, "--connect", uri, "--yes")
        assert done.returncode == 3
        assert "is another host: its bridges and files cannot be changed from here" in done.stderr


def test_a_users_own_libvirt_has_no_networks_to_change(networks: Networks) -> None:
    file = networks.host.directory / "network.xml"
    file.write_text("<network><name>mine</name><ip address='192.0.2.1' prefix='24'/></network>")
    networks.host.virsh("--connect", "qemu:///session", "net-define", file)
    assert "mine" in networks.done("list", "--connect", "qemu:///session")
    done = networks.run("enable", "mine", "--server", "dnsmasq", "--connect", "qemu:///session", "--yes")
    assert done.returncode == 3
    assert "a user's own libvirt" in done.stderr


def test_a_libvirt_that_does_not_answer_is_said(networks: Networks) -> None:
    networks.host.stop_libvirtd()
    done = networks.run("list")
    assert done.returncode == 3
    assert "is libvirtd running" in done.stderr


def test_a_network_that_is_not_there_is_said(networks: Networks) -> None:
    done = networks.run("show", "nosuch")
    assert done.returncode == 1
    assert "has no network nosuch" in done.stderr


def test_a_network_without_a_definition_is_not_changed(networks: Networks) -> None:
    file = networks.host.directory / "network.xml"
    dhcp = "<dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp>"
    file.write_text(
        f"<network><name>mine</name><bridge name='virbr9'/><ip address='192.0.2.1' prefix='24'>{dhcp}</ip></network>"
    )
    networks.host.virsh("net-create", file)
    done = networks.run("enable", "mine", "--server", "dnsmasq", "--yes")
    assert done.returncode == 1
    assert "runs without a definition" in done.stderr
