"""From an unchanged `default` network of a real libvirtd to a kernel that starts, through `netipl network`; root only."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.protocols.dhcp4.codes import MessageType
from tests.libvirt_guest import KERNEL_LINE, boot_files, defined
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = [pytest.mark.root, pytest.mark.guest]

NETIPL = [sys.executable, "-m", "netipl.cli.main"]

RECIPE = """# pxelinux
default linux
label linux
kernel kernel.img
initrd initrd.img
append console=ttysclp0
"""

AT_ONCE = [MessageType.DISCOVER, MessageType.OFFER, MessageType.REQUEST, MessageType.ACK]

CONNECTED = """#!/bin/sh
. /etc/start
network
echo "guest: connecting"
sleep 100000 | nc 192.168.122.1 7007
echo "guest: the connection is lost"
sleep 100000
"""
"""A guest that holds one TCP connection, and prints what it is sent."""

COUNTING = """
import socket, sys, time
with socket.create_server(("0.0.0.0", 7007)) as server:
    peer, _ = server.accept()
    for number in range(1_000_000):
        peer.sendall(b"guest: heard %d.\\n" % number)
        open(sys.argv[1], "w").write(str(number))
        time.sleep(0.2)
"""
"""The other end, on the host: sends a number five times a second, and writes down the last one."""


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the network that libvirt's package brings, unchanged."""
    with libvirt_host() as made:
        made.define_default_network()
        yield made


def network(host: LibvirtHost, *arguments: str | Path) -> str:
    """`netipl network ARGUMENTS`, which has to work."""
    return host.run(*NETIPL, "network", *arguments).stdout


def recipe_of_a_file(root: Path) -> list[str]:
    """The first variant: the boot file is a configuration."""
    (root / "pxelinux.cfg").write_text(RECIPE)
    return ["--boot-file", "pxelinux.cfg"]


def recipe_of_a_directory(root: Path) -> list[str]:
    """The second: the firmware looks for one in a directory."""
    (root / "pxelinux.cfg").mkdir()
    (root / "pxelinux.cfg" / "default").write_text(RECIPE)
    return []


@pytest.mark.parametrize(
    ("write", "received"),
    [
        (recipe_of_a_file, ["Bootfile name: 'pxelinux.cfg'", "TFTP: Received pxelinux.cfg ("]),
        (
            recipe_of_a_directory,
            ["Bootfile name: '/'", "Trying pxelinux.cfg files...", "TFTP: Received /pxelinux.cfg/default ("],
        ),
    ],
)
def test_the_original_recipe_through_netipl_leads_from_the_first_discover_to_a_kernel(
    host: LibvirtHost, write, received: list[str]
) -> None:
    root = host.directory / "tftpboot"
    boot_files(root)
    options = write(root)
    network(host, "enable", "default", "--server", "dnsmasq", "--tftp-root", root, *options, "--yes")
    guest = defined(host, "test", 1)
    with guest.started_with_capture() as messages:
        guest.says(KERNEL_LINE)
        exchange = messages()
    assert [each.kind for each in exchange][:4] == AT_ONCE
    said = "\n".join(guest.console)
    expected = [
        "Using IPv4 address: 192.168.122.",
        "Using TFTP server: 192.168.122.1",
        *received,
        "Loading pxelinux.cfg entry 'linux'",
        "TFTP: Received kernel.img (",
        "TFTP: Received initrd.img (",
        "Network loading done, starting kernel...",
        KERNEL_LINE,
    ]
    places = [said.index(words) for words in expected]
    assert places == sorted(places)
    print(f"DISCOVER to ACK: {exchange[3].at - exchange[0].at:.3f} s")
