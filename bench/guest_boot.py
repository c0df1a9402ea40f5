"""One boot of a real guest in a network namespace of its own: `python -m bench.guest_boot ORDER`, both ways JSON.

QEMU is ended at the first line of the kernel. What the guest asks for is seen by a packet socket at its port, so that
all servers are watched alike; it has a filter in the kernel and does not see the data.
"""

import asyncio
import ctypes
import json
import re
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from bench.guest_servers import ADDRESS, MAC, serving
from netipl.console import Lines, SafeText
from netipl.errors import WireError
from netipl.machines import namespace, qemu, segment
from netipl.machines.cable import Cable
from netipl.machines.impairment import Impairment
from netipl.machines.qemu import Nic, QemuGuest
from netipl.net import Mac
from netipl.protocols import udp4
from netipl.protocols.dhcp4 import message as dhcp4
from netipl.protocols.dhcp4.codes import MessageType
from netipl.protocols.tftp import packet as tftp
from netipl.wire import printable

PORT = "guest"
MEMORY = 512
_UUID = UUID("9b6e2a0c-7b1d-4b52-8f6e-1f6f13920001")
_KERNEL_LINE = re.compile(r"\[ *\d+\.\d{6}\] |Linux version |KASLR ")
_LAST_LINES = 4

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h; absent from the socket module
_ETHERNET_HEADER = 14
_ETH_P_ALL = 0x0003  # a socket for IPv4 alone is passed by on the port of a bridge
_REQUESTS = (  # linux/filter.h: what a guest sends to port 67, and what it asks for at port 69
    (0x28, 0, 0, 12),  # ldh [12]: EtherType
    (0x15, 0, 9, 0x0800),  # jeq IPv4, else drop
    (0x30, 0, 0, 23),  # ldb [23]: protocol
    (0x15, 0, 7, 17),  # jeq UDP, else drop
    (0xB1, 0, 0, 14),  # ldxb 4*([14]&0xf): length of the IPv4 header
    (0x48, 0, 0, 16),  # ldh [x+16]: destination port
    (0x15, 3, 0, 67),  # jeq 67, keep
    (0x15, 0, 3, 69),  # jeq 69, else drop
    (0x48, 0, 0, 22),  # ldh [x+22]: opcode of TFTP
    (0x15, 0, 1, 1),  # jeq RRQ, else drop: an ACK goes there too, if the server answers from its port
    (0x06, 0, 0, 0xFFFF),  # keep
    (0x06, 0, 0, 0),  # drop
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to boot from whom. With `loss` None the guest has a tap; else a link loses that part of the frames each way.

    `files` is the directory that is served; `limit` in seconds.
    """

    server: str
    files: str
    loss: float | None
    seed: int
    program: str
    limit: float


@dataclass(slots=True, kw_only=True)
class Boot:
    """What became of it. Times are seconds from the start of QEMU; `seen` has what the guest sent first, by name.

    `error` is the first that the firmware told of.
    """

    kernel: float | None = None
    ended: float = 0.0
    seen: dict[str, float] = field(default_factory=dict)
    error: str = ""
    last_lines: list[str] = field(default_factory=list)
    log: str = ""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


async def boot(order: Order) -> Boot:
    """From an empty namespace to the first line of the kernel, or to the end of the guest, or of the time."""
    made, result = segment.create(ADDRESS), Boot()
    laid: Cable | None = None
    line = Impairment(loss=order.loss or 0.0)
    plugged = (
        made.plug(PORT) if order.loss is None else made.link(PORT, to_guest=line, from_guest=line, seed=order.seed)
    )
    with tempfile.TemporaryDirectory(prefix="netipl-bench-") as directory:
        async with plugged as port:
            attachment = port.end if isinstance(port, Cable) else port
            laid = port if isinstance(port, Cable) else None
            guest = QemuGuest(
                name="guest", nics=(Nic(mac=Mac.parse(MAC), attachment=attachment),), uuid=_UUID, memory=MEMORY
            )
            async with serving(order.server, Path(order.files), made.interface, Path(directory)) as log:
                with watching(PORT, result) as began:
                    await _run(guest, order.program, result, began, order.limit)
                result.log = printable(log.read_bytes()[-1000:]) if result.kernel is None else ""
    result.counts = {key: dict(value) for key, value in laid.counts.items()} if laid is not None else {}
    return result


async def _run(guest: QemuGuest, program: str, result: Boot, began: float, limit: float) -> None:
    lines, safe, shown = Lines(), SafeText(), list[str]()
    async with qemu.running(guest.command_line(program), guest.descriptors) as machine:
        try:
            async with asyncio.timeout(limit):
                async for piece in machine.console():
                    shown += filter(None, lines.feed(safe.feed(piece)))
                    if any(map(_KERNEL_LINE.match, shown[-8:])):
                        result.kernel = time.monotonic() - began
                        break
                else:
                    await machine.wait()
        except TimeoutError:
            shown.append(f"[no kernel within {limit:.0f} s]")
        result.ended = time.monotonic() - began
        machine.destroy()
    result.error = next((line.strip() for line in shown if "error" in line.lower()), "")
    result.last_lines = [*shown, lines.current][-_LAST_LINES:]


@contextmanager
def watching(interface: str, result: Boot) -> Iterator[float]:
    """Note in `result` when the guest first sends what; gives the time that it counts from."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as port:
        program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in _REQUESTS))
        port.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(_REQUESTS), ctypes.addressof(program))
        )
        port.settimeout(0)
        port.bind((interface, _ETH_P_ALL))
        began, loop = time.monotonic(), asyncio.get_running_loop()

        def take() -> None:
            name = _name(port.recv(4096)[_ETHERNET_HEADER:])
            result.seen.setdefault(name, time.monotonic() - began)

        loop.add_reader(port, take)
        try:
            yield began
        finally:
            loop.remove_reader(port)


def _name(packet: bytes) -> str:
    """`DISCOVER`, or the last part of the name of the file that is asked for."""
    try:
        datagram = udp4.decode(packet)
        if datagram.destination_port == 67:
            kind = dhcp4.decode(datagram.payload).options.message_type
            return MessageType(kind).name if kind in set(MessageType) else "BOOTP"
        request = tftp.decode(datagram.payload)
    except WireError as error:
        return str(error)
    return printable(request.name).rpartition("/")[2] if isinstance(request, tftp.ReadRequest) else "other TFTP"


def main() -> None:
    """Enter a namespace and boot there."""
    order = Order(**json.loads(sys.argv[1]))
    namespace.enter()
    sys.stdout.write(json.dumps(asdict(asyncio.run(boot(order)))) + "\n")


if __name__ == "__main__":
    main()
