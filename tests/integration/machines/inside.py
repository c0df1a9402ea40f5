"""What the tests of this folder do inside a namespace: `python -m tests.integration.machines.inside SCENARIO ...`.

Each scenario is a process of its own, since a namespace is entered for good. It prints what it found as JSON.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from netipl.machines import iproute, namespace, segment
from netipl.machines.attachment import LinkEnd, Tap
from netipl.machines.framing import Unframer, framed
from netipl.machines.impairment import Impairment
from netipl.machines.segment import PortKind, Segment
from netipl.machines.simulated import frames
from netipl.machines.uplink import Uplink
from netipl.net import Mac
from netipl.protocols.udp4 import Datagram

ADDRESS = IPv4Interface("192.0.2.1/24")
GUEST, GUEST_MAC, PORT = IPv4Address("192.0.2.9"), Mac.parse("52:54:00:00:00:09"), 7
PATIENCE = 30.0


def entered() -> dict[str, object]:
    """An empty namespace, in which we are root; our files are still ours."""
    before = Path("/proc/self/ns/net").readlink()
    with tempfile.NamedTemporaryFile(dir=sys.argv[2]) as file:
        namespace.enter()
        Path(file.name).write_text("written inside")
        Path(f"{file.name}-made").write_text("made inside")
        return {
            "other": Path("/proc/self/ns/net").readlink() != before,
            "user": os.geteuid(),
            "interfaces": socket.if_nameindex(),
            "loopback": "UP" in iproute.show("link", "show", "lo"),
            "made": Path(f"{file.name}-made").stat().st_uid == os.geteuid(),
        }


def threaded() -> dict[str, object]:
    """A process with a thread may not enter."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        namespace.enter()
    except RuntimeError as error:
        return {"refused": str(error)}
    finally:
        done.set()
        thread.join()
    return {}


def ports() -> dict[str, object]:
    """Ports of each kind, present as long as they are plugged."""
    namespace.enter()
    made = segment.create(ADDRESS)

    async def plug() -> dict[str, object]:
        kind = segment.best_kind()
        async with made.plug("p0") as first, made.plug("p1", PortKind.LINK) as second:
            ports = {name: iproute.show("-details", "link", "show", name) for name in ("p0", "p1")}
            shown = {
                "tap": isinstance(first, Tap),
                "link": isinstance(second, LinkEnd),
                "members": [name for name, told in ports.items() if "master netipl0" in told],
                "forwarding": [name for name, told in ports.items() if "state forwarding" in told],
            }
        return {"kind": kind, **shown, "left": [name for _, name in socket.if_nameindex()]}

    return asyncio.run(plug())


class Peer:
    """A guest's network card at the end of a link: asks the echo server on the bridge."""

    def __init__(self, end: LinkEnd, server_mac: Mac) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(end.path))
        self._unframer = Unframer()
        self._server_mac = server_mac
        self.answers: list[bytes] = []

    def send(self, payload: bytes) -> None:
        datagram = Datagram(
            source=GUEST, source_port=2001, destination=ADDRESS.ip, destination_port=PORT, payload=payload
        )
        self._socket.sendall(framed(frames.encode(datagram, source=GUEST_MAC, destination=self._server_mac)))

    def receive(self, patience: float) -> bool:
        """Whether answers came in time; their UDP checksums are checked by `frames.decode`."""
        self._socket.settimeout(patience)
        try:
            length = self._socket.recv_into(self._unframer.space)
        except TimeoutError:
            return False
        for frame in self._unframer.filled(length):
            content = frames.decode(bytes(frame))
            if isinstance(content, Datagram):
                self.answers.append(content.payload)
        return length > 0

    def close(self) -> None:
        self._socket.close()


def _echo_server() -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((str(ADDRESS.ip), PORT))
    loop = asyncio.get_running_loop()
    server.setblocking(False)
    loop.add_reader(server, lambda: server.sendto(*server.recvfrom(2048)))
    return server


def _bridge() -> tuple[Segment, Mac]:
    """The segment and its own MAC; it knows the guest's without asking."""
    made = segment.create(ADDRESS)
    iproute.configure(f"neighbour replace {GUEST} lladdr {GUEST_MAC} dev {made.interface}")
    return made, Mac.parse(iproute.show("-brief", "link", "show", made.interface).split()[2])


def linked() -> dict[str, object]:
    """Questions and answers in lock-step through a link impaired as given; what came back and what was counted."""
    to_guest, from_guest = Impairment.parse(sys.argv[2]), Impairment.parse(sys.argv[3])
    questions = int(sys.argv[4])
    namespace.enter()
    made, mac = _bridge()

    def lock_step(end: LinkEnd) -> list[bytes]:
        peer = Peer(end, mac)
        for number in range(questions):
            peer.send(number.to_bytes(4, "big") * 350)
            before = len(peer.answers)
            while len(peer.answers) == before and peer.receive(0.02):
                pass
        while peer.receive(0.2):
            pass
        peer.close()
        return peer.answers

    async def ask() -> dict[str, object]:
        with _echo_server():
            async with made.link("p0", to_guest=to_guest, from_guest=from_guest, seed=1) as laid:
                answers = await asyncio.to_thread(lock_step, laid.end)
            return {"answers": len(answers), "different": len(set(answers)), "counts": laid.counts}

    return asyncio.run(ask())


def restarted() -> dict[str, object]:
    """A second guest at the same link, after the first went away without a word."""
    namespace.enter()
    made, mac = _bridge()

    def one_answer(end: LinkEnd, payload: bytes) -> list[str]:
        peer = Peer(end, mac)
        peer.send(payload)
        while not peer.answers and peer.receive(PATIENCE):
            pass
        peer.close()
        return [answer.decode() for answer in peer.answers]

    async def ask() -> dict[str, object]:
        with _echo_server():
            async with made.link("p0") as laid:
                return {
                    "answers": [await asyncio.to_thread(one_answer, laid.end, text) for text in (b"first", b"second")]
                }

    return asyncio.run(ask())


STAND_IN = f"""\
echo ready
read -r _
ip link set p1 up
ip address add {GUEST}/24 dev p1
ip route add default via {ADDRESS.ip}
exec "$@"
"""
FETCH = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=30).read().decode())"


def uplinked() -> dict[str, object]:
    """A guest's stand-in, a namespace behind our bridge, fetches a page from the outside."""
    os.environ["PATH"] = sys.argv[3]
    uplink = Uplink.prepare()
    namespace.enter(user_namespace=True)
    try:
        made = segment.create(ADDRESS)
        uplink.connect()
        return {"program": uplink.program, "page": _fetched_by_stand_in(made, sys.argv[2])}
    finally:
        uplink.close()


def _fetched_by_stand_in(made: Segment, url: str) -> str:
    command = ["unshare", "--net", "sh", "-c", STAND_IN, "sh", sys.executable, "-c", FETCH, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as guest:
        assert guest.stdin is not None
        assert guest.stdout is not None
        assert guest.stdout.readline() == "ready\n"
        iproute.configure(
            "link add p0 type veth peer name p1",
            f"link set p0 master {made.interface} up",
            f"link set p1 netns {guest.pid}",
        )
        guest.stdin.write("go\n")
        guest.stdin.flush()
        return guest.stdout.read()


def main() -> None:
    """Run the scenario that is named."""
    scenarios = {each.__name__: each for each in (entered, threaded, ports, linked, restarted, uplinked)}
    sys.stdout.write(json.dumps(scenarios[sys.argv[1]]()) + "\n")


if __name__ == "__main__":
    main()
