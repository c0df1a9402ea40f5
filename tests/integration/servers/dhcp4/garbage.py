"""Hostile packets: `python garbage.py COUNT PORT` broadcasts them from that port, in the namespace of a client."""

import random
import socket
import sys

CHANCE = random.Random(67)
DISCOVER = bytes.fromhex("01010600 13330a01 0000 0000") + bytes(16) + bytes.fromhex("52540013330a") + bytes(202)
OPTIONS = bytes.fromhex("63825363 350101")

KINDS = (
    b"",
    b"\x01",
    CHANCE.randbytes(300),
    b"\x01\x06" + DISCOVER[2:] + OPTIONS + b"\xff",  # htype: IEEE 802
    b"\x01\x01\x10" + DISCOVER[3:] + OPTIONS + b"\xff",  # hlen 16
    b"\x03" + DISCOVER[1:] + OPTIONS + b"\xff",  # op
    DISCOVER + OPTIONS + b"\x3d\xff",  # an option longer than the packet
    DISCOVER + OPTIONS + b"\x33\x01\x00\xff",  # a lease time of one byte
    DISCOVER + OPTIONS + b"\x34\x01\x03" + b"\xff",  # overloaded fields that hold nothing
    DISCOVER + OPTIONS + b"\x34\x01\x09" + b"\xff",  # overload 9
    DISCOVER + OPTIONS + bytes(5000),  # longer than any frame
    b"\x02" + DISCOVER[1:] + OPTIONS + b"\xff",  # a reply
    DISCOVER + OPTIONS + b"\x3d\xff" + b"\x1b[2J" * 64 + b"\xff",
)


def main(count: int, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"c0")
        sock.bind(("0.0.0.0", port))
        for number in range(count):
            sock.sendto(KINDS[number % len(KINDS)], ("255.255.255.255", 67))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
