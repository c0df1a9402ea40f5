"""A libvirt network that netipl takes over, as the machines on it see it; root only."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netipl.settings.tables import without_table
from tests.integration.hosting.bystander import plugged_in
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = pytest.mark.root

NETIPL = [sys.executable, "-m", "netipl.cli.main"]
RESERVED = '<host mac="52:54:00:13:33:0a" name="z1" ip="192.168.122.10"/>'
COMMENT = "by `netipl network enable`"
OF_SOMEBODY = "<host ip='192.168.122.50'><hostname>nas</hostname></host>"
"""What somebody has named, an address of the pool."""

POLICY = "table inet filter { chain input { type filter hook input priority filter; policy drop; iif lo accept; }\n}\n"
EARLIER = 'insert rule inet filter input iifname "virbr0" udp dport { 69 } accept comment "netipl: virbr0"\n'

ASK = """
import socket, sys
name = sys.argv[1].encode()
question = b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + bytes([len(name)]) + name + b"\\0\\0\\1\\0\\1"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.settimeout(60)
    asking.sendto(question, ("192.168.122.1", 53))
    answer = asking.recv(512)
print(socket.inet_ntoa(answer[-4:]) if answer[7] else "nothing")
"""


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the network that libvirt's package brings, and settings that say where netipl keeps its own."""
    with libvirt_host() as made:
        made.define_default_network()
        made.run("sh", "-c", "echo 0 >/sys/class/net/virbr0/bridge/stp_state")  # what the machines wait for, not netipl
        (made.directory / "netipl.toml").write_text('[server]\nstate_directory = "state"\nrun_directory = "run"\n')
        yield made


def network(host: LibvirtHost, verb: str, *arguments: str | Path) -> str:
    """`netipl network VERB default`, which has to work."""
    config = host.directory / "netipl.toml"
    return host.run(*NETIPL, "network", verb, "default", "--config", config, "--yes", *arguments).stdout


@contextmanager
def serving(host: LibvirtHost) -> Iterator[None]:
    log = host.directory / "serve.log"
    command: tuple[str | Path, ...] = (*NETIPL, "serve", "--config", host.directory / "netipl.toml", "--json")
    with log.open("wb") as output, host.running(*command, output=output) as process:
        host.wait_for(lambda: '"event": "serving"' in log.read_text() or process.poll() is not None, "netipl serves")
        assert process.poll() is None, log.read_text()
        yield


def resolved(host: LibvirtHost, name: str) -> str:
    """What libvirt's dnsmasq says."""
    return host.run(sys.executable, "-c", ASK, name).stdout.strip()


def test_machines_keep_their_addresses_and_names(host: LibvirtHost) -> None:
    host.virsh("net-update", "default", "add", "ip-dhcp-host", RESERVED, "--live", "--config")
    before = host.virsh("net-dumpxml", "default", "--inactive")
    vm1 = plugged_in(host, "vm1", "52:54:00:00:00:aa")
    z1 = plugged_in(host, "z1", "52:54:00:13:33:0a")
    address = vm1.address()
    assert resolved(host, "vm1") == address
    said = network(host, "enable", "--server", "netipl")
    assert f"52:54:00:00:00:aa {address} until" in said
    assert not [path for path in (host.directory / "state").iterdir() if path.suffix == ".sqlite"]
    host.virsh("net-update", "default", "add", "dns-host", OF_SOMEBODY, "--live")
    with serving(host):
        assert vm1.address() == address
        assert z1.address() == "192.168.122.10"
        guest = json.loads(host.run(*NETIPL, "guest", "list", "--json", env=_api(host)).stdout)
        assert (guest["name"], guest["address"]) == ("z1", "192.168.122.10")
        host.wait_for(lambda: resolved(host, "z1") == "192.168.122.10", "the name of the guest resolves")
        host.wait_for(lambda: resolved(host, "vm1") == address, "the name of the other machine does, too")
        assert resolved(host, "nas") == "192.168.122.50"
        new = plugged_in(host, "vm2", "52:54:00:00:00:bb")
        address_of_new = new.address()
        assert host.virsh("net-dumpxml", "default", "--inactive").count("hostname") == 0
    assert f"52:54:00:00:00:bb {address_of_new} until" in network(host, "disable")
    assert host.virsh("net-dumpxml", "default", "--inactive") == before
    assert address_of_new in host.virsh("net-dhcp-leases", "default")
    assert new.address() == address_of_new
    assert vm1.address() == address
    assert z1.address() == "192.168.122.10"


def test_what_fails_late_leaves_everything_as_it_was(host: LibvirtHost) -> None:
    """Rules that an earlier enabling had made, too."""
    host.run("nft", "--file", "-", stdin=POLICY + EARLIER)
    state = host.directory / "state"
    when_started(host, f"mount -t tmpfs -o ro none {state}")
    before = everything(host)
    command = (
        "network",
        "enable",
        "default",
        "--server",
        "netipl",
        "--config",
        host.directory / "netipl.toml",
        "--yes",
    )
    done = host.run(*NETIPL, *command, check=False)
    assert done.returncode == 3
    assert "Read-only file system" in done.stderr
    assert "hand 0 leases over to netipl ..." in done.stdout
    assert everything(host) == before


def test_a_table_by_which_machines_lose_their_addresses_is_refused(host: LibvirtHost) -> None:
    config = host.directory / "netipl.toml"
    mine = '[networks.prod]\ninterface = "virbr0"\nsubnet = "192.168.122.0/24"\nserver = "192.168.122.1"\n'
    config.write_text(config.read_text() + mine)
    before = everything(host)
    command = ("network", "enable", "default", "--server", "netipl", "--config", config, "--yes")
    done = host.run(*NETIPL, *command, check=False)
    assert (done.returncode, everything(host)) == (1, before)
    assert "no pools" in done.stderr
    config.write_text(config.read_text() + 'pools = ["192.168.122.2-192.168.122.99"]\nunknown = "pool"\n')
    assert "pools of [networks.prod] is" in network(host, "enable", "--server", "netipl")
    assert "its lines stay" in network(host, "disable")
    assert '# [networks.prod]\n# interface = "virbr0"\n' in config.read_text()


def test_reservations_outlive_an_enabling_that_is_killed(host: LibvirtHost) -> None:
    """When the network has been started anew, and nothing was done after."""
    host.virsh("net-update", "default", "add", "ip-dhcp-host", RESERVED, "--live", "--config")
    address = plugged_in(host, "vm1", "52:54:00:00:00:aa").address()
    number, config = host.directory / "pid", host.directory / "netipl.toml"
    when_started(host, f"kill -9 $(cat {number})")
    command = " ".join(map(str, (*NETIPL, "network", "enable", "default", "--server", "netipl", "--config", config)))
    assert host.run("sh", "-c", f"echo $$ >{number}; exec {command} --yes", check=False).returncode
    assert f"{address} until" in network(host, "enable", "--server", "netipl")
    with serving(host):
        guest = json.loads(host.run(*NETIPL, "guest", "list", "--json", env=_api(host)).stdout)
        assert (guest["name"], guest["address"]) == ("z1", "192.168.122.10")
        assert '"leases": 1' in (host.directory / "serve.log").read_text()
    assert list((host.directory / "state").glob("handed-over-*")) == []


def when_started(host: LibvirtHost, command: str) -> None:
    """Libvirt runs it once, when it starts the network next; it reads its hooks when it begins."""
    once, hooks = host.directory / "once", "/etc/libvirt/hooks"
    script = f'#!/bin/sh\n[ "$2" = started ] && [ ! -e {once} ] && touch {once} && {command}\nexit 0\n'
    host.run("sh", "-c", f"mkdir -p {hooks}; cat >{hooks}/network; chmod 755 {hooks}/network", stdin=script)
    host.stop_libvirtd()
    host.run("libvirtd", "--daemon")
    host.wait_for(lambda: not host.run("virsh", "uri", check=False).returncode, "libvirtd answers")


def test_a_network_that_a_daemon_would_go_on_to_serve_is_not_given_back(host: LibvirtHost) -> None:
    network(host, "enable", "--server", "netipl")
    with serving(host):
        before = everything(host)
        command = ("network", "disable", "default", "--config", host.directory / "netipl.toml", "--yes")
        done = host.run(*NETIPL, *command, check=False)
        assert done.returncode == 1
        assert "end it first: kill" in done.stderr
        assert everything(host) == before
        take_table_out(host)
        done = host.run(*NETIPL, *command, check=False)
        assert done.returncode == 1
        assert "end it first: kill" in done.stderr
        assert everything(host)[:-1] == before[:-1]


def test_what_netipl_has_not_taken_over_yet_is_taken_back(host: LibvirtHost) -> None:
    before = everything(host)
    network(host, "enable", "--server", "netipl")
    assert [path.name for path in (host.directory / "state").iterdir()] == ["handed-over-default.json"]
    assert "take back" in network(host, "disable")
    assert list((host.directory / "state").iterdir()) == []
    assert everything(host) == before


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_daemon_with_other_networks_lets_go_of_one(host: LibvirtHost, *, by_hand: bool) -> None:
    """Also if somebody has taken the table out of the settings, and the daemon has not heard of it."""
    with_another_network(host)
    vm1 = plugged_in(host, "vm1", "52:54:00:00:00:aa")
    network(host, "enable", "--server", "netipl")
    with serving(host):
        if by_hand:
            take_table_out(host)
        assert "read its settings again" in network(host, "disable")
        assert "settings read again" in (host.directory / "serve.log").read_text()
        vm1.address()
    shown = host.virsh("net-dhcp-leases", "default")
    assert "52:54:00:00:00:aa" in shown


def test_where_the_daemon_cannot_read_its_settings_dnsmasq_does_not_begin(host: LibvirtHost) -> None:
    with_another_network(host, 'user = "nobody"\n')
    (host.directory / "netipl.toml").chmod(0o600)
    network(host, "enable", "--server", "netipl")
    with serving(host):
        before = everything(host)
        command = ("network", "disable", "default", "--config", host.directory / "netipl.toml", "--yes")
        done = host.run(*NETIPL, *command, check=False)
        assert (done.returncode, everything(host)) == (3, before)
        assert "serves it still" in done.stderr


def take_table_out(host: LibvirtHost) -> None:
    """Of the settings, with an editor."""
    config = host.directory / "netipl.toml"
    config.write_text(without_table(config.read_text(), ("networks", "default"), comment=COMMENT))


def with_another_network(host: LibvirtHost, server: str = "") -> None:
    """In the settings, and more in their table of the server."""
    host.run("ip", "link", "add", "other0", "type", "bridge")
    config = host.directory / "netipl.toml"
    other = '[networks.other]\ninterface = "other0"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\n'
    config.write_text(config.read_text() + server + other)


def everything(host: LibvirtHost) -> list[str]:
    """What an administrator has."""
    return [
        host.virsh("net-dumpxml", "default"),
        host.virsh("net-dumpxml", "default", "--inactive"),
        host.run("nft", "list", "tables").stdout,
        host.run("sh", "-c", "nft list table inet filter || true").stdout,
        (host.directory / "netipl.toml").read_text(),
    ]


def _api(host: LibvirtHost) -> dict[str, str]:
    return {**os.environ, "NETIPL_API": str(host.directory / "run/api.sock")}
