"""Many clients behind a relay: `python storm.py SERVER RELAY FIRST COUNT` runs in the relay's namespace.

Sends one REQUEST for each address from FIRST on, at most 64 unanswered at a time, and those unanswered again until all
have their ACK. Prints `ADDRESS MAC` as each ACK comes, until it is ended.
"""

import socket
import sys
from ipaddress import IPv4Address

from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options

AT_A_TIME = 64


def request(server: IPv4Address, relay: IPv4Address, address: IPv4Address) -> bytes:
    options = {
        Option.MESSAGE_TYPE: bytes((MessageType.REQUEST,)),
        Option.REQUESTED_ADDRESS: address.packed,
        Option.SERVER_IDENTIFIER: server.packed,
    }
    mac = Mac(b"\x52\x54" + address.packed)
    return encode(
        Message(op=OpCode.BOOTREQUEST, xid=int(address), mac=mac, giaddr=relay, hops=1, options=Options(options))
    )


def main(server: IPv4Address, relay: IPv4Address, first: IPv4Address, count: int) -> None:
    waiting = [first + number for number in range(count)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((str(relay), 67))
        sock.settimeout(0.5)
        unanswered: set[IPv4Address] = set()
        while waiting or unanswered:
            while waiting and len(unanswered) < AT_A_TIME:
                unanswered.add(address := waiting.pop(0))
                sock.sendto(request(server, relay, address), (str(server), 67))
            try:
                reply = decode(sock.recv(2048))
            except TimeoutError:
                waiting[:0], unanswered = unanswered, set()
                continue
            if reply.options.message_type == MessageType.ACK:
                unanswered.discard(reply.yiaddr)
                sys.stdout.write(f"{reply.yiaddr} {reply.mac}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(IPv4Address(sys.argv[1]), IPv4Address(sys.argv[2]), IPv4Address(sys.argv[3]), int(sys.argv[4]))
