"""Sends replies: to a client without an address in a frame of our own making, to all others as UDP.

Everything goes out with the address that was asked as its source. Sources: RFC 2131, 4.1; Linux packet(7), ip(7).
"""

import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final

from netipl.protocols.dhcp4.message import encode as encode_message
from netipl.protocols.udp4 import Datagram
from netipl.protocols.udp4 import encode as encode_datagram
from netipl.provisioning.exchange import Broadcast, Reply, Routed, Unicast
from netipl.servers.dhcp4 import sockets

_ETHERTYPE_IPV4: Final = 0x0800
_EVERYBODY: Final = IPv4Address("255.255.255.255")
_EVERY_MAC: Final = b"\xff" * 6

_text = lru_cache(maxsize=1024)(str)  # of addresses: there are few relays


class Delivery:
    """The sockets that replies leave by."""

    def __init__(self, addresses: Sequence[IPv4Address], port: int) -> None:
        """Raises UnavailableError."""
        self._port = port
        self._frames = sockets.for_frames()
        self.by_address: dict[IPv4Address, socket.socket] = {}
        try:
            for address in addresses:
                self.by_address[address] = sockets.on_address(address, port)
        except BaseException:
            self.close()
            raise

    def send(self, reply: Reply, source: IPv4Address, interface: str, came_by: socket.socket) -> None:
        """Raises OSError when the network does not take it, ValueError when the reply cannot be written."""
        data = encode_message(reply.message)
        match reply.to:
            case Routed(address=address, port=port):
                self._send_routed(data, source, (_text(address), port), came_by)
            case Unicast(address=address, mac=mac):
                self._send_frame(data, source, address, interface, mac.octets)
            case Broadcast():
                self._send_frame(data, source, _EVERYBODY, interface, _EVERY_MAC)

    def close(self) -> None:
        self._frames.close()
        for sock in self.by_address.values():
            sock.close()

    def _send_routed(self, data: bytes, source: IPv4Address, to: tuple[str, int], came_by: socket.socket) -> None:
        bound = self.by_address.get(source)
        if bound is not None:  # to the source itself
            bound.sendto(data, to)
            return
        information = sockets.PKTINFO.pack(0, source.packed, bytes(4))
        came_by.sendmsg([data], [(socket.IPPROTO_IP, sockets.IP_PKTINFO, information)], 0, to)

    def _send_frame(self, data: bytes, source: IPv4Address, to: IPv4Address, interface: str, mac: bytes) -> None:
        packet = encode_datagram(
            Datagram(
                source=source,
                source_port=self._port,
                destination=to,
                destination_port=self._port + 1,
                payload=data,
            )
        )
        self._frames.sendto(packet, (interface, _ETHERTYPE_IPV4, 0, 0, mac))
