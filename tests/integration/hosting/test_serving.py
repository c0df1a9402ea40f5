"""A libvirt network that netipl takes over, as the machines on it see it; root only."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.hosting.bystander import plugged_in
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = pytest.mark.root

NETIPL = [sys.executable, "-m", "netipl.cli.main"]
RESERVED = '<host mac="52:54:00:13:33:0a" name="z1" ip="192.168.122.10"/>'

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
    with serving(host):
        assert vm1.address() == address
        assert z1.address() == "192.168.122.10"
        guest = json.loads(host.run(*NETIPL, "guest", "list", "--json", env=_api(host)).stdout)
        assert (guest["name"], guest["address"]) == ("z1", "192.168.122.10")
        host.wait_for(lambda: resolved(host, "z1") == "192.168.122.10", "the name of the guest resolves")
        host.wait_for(lambda: resolved(host, "vm1") == address, "the name of the other machine does, too")
        assert host.virsh("net-dumpxml", "default", "--inactive").count("hostname") == 0
    network(host, "disable")
    assert host.virsh("net-dumpxml", "default", "--inactive") == before
    assert vm1.address() == address
    assert z1.address() == "192.168.122.10"


def _api(host: LibvirtHost) -> dict[str, str]:
    return {"NETIPL_API": str(host.directory / "run/api.sock"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
