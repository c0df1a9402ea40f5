"""Networks whose DHCP is libvirt's: what is said of them, and what cannot be."""

from pathlib import Path

import pytest

from netipl.daemon import listeners
from netipl.guests.network import DhcpServer
from netipl.settings import libvirt_dhcp
from tests.unit.settings.files import LAB, complaint, settings

LIBVIRTS = f'{LAB}dhcp = "libvirt"\n'
NOWHERE = '[networks.far]\nsubnet = "198.51.100.0/24"\nserver = "198.51.100.1"\ndhcp = "libvirt"\n'


def test_netipl_serves_where_nothing_is_said(directory: Path) -> None:
    [network] = settings(directory, LAB).networks()
    assert (network.dhcp, network.libvirt_network, network.is_libvirts) == (DhcpServer.NETIPL, None, False)


def test_the_network_is_that_of_the_bridge_or_the_one_that_is_named(directory: Path) -> None:
    lab, far = settings(directory, f'{LIBVIRTS}{NOWHERE}libvirt_network = "default"\n').networks()
    assert (lab.is_libvirts, lab.interface, lab.libvirt_network) == (True, "lo", None)
    assert (far.is_libvirts, far.interface, far.libvirt_network) == (True, None, "default")


def test_without_a_table_libvirt_is_that_of_the_system(directory: Path) -> None:
    assert libvirt_dhcp.uri(settings(directory, LIBVIRTS).libvirt) == "qemu:///system"
    named = settings(directory, f'{LIBVIRTS}[libvirt]\nuri = "test:///default"\n')
    assert libvirt_dhcp.uri(named.libvirt) == "test:///default"


def test_nobody_is_warned_of_strangers_that_libvirt_answers(directory: Path) -> None:
    assert any("unknown clients are ignored" in each for each in settings(directory, LAB).warnings())
    assert not any("unknown clients are ignored" in each for each in settings(directory, LIBVIRTS).warnings())


def test_a_running_daemon_keeps_the_server_that_it_was_started_with(directory: Path) -> None:
    before, after = settings(directory, LAB).opened_once(), settings(directory, LIBVIRTS).opened_once()
    assert [key for key in before if before[key] != after[key]] == ["networks.lab"]


def test_dhcp_of_netipl_knows_no_interface_and_no_address_of_such_a_network(directory: Path) -> None:
    both = f'{LIBVIRTS}{NOWHERE.replace("libvirt", "netipl")}interface = "eth9"\n'
    assert [each.interface for each in listeners.answered(settings(directory, both))] == ["eth9"]
    assert listeners.answered(settings(directory, LIBVIRTS)) == []
    assert listeners.answered(settings(directory, f"{LAB}[dhcp]\nenabled = false\n")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(f'{LAB}libvirt_network = "default"\n', 'add dhcp = "libvirt"', id="a network for nothing"),
        pytest.param(NOWHERE, "it does not say which libvirt network", id="no network"),
        pytest.param(f'{LAB}dhcp = "dnsmasq"\n', "networks.lab.dhcp", id="no server"),
        pytest.param(f'{LIBVIRTS}libvirt_network = ""\n', "networks.lab.libvirt_network", id="no name"),
        pytest.param(
            f'{LIBVIRTS}pools = ["192.0.2.10-192.0.2.20"]\n', "networks.lab.pools: libvirt serves", id="pools"
        ),
        pytest.param(f'{LIBVIRTS}relays = ["192.0.2.9"]\n', "networks.lab.relays: libvirt serves", id="relays"),
        pytest.param(
            f'{LIBVIRTS}lease_time = "2h"\n', "what libvirt's dnsmasq gives is said in the libvirt network", id="lease"
        ),
        pytest.param(f"{LIBVIRTS}authoritative = true\n", "libvirt serves DHCP here, not netipl", id="authority"),
        pytest.param(f'{LIBVIRTS}method = "combined"\n', "networks.lab.method: libvirt serves", id="method"),
        pytest.param(f'{LIBVIRTS}unknown = "pool"\n', "networks.lab.unknown: libvirt serves", id="strangers"),
        pytest.param(
            f'{LIBVIRTS}{NOWHERE.replace("libvirt", "netipl")}interface = "lo"\n',
            "networks.lab has another DHCP server on lo",
            id="two servers on one interface",
        ),
    ],
)
def test_what_cannot_be_is_told(directory: Path, text: str, words: str) -> None:
    assert words in complaint(directory, text)
