"""Garbage from the network is dropped and counted, costs at most one line of log a second, and keeps nobody waiting."""

import sys
from pathlib import Path

import pytest

from tests.integration.servers.dhcp4 import garbage
from tests.integration.servers.dhcp4.daemon import LAB, SERVER, command, served, udhcpc
from tests.network_namespaces import namespaces, veth

pytestmark = pytest.mark.root

UNANSWERED = "a DHCP client gets no answer"
UNSENT = "a DHCP reply cannot be sent"
REFUSED = (
    "add table inet t; add chain inet t o { type filter hook output priority 0; }; add rule inet t o udp sport 67 drop"
)
RELAYED = """
import socket
from ipaddress import IPv4Address
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, encode
from netipl.protocols.dhcp4.options import Options
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
    relay.bind(("192.0.2.9", 67))
    mac, here = Mac.parse("02:00:00:00:00:09"), IPv4Address("192.0.2.9")
    options = Options({Option.MESSAGE_TYPE: bytes([MessageType.DISCOVER])})
    message = Message(op=OpCode.BOOTREQUEST, xid=1, mac=mac, giaddr=here, hops=1, options=options)
    relay.sendto(encode(message), ("192.0.2.1", 67))
"""
MALFORMED = "a malformed DHCP message"
ELSEWHERE = "from another port or from ourselves"
IN_A_JAM = ("DISCOVERs dropped in a jam", "DISCOVERs too old after a jam")


def test_a_full_pool_is_told_with_network_and_remedy(tmp_path: Path) -> None:
    lab = LAB | {"pools": ["192.0.2.100-192.0.2.100"]}
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/24", client, "c0", None)
        with served(server, tmp_path, *command(tmp_path, lab)) as daemon:
            assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
            client.ip("link", "set", "c0", "address", "02:00:00:00:00:77")
            assert udhcpc(client, "c0", tmp_path, "-t", "1", "-T", "1").returncode != 0
            daemon.wait_for(UNANSWERED)
    line = daemon.said(UNANSWERED)[0]
    assert (line["client"], line["reason"]) == ("02:00:00:00:00:77", "network lab has no address left for it")
    assert "larger pools" in line["remedy"]


def test_a_reply_that_the_kernel_refuses_is_told_with_a_remedy_and_others_go_on(tmp_path: Path) -> None:
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/24", client, "c0", "192.0.2.9/24")
        with served(server, tmp_path, *command(tmp_path, LAB | {"relays": ["192.0.2.9"]})) as daemon:
            server.run("nft", REFUSED)
            client.run(sys.executable, "-c", RELAYED)
            daemon.wait_for(UNSENT)
            assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
            daemon.process.terminate()
            daemon.wait_for("counts")
    assert "firewall" in daemon.said(UNSENT)[0]["remedy"]
    assert daemon.said("counts")[0][UNSENT] >= 1


def test_malformed_packets_are_counted_and_a_client_is_served_after_them(tmp_path: Path) -> None:
    with namespaces("s", "c") as (server, client):
        veth(server, "s0", f"{SERVER}/24", client, "c0", "192.0.2.9/24")
        with served(server, tmp_path, *command(tmp_path)) as daemon:
            client.run(sys.executable, garbage.__file__, "5000", "68")
            assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
            client.run(sys.executable, garbage.__file__, "26", "1068")  # finds the queue of the socket empty
            assert udhcpc(client, "c0", tmp_path, "-t", "100", "-T", "1").returncode == 0
            daemon.process.terminate()
            daemon.wait_for("counts")
    (counts,) = daemon.said("counts")
    assert counts[MALFORMED] > 0
    assert counts[ELSEWHERE] > 0
    assert set(counts) <= {"event", MALFORMED, ELSEWHERE, UNANSWERED, *IN_A_JAM}
    lines = daemon.said(MALFORMED)
    took = lines[-1]["timestamp"] - lines[0]["timestamp"]
    assert len(lines) <= took + 2, "one a second; when a busy machine wrote a line down says nothing of the next"
    assert all(line.startswith("{") for line in daemon.log.read_text().splitlines())
    assert daemon.log.read_text().isascii()
