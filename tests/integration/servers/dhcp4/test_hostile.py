"""Garbage from the network is dropped and counted, costs at most one line of log a second, and keeps nobody waiting."""

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.servers.dhcp4 import garbage
from tests.integration.servers.dhcp4.daemon import SERVER, command, served, udhcpc
from tests.network_namespaces import namespaces, veth

pytestmark = pytest.mark.root

MALFORMED = "a malformed DHCP message"
ELSEWHERE = "from another port or from ourselves"
IN_A_JAM = ("DISCOVERs dropped in a jam", "DISCOVERs too old after a jam")


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
    assert set(counts) <= {"event", MALFORMED, ELSEWHERE, *IN_A_JAM}
    lines = daemon.said(MALFORMED)
    assert all(later["timestamp"] - earlier["timestamp"] >= 0.9 for earlier, later in pairwise(lines))
    assert all(line.startswith("{") for line in daemon.log.read_text().splitlines())
    assert daemon.log.read_text().isascii()
