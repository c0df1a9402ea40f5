"""The DHCP messages that go over a device, as they are heard there: `python dhcp_capture.py DEVICE`; root only."""

import socket
import sys
import time
from dataclasses import dataclass

from netipl.errors import WireError
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import MessageType

LISTENING = "listening"
_ALL = 3  # ETH_P_ALL
_ETHERNET, _IPV4, _UDP = 14, b"\x08\x00", 17
_PORTS = {67, 68}


@dataclass(frozen=True, slots=True)
class Heard:
    """`at` is in seconds of the monotonic clock."""

    at: float
    kind: MessageType
    xid: int


def heard(text: str) -> list[Heard]:
    """What `main` printed, in order."""
    lines = (line.split() for line in text.split("\n")[1:-1])
    return [Heard(float(at), MessageType[kind], int(xid)) for at, kind, xid in lines]


def main() -> None:
    """Print them until somebody ends it."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL)) as wire:
        wire.bind((sys.argv[1], _ALL))
        _say(LISTENING)
        while True:
            frame = wire.recv(65536)
            at = time.monotonic()
            if found := _message(frame):
                kind = found.options.message_type
                if kind is not None:
                    _say(f"{at:.6f} {MessageType(kind).name} {found.xid}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _message(frame: bytes) -> message.Message | None:
    """None for everything that is no DHCP. Checksums are not looked at: the device may be left to fill them in."""
    packet = frame[_ETHERNET:]
    if frame[12:14] != _IPV4 or len(packet) < 28 or packet[9] != _UDP:
        return None
    datagram = packet[(packet[0] & 15) * 4 : int.from_bytes(packet[2:4], "big")]
    if int.from_bytes(datagram[:2], "big") not in _PORTS:
        return None
    try:
        return message.decode(datagram[8:])
    except WireError:
        return None


if __name__ == "__main__":
    main()
