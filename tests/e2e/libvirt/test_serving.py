"""From an unchanged `default` network under a firewall that drops all, to a kernel that netipl serves, and back; root
only.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from netipl.protocols.dhcp4.codes import MessageType
from tests.libvirt_guest import KERNEL_LINE, boot_files, defined
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = [pytest.mark.root, pytest.mark.guest]

NETIPL = [sys.executable, "-m", "netipl.cli.main"]

POLICY = """
table inet filter {
    chain input { type filter hook input priority filter; policy drop; iif "lo" accept; }
    chain output { type filter hook output priority filter; policy drop; oif "lo" accept; }
}
"""
"""Without a word of connection tracking: what is not let through does not get through."""

SETTINGS = """# mine
[server]
state_directory = "state"
run_directory = "run"

[default] # for all
kernel = "boot/kernel.img"
initrd = "boot/initrd.img"
append = "console=ttysclp0"
"""

CONFIGURATION = "default linux\nlabel linux\nkernel kernel.img\ninitrd initrd.img\nappend console=ttysclp0\n"

AT_ONCE = [MessageType.DISCOVER, MessageType.OFFER, MessageType.REQUEST, MessageType.ACK]


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the network that libvirt's package brings, a firewall that drops all, and settings without a network."""
    with libvirt_host() as made:
        made.define_default_network()
        made.run("nft", "--file", "-", stdin=POLICY)
        boot_files(made.directory / "boot")
        (made.directory / "netipl.toml").write_text(SETTINGS)
        yield made


def netipl(host: LibvirtHost, *arguments: str | Path) -> str:
    return host.run(*NETIPL, *arguments).stdout


def network(host: LibvirtHost, verb: str, *arguments: str | Path) -> str:
    return netipl(host, "network", verb, "default", "--config", host.directory / "netipl.toml", "--yes", *arguments)


@contextmanager
def serving(host: LibvirtHost) -> Iterator[Path]:
    """`netipl serve`, and its log."""
    log = host.directory / "serve.log"
    with (
        log.open("ab") as output,
        host.running(*NETIPL, "serve", "-c", host.directory / "netipl.toml", "-v", "--json", output=output) as process,
    ):
        host.wait_for(lambda: bool(said(log, "serving")) or process.poll() is not None, "netipl serves")
        assert said(log, "serving"), log.read_text()
        yield log


def said(log: Path, words: str) -> list[dict[str, Any]]:  # Any: JSON
    """The lines of the log whose event contains `words`."""
    lines = [json.loads(line) for line in log.read_text().split("\n")[:-1] if line.startswith("{")]
    return [line for line in lines if words in line["event"]]


def state(host: LibvirtHost) -> tuple[str, str, str]:
    """What an administrator has: the network, the firewall, and the settings."""
    rules = host.run("nft", "list", "table", "inet", "filter").stdout
    return host.virsh("net-dumpxml", "default", "--inactive"), rules, (host.directory / "netipl.toml").read_text()


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("config", ["Bootfile name: 'guests/", "TFTP: Received guests/"]),
        (
            "probe-default",
            ["Bootfile name: '/'", "Trying pxelinux.cfg files", "TFTP: Received /pxelinux.cfg/default ("],
        ),
    ],
)
def test_both_ways_of_the_recipe_lead_through_a_policy_of_drop_and_all_is_as_it_was_afterwards(
    host: LibvirtHost, record_property: Callable[[str, object], None], method: str, found: list[str]
) -> None:
    (host.directory / "netipl.toml").write_text(f'{SETTINGS}method = "{method}"\n')
    before = state(host)
    network(host, "enable", "--server", "netipl")
    guest = defined(host, "test", 1)
    with serving(host), guest.started_with_capture() as messages:
        guest.says(KERNEL_LINE)
        exchange = messages()
    assert [each.kind for each in exchange][:4] == AT_ONCE
    record_property("DISCOVER to ACK in seconds", f"{exchange[3].at - exchange[0].at:.3f}")
    said_so = "\n".join(guest.console)
    places = [said_so.index(words) for words in ("Using TFTP server: 192.168.122.1", *found, "Loading", KERNEL_LINE)]
    assert places == sorted(places)
    guest.destroy()
    network(host, "disable")
    assert state(host) == before


def test_a_guest_boots_from_dnsmasq_under_the_usual_policy_of_drop(host: LibvirtHost) -> None:
    """Its TFTP answers from another port than the one that was asked, so the policy has to know of connections."""
    host.run("nft", "insert rule inet filter input ct state established,related accept")
    host.run("nft", "insert rule inet filter output ct state established,related,new accept")
    before = state(host)
    (host.directory / "boot/pxelinux.cfg").mkdir()
    (host.directory / "boot/pxelinux.cfg/default").write_text(CONFIGURATION)
    options = ("--server", "dnsmasq", "--tftp-root", host.directory / "boot")
    netipl(host, "network", "enable", "default", "--yes", *options)
    guest = defined(host, "test", 1)
    guest.start()
    guest.says(KERNEL_LINE)
    guest.destroy()
    netipl(host, "network", "disable", "default", "--yes")
    assert state(host) == before
