"""From an unchanged `default` network of a real libvirtd to a kernel that starts, through `netipl network`."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netipl.protocols.dhcp4.codes import MessageType
from tests.dhcp_capture import Heard
from tests.e2e.libvirt import by_hand
from tests.libvirt_guest import KERNEL_LINE, LibvirtGuest, boot_files, defined
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = [pytest.mark.root, pytest.mark.guest]

NETIPL = [sys.executable, "-m", "netipl.cli.main"]

RECIPE = """\
# pxelinux
default linux
label linux
kernel kernel.img
initrd initrd.img
append console=ttysclp0
"""

AT_ONCE = [MessageType.DISCOVER, MessageType.OFFER, MessageType.REQUEST, MessageType.ACK]

HEARD = re.compile(r"guest: heard (\d+)\.")

FOUND = {
    "pxelinux.cfg": ("Bootfile name: 'pxelinux.cfg'", "TFTP: Received pxelinux.cfg ("),
    "/": ("Bootfile name: '/'", "Trying pxelinux.cfg files...", "TFTP: Received /pxelinux.cfg/default ("),
}

OF_OPTIONS = """\
[server]
state_directory = "state"
[networks.default]
interface = "virbr0"
subnet = "192.168.122.0/24"
server = "192.168.122.1"
[guests.test]
mac = "52:54:00:13:33:01"
address = "192.168.122.77"
method = "options"
kernel = "files/kernel.img"
initrd = "files/initrd.img"
append = "console=ttysclp0 netipl.marker=by-options"
"""

CONNECTED = """#!/bin/sh
. /etc/start
network
sleep 100000 | nc 192.168.122.1 7007
echo "guest: the connection is lost"
sleep 100000
"""
"""The first process of a guest that holds one TCP connection, and prints what it is sent."""

COUNTING = """
import socket, time
with socket.create_server(("0.0.0.0", 7007)) as server:
    peer, _ = server.accept()
    for number in range(1_000_000):
        peer.sendall(b"guest: heard %d.\\n" % number)
        time.sleep(0.2)
"""
"""The other end, on the host: sends a number five times a second."""


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the network that libvirt's package brings, unchanged."""
    with libvirt_host() as made:
        made.define_default_network()
        yield made


def network(host: LibvirtHost, *arguments: str | Path) -> str:
    """`netipl network ARGUMENTS`, which has to work."""
    return host.run(*NETIPL, "network", *arguments).stdout


def root_of_the_recipe(host: LibvirtHost, boot_file: str) -> Path:
    """Where the boot file is a configuration, and where the firmware looks for one in a directory."""
    root = host.directory / "tftpboot"
    boot_files(root)
    place = root / "pxelinux.cfg"
    if boot_file == "/":
        place.mkdir()
        place /= "default"
    place.write_text(RECIPE)
    return root


def exchange(guest: LibvirtGuest) -> list[Heard]:
    """The DHCP messages of one boot, to the first ACK."""
    with guest.started_with_capture() as messages:
        guest.says(KERNEL_LINE)
        heard = messages()
    guest.destroy()
    return heard[: [each.kind for each in heard].index(MessageType.ACK) + 1]


@pytest.mark.parametrize("boot_file", FOUND)
def test_the_original_recipe_through_netipl(host: LibvirtHost, boot_file: str) -> None:
    root = root_of_the_recipe(host, boot_file)
    network(host, "enable", "default", "--server", "dnsmasq", "--tftp-root", root, "--boot-file", boot_file, "--yes")
    network(host, "check", "default")
    guest = defined(host, "test", 1)
    assert [each.kind for each in exchange(guest)] == AT_ONCE
    rest = iter(guest.console)
    for words in (
        "Using IPv4 address: 192.168.122.",
        "Using TFTP server: 192.168.122.1",
        *FOUND[boot_file],
        "Loading pxelinux.cfg entry 'linux'",
        "TFTP: Received kernel.img (",
        "TFTP: Received initrd.img (",
        "Network loading done, starting kernel...",
        KERNEL_LINE,
    ):
        assert any(words in line for line in rest), f"{words!r} in its order: {guest.console}"


def test_what_is_lost_and_waited_for_by_hand_is_answered_at_once_through_netipl(host: LibvirtHost) -> None:
    by_hand.edit_network(host, root=root_of_the_recipe(host, "/"), boot_file="/")
    before = exchange(defined(host, "test", 1))
    assert [each.kind for each in before].count(MessageType.DISCOVER) > 1
    network(host, "enable", "default", "--server", "dnsmasq", "--yes")
    stranger = exchange(defined(host, "stranger", 2))
    assert [each.kind for each in stranger] == AT_ONCE


def test_a_guest_of_netipl_gets_its_address_and_options_209_and_210(host: LibvirtHost) -> None:
    boot_files(host.directory / "files")
    config = host.directory / "netipl.toml"
    config.write_text(OF_OPTIONS)
    root = host.directory / "tftpboot"
    network(host, "enable", "default", "--server", "dnsmasq", "--tftp-root", root, "--config", config, "--yes")
    guest = defined(host, "test", 1)
    guest.start()
    guest.says("netipl: marker by-options")
    said = "\n".join(guest.console)
    assert "Using IPv4 address: 192.168.122.77" in said


@contextmanager
def connected(host: LibvirtHost, guest: LibvirtGuest) -> Iterator[None]:
    """A guest that holds a connection to this host, all the time."""
    with host.running(sys.executable, "-c", COUNTING):
        guest.start()
        guest.says("guest: heard 3.")
        yield
        assert "guest: the connection is lost" not in guest.console


def last_heard(guest: LibvirtGuest) -> int:
    """The last whole number that it was sent and has printed."""
    return int(HEARD.findall("\n".join(guest.console))[-1])


def test_a_running_guest_keeps_its_connection_over_the_restart_of_its_network(host: LibvirtHost) -> None:
    root = host.directory / "tftpboot"
    boot_files(root, init=CONNECTED)
    (root / "pxelinux.cfg").write_text(RECIPE)
    by_hand.edit_network(host, root=root, boot_file="pxelinux.cfg")
    guest = defined(host, "test", 1)
    with connected(host, guest):
        for verb, *options in (("enable", "--server", "dnsmasq"), ("disable",), ("enable", "--server", "netipl")):
            bridge = host.run("cat", "/sys/class/net/virbr0/ifindex").stdout
            told = network(host, verb, "default", *options, "--yes")
            assert "these guests run on it, lose it for a moment and are put back on its bridge: test" in told
            assert host.run("cat", "/sys/class/net/virbr0/ifindex").stdout != bridge
            guest.says(f"guest: heard {last_heard(guest) + 20}.")
    network(host, "disable", "default", "--yes")
    guest.destroy()
    guest.start()
    guest.says(KERNEL_LINE)
