"""A dnsmasq beside us, ports that are taken, and interfaces that go away and come back."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import peers
from tests.integration.servers.dhcp4.daemon import LAB, SERVER, Settings, command, served, told, udhcpc
from tests.network_namespaces import Namespace, eventually, namespaces, veth

pytestmark = pytest.mark.root

SECOND: Settings = {
    "name": "second",
    "interface": "s1",
    "subnet": "203.0.113.0/24",
    "server": "203.0.113.1",
    "pools": ["203.0.113.100-203.0.113.199"],
}
ASK_ON = ("-t", "100", "-T", "1")


@pytest.fixture
def lines() -> Iterator[tuple[Namespace, Namespace]]:
    """Server and client, and two veth pairs between them."""
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/24", client, "c0", None)
        veth(server, "s1", "203.0.113.1/24", client, "c1", None)
        yield server, client


def dnsmasq(directory: Path, *how: str) -> list[str | Path]:
    return [
        peers.program("dnsmasq-base", "dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
        "--user=root", "--pid-file", "--log-facility=-", "--no-ping", "--interface=s1", "--except-interface=lo", *how,
        f"--dhcp-leasefile={directory}/dnsmasq.leases", "--dhcp-range=203.0.113.10,203.0.113.50",
    ]  # fmt: skip


@pytest.mark.parametrize("order", [("netipl", "dnsmasq"), ("dnsmasq", "netipl")], ids=lambda order: f"{order[0]} first")
@pytest.mark.parametrize("how", ["--bind-interfaces", "--bind-dynamic"])
def test_each_server_answers_on_its_own_interface(
    lines: tuple[Namespace, Namespace], tmp_path: Path, order: tuple[str, str], how: str
) -> None:
    server, client = lines
    with ExitStack() as stack:
        for name in order:
            if name == "netipl":
                daemon = stack.enter_context(served(server, tmp_path, *command(tmp_path)))
            else:
                log = stack.enter_context((tmp_path / "dnsmasq.log").open("wb"))
                environment = peers.environment("dnsmasq-base")
                stack.enter_context(server.running(*dnsmasq(tmp_path, how), output=log, env=environment))
                eventually(lambda: b"IP range" in (tmp_path / "dnsmasq.log").read_bytes(), "dnsmasq is ready")
        assert udhcpc(client, "c0", tmp_path, *ASK_ON).returncode == 0
        assert told(tmp_path, "udhcpc", "bound")["serverid"] == SERVER
        assert udhcpc(client, "c1", tmp_path, *ASK_ON).returncode == 0
        assert told(tmp_path, "udhcpc", "bound")["serverid"] == "203.0.113.1"
        assert told(tmp_path, "udhcpc", "bound")["ip"].startswith("203.0.113.")
        assert daemon.process.poll() is None


def test_a_port_that_is_taken_is_an_error_that_says_how_to_find_who_has_it(
    lines: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    server, _ = lines
    alone = dnsmasq(tmp_path)  # neither --bind-interfaces nor --bind-dynamic: it shares its port with nobody
    with server.running(*alone, env=peers.environment("dnsmasq-base")):
        eventually(lambda: ":0043 " in server.run("cat", "/proc/net/udp").stdout, "the port is taken")
        with served(server, tmp_path, *command(tmp_path), ready=False) as daemon:
            assert daemon.process.wait(60) == 3
    (line,) = daemon.said("cannot serve")
    assert "port 67" in line["error"]
    assert "ss -ulpn 'sport = :67'" in line["remedy"]
    assert "bind-dynamic" in line["remedy"]


def test_an_interface_made_anew_is_served_again_and_the_other_all_along(
    lines: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    server, client = lines
    with served(server, tmp_path, *command(tmp_path, LAB, SECOND)) as daemon:
        udhcpc(client, "c0", tmp_path, *ASK_ON)
        server.ip("link", "delete", "s0")
        daemon.wait_for("an interface went away")
        assert udhcpc(client, "c1", tmp_path, *ASK_ON).returncode == 0
        assert told(tmp_path, "udhcpc", "bound")["serverid"] == "203.0.113.1"
        veth(server, "s0", f"{SERVER}/24", client, "c0", None)
        daemon.wait_for("an interface came back")
        assert udhcpc(client, "c0", tmp_path, *ASK_ON).returncode == 0
        assert told(tmp_path, "udhcpc", "bound")["serverid"] == SERVER


def test_an_interface_that_comes_after_the_start_is_served(tmp_path: Path) -> None:
    with namespaces("s", "c") as (server, client), served(server, tmp_path, *command(tmp_path)) as daemon:
        daemon.wait_for("an interface does not exist yet")
        veth(server, "s0", f"{SERVER}/24", client, "c0", None)
        assert udhcpc(client, "c0", tmp_path, *ASK_ON).returncode == 0


def test_service_goes_on_after_down_and_up_and_without_an_address(
    lines: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    server, client = lines
    with served(server, tmp_path, *command(tmp_path)) as daemon:
        udhcpc(client, "c0", tmp_path, *ASK_ON)
        server.ip("link", "set", "s0", "down")
        server.ip("link", "set", "s0", "up")
        assert udhcpc(client, "c0", tmp_path, *ASK_ON).returncode == 0
        server.ip("address", "flush", "dev", "s0")
        server.ip("address", "add", f"{SERVER}/24", "dev", "s0")
        assert udhcpc(client, "c0", tmp_path, *ASK_ON).returncode == 0
        assert not daemon.said("an interface went away")
