"""Run in the network namespace of a firewall: opens or closes it for the guests on `virbr0`, and prints what refuses.

`receive` prints what comes to its ports, until a datagram comes to the last one.
"""

import os
import selectors
import socket
import sys
from ipaddress import IPv4Address, IPv4Network

from netipl.integrations.firewall import firewall
from netipl.integrations.firewall.access import DHCP, TFTP, Access, Service

ACCESS = Access(
    bridge="virbr0",
    subnet=IPv4Network("192.168.122.0/24"),
    server=IPv4Address("192.168.122.1"),
    services=(DHCP, TFTP, Service("HTTP", "tcp", 8069)),
)


def opened() -> None:
    found = firewall.opening(ACCESS)
    for command in found.commands:
        command.run()
    _say(*map(str, found.refusals))


def seen() -> None:
    _say(*map(str, firewall.opening(ACCESS).refusals))


def shared() -> None:
    _say(firewall.opening(ACCESS).shared)


def closed() -> None:
    for command in firewall.closing(ACCESS):
        command.run()


def receive(*ports: str) -> None:
    with selectors.DefaultSelector() as selector:
        for port in ports:
            listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            listening.bind((str(ACCESS.server), int(port)))
            selector.register(listening, selectors.EVENT_READ, port)
        _say("listening")
        came = set[str]()
        while ports[-1] not in came:
            for key, _ in selector.select():
                os.read(key.fd, 64)
                came.add(key.data)
    _say(" ".join(port for port in ports[:-1] if port in came))


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    {"open": opened, "see": seen, "share": shared, "close": closed, "receive": receive}[verb](*arguments)
