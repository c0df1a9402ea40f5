"""Clients and relays of others, each in a network namespace, with the server at the other end of a veth pair."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP
from scapy.utils import rdpcap

from tests import peers
from tests.integration.servers.dhcp4.daemon import (
    LAB,
    SERVER,
    Settings,
    captured,
    command,
    dhclient,
    served,
    told,
    udhcpc,
)
from tests.network_namespaces import Namespace, eventually, namespaces, veth

pytestmark = pytest.mark.root

POOL = tuple(f"192.0.2.{host}" for host in range(100, 200))


@pytest.fixture
def line() -> Iterator[tuple[Namespace, Namespace]]:
    """Server and client, and one veth pair between them."""
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/24", client, "c0", None)
        yield server, client


def test_udhcpc_gets_an_address_by_unicast_and_the_same_again(
    line: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    server, client = line
    with served(server, tmp_path, *command(tmp_path)):
        assert udhcpc(client, "c0", tmp_path).returncode == 0
        first = told(tmp_path, "udhcpc", "bound")
        assert first["ip"] in POOL
        assert (first["subnet"], first["router"], first["serverid"]) == ("255.255.255.0", SERVER, SERVER)
        udhcpc(client, "c0", tmp_path)
        assert told(tmp_path, "udhcpc", "bound")["ip"] == first["ip"]


def test_udhcpc_that_asks_for_broadcasts_gets_its_address(line: tuple[Namespace, Namespace], tmp_path: Path) -> None:
    server, client = line
    with served(server, tmp_path, *command(tmp_path)):
        assert udhcpc(client, "c0", tmp_path, "-B").returncode == 0
    assert told(tmp_path, "udhcpc", "bound")["ip"] in POOL


def test_a_lease_is_known_after_the_server_was_started_again(line: tuple[Namespace, Namespace], tmp_path: Path) -> None:
    server, client = line
    addresses = set()
    for _ in range(2):
        with served(server, tmp_path, *command(tmp_path)):
            udhcpc(client, "c0", tmp_path)
        addresses.add(told(tmp_path, "udhcpc", "bound")["ip"])
    assert len(addresses) == 1


def test_dhclient_binds_renews_by_unicast_and_releases(line: tuple[Namespace, Namespace], tmp_path: Path) -> None:
    server, client = line
    environment = peers.environment("isc-dhcp-client")
    start = dhclient(client, "c0", tmp_path)
    network: Settings = {**LAB, "lease_time": 6}
    with served(server, tmp_path, *command(tmp_path, network)):
        with client.running(*start, env=environment):
            eventually(lambda: told(tmp_path, "dhclient", "BOUND"), "dhclient is bound")
            bound = told(tmp_path, "dhclient", "BOUND")
            client.ip("address", "add", f"{bound['new_ip_address']}/24", "dev", "c0")
            eventually(lambda: told(tmp_path, "dhclient", "RENEW"), "dhclient renews before its lease ends")
        assert client.run(*start, "-r", env=environment).returncode == 0
    assert bound["new_ip_address"] in POOL
    assert told(tmp_path, "dhclient", "RENEW")["new_ip_address"] == bound["new_ip_address"]
    assert told(tmp_path, "dhclient", "RELEASE")["old_ip_address"] == bound["new_ip_address"]


BEHIND: Settings = {
    "name": "behind",
    "subnet": "198.51.100.0/24",
    "server": SERVER,
    "relays": ["198.51.100.1"],
    "pools": ["198.51.100.100-198.51.100.199"],
}


@pytest.fixture
def relayed() -> Iterator[tuple[Namespace, Namespace, Namespace]]:
    """Server, relay and client in a row."""
    with namespaces("s", "r", "c") as (server, relay, client):
        veth(server, "s0", f"{SERVER}/24", relay, "up0", "192.0.2.2/24")
        veth(relay, "down0", "198.51.100.1/24", client, "c0", None)
        server.ip("route", "add", "198.51.100.0/24", "via", "192.0.2.2")
        yield server, relay, client


def relay_of_isc() -> list[str | Path]:
    """Appends option 82, and forwards no reply without it."""
    return [
        peers.program("isc-dhcp-relay", "dhcrelay"), "-4", "-d", "-a", "-id", "down0", "-iu", "up0", "--no-pid", SERVER,
    ]  # fmt: skip


def relay_of_dnsmasq() -> list[str | Path]:
    return [
        peers.program("dnsmasq-base", "dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
        "--user=root", "--pid-file", "--log-facility=-", f"--dhcp-relay=198.51.100.1,{SERVER}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("package", "relay_command"),
    [
        pytest.param("isc-dhcp-relay", relay_of_isc, id="of ISC, which adds option 82"),
        pytest.param("dnsmasq-base", relay_of_dnsmasq, id="of dnsmasq"),
    ],
)
@pytest.mark.parametrize("interface", ["s0", None], ids=["by a served interface", "by an address alone"])
def test_a_client_behind_a_relay_gets_an_address(
    relayed: tuple[Namespace, Namespace, Namespace],
    tmp_path: Path,
    package: str,
    relay_command: Callable[[], list[str | Path]],
    interface: str | None,
) -> None:
    server, relay, client = relayed
    networks = [BEHIND] if interface is None else [LAB, BEHIND]
    with (
        served(server, tmp_path, *command(tmp_path, *networks)),
        captured(server, "s0", tmp_path) as packets,
        (tmp_path / "relay.log").open("wb") as log,
        relay.running(*relay_command(), output=log, env=peers.environment(package)),
    ):
        assert udhcpc(client, "c0", tmp_path, "-t", "10", "-T", "1").returncode == 0, log.name
        eventually(lambda: b"\x35\x01\x05" in packets.read_bytes(), "the ACK is captured")
    given = told(tmp_path, "udhcpc", "bound")
    assert given["ip"].startswith("198.51.100.1")
    assert given["serverid"] == SERVER
    ack = next(frame for frame in rdpcap(str(packets)) if ("message-type", 5) in frame[DHCP].options)
    assert (ack[IP].src, ack[IP].dst, ack.sport, ack.dport) == (SERVER, "198.51.100.1", 67, 67)
    assert ack[BOOTP].giaddr == "198.51.100.1"
    names = [option[0] for option in ack[DHCP].options if isinstance(option, tuple)]
    assert ("relay_agent_information" in names) == (package == "isc-dhcp-relay")
