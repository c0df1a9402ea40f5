"""Firewalls of the kernel, in a namespace: what is said to be let through arrives, and what was opened is closed as it
was; root only.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from tests.integration.integrations.firewall import inside
from tests.network_namespaces import DEADLINE, Namespace, namespaces

pytestmark = pytest.mark.root

ENVIRONMENT: Final = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

MARKER: Final = "9"
"""The port that is open in every ruleset: once its datagram is here, so is whatever was sent before it and arrives."""

SEND: Final = """
import socket, sys
for port in map(int, sys.argv[1:]):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.bind(("192.168.122.50", 68 if port == 67 else 2001))
        sending.sendto(b"x", ("192.168.122.1", port))
"""

Host = tuple[Namespace, Namespace]


@pytest.fixture
def host() -> Iterator[Host]:
    """A bridge called as libvirt's with our address, and a guest on it."""
    with namespaces("h", "g") as (host, guest):
        for namespace, command in (
            (host, "link add virbr0 type bridge forward_delay 0"),
            (host, "address add 192.168.122.1/24 dev virbr0"),
            (host, "link set virbr0 up"),
            (host, f"link add tap type veth peer name eth0 netns {guest.name}"),
            (host, "link set tap master virbr0 up"),
            (guest, "address add 192.168.122.50/24 dev eth0"),
            (guest, "link set eth0 up"),
        ):
            namespace.ip(*command.split())
        yield host, guest


def run(host: Host, verb: str) -> list[str]:
    """The program `inside`, beside the firewall."""
    return host[0].run(sys.executable, inside.__file__, verb, env=ENVIRONMENT).stdout.split("\n")[:-1]


def arriving(host: Host, *ports: str) -> str:
    """Which of them a datagram of the guest arrives at."""
    command = host[0].command(sys.executable, inside.__file__, "receive", *ports, MARKER)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as receiving:
        assert receiving.stdout is not None
        assert receiving.stdout.readline() == "listening\n"
        host[1].run(sys.executable, "-c", SEND, *ports, MARKER)
        said, _ = receiving.communicate(timeout=DEADLINE)
    return said.strip()


def nft(host: Host, script: str) -> None:
    subprocess.run(host[0].command("nft", "--file", "-"), input=script, text=True, check=True)


def ruleset(*rules: str, policy: str = "drop", more: str = "") -> str:
    chain = f"type filter hook input priority filter; policy {policy}; udp dport {MARKER} accept;"
    return f"table inet filter {{ {more}\n chain input {{ {chain} {'; '.join(rules)}; }}\n}}"


RULESETS = {
    "nothing gets in": (ruleset("iif lo accept"), ""),
    "all gets in": (ruleset("iif lo accept", policy="accept"), "67 69"),
    "the bridge": (ruleset('iifname "virbr*" accept'), "67 69"),
    "another interface": (ruleset('iifname "eth0" accept'), ""),
    "a port": (ruleset("udp dport 69 accept"), "69"),
    "ports in a set": (ruleset("udp dport { 53, 60-67 } accept"), "67"),
    "any transport": (ruleset("meta l4proto { tcp, udp } th dport 67-69 accept"), "67 69"),
    "what is new": (ruleset("ct state vmap { established : accept, new : accept }"), "67 69"),
    "what is established": (ruleset("ct state established,related accept"), ""),
    "the subnet": (ruleset("ip saddr 192.168.122.0/24 accept"), "67 69"),
    "all but the subnet": (ruleset("ip saddr != 192.168.122.0/24 accept"), ""),
    "a chain of its own": (ruleset('iifname "virbr0" jump guests', more="chain guests { udp dport 67 accept; }"), "67"),
    "a rejection": (ruleset("udp dport 69 reject", policy="accept"), "67"),
    "a named set": (ruleset("udp dport @open accept", more="set open { type inet_service; elements = { 69 }; }"), "69"),
}


@pytest.mark.parametrize(("script", "arrive"), RULESETS.values(), ids=RULESETS)
def test_what_is_said_to_be_refused_is_what_does_not_arrive(host: Host, script: str, arrive: str) -> None:
    nft(host, script)
    assert arriving(host, "67", "69") == arrive
    said = " ".join(run(host, "see"))
    is_dhcp_of_the_subnet_alone = "ip saddr 192.168.122.0/24" in script  # a DISCOVER has no address in it yet
    assert ("udp 67" not in said) == ("67" in arrive and not is_dhcp_of_the_subnet_alone)
    assert ("udp 69" not in said) == ("69" in arrive)


def test_nftables_are_opened_and_closed_again(host: Host) -> None:
    nft(host, ruleset("iif lo accept", more="chain forward { type filter hook forward priority 0; policy drop; }"))
    before = host[0].run("nft", "list", "ruleset").stdout
    [said] = run(host, "open")
    assert said == "the chain inet filter input may refuse DHCP (udp 67), TFTP (udp 69), HTTP (tcp 8069)"
    assert arriving(host, "67", "69", "70") == "67 69"
    assert run(host, "open") == []
    run(host, "close")
    assert host[0].run("nft", "list", "ruleset").stdout == before


@pytest.mark.parametrize("iptables", ["iptables-nft", "iptables-legacy"])
def test_iptables_are_opened_and_closed_again(host: Host, iptables: str) -> None:
    for command in ("-P INPUT DROP", f"-A INPUT -p udp --dport {MARKER} -j ACCEPT", "-A INPUT -j REJECT"):
        done = host[0].run(iptables, *command.split(), check=False)
        if done.returncode:
            pytest.skip(f"{iptables}: {done.stderr.strip()}")
    before = rules(host, iptables)
    assert "may refuse DHCP" in run(host, "open")[0]
    assert arriving(host, "67", "69", "70") == "67 69"
    assert run(host, "open") == []
    run(host, "close")
    assert rules(host, iptables) == before


def rules(host: Host, iptables: str) -> list[str]:
    lines = host[0].run(f"{iptables}-save").stdout.splitlines()
    return [line.partition(" [")[0] for line in lines if not line.startswith("#")]
