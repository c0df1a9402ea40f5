"""Three small networks and the machines in them, for tests that let chance speak."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from uuid import UUID

from netipl.guests.guest import Guest
from netipl.guests.network import UnknownClients
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.codes import Option
from tests.property.clients_view import Station
from tests.unit.provisioning.dhcp_lab import FAR, LAB

POOLED, FAR_POOLED, HALL_POOLED = (
    AddressRange.parse(text)
    for text in ("192.168.133.100-192.168.133.102", "10.9.0.10-10.9.0.11", "192.168.200.10-192.168.200.12")
)
NEAR = replace(LAB, pools=(POOLED,))
DISTANT = replace(FAR, pools=(FAR_POOLED,))
HALL = replace(
    LAB,
    name="hall",
    subnet=IPv4Network("192.168.200.0/24"),
    server=IPv4Address("192.168.200.1"),
    interface="virbr2",
    unknown=UnknownClients.POOL,
    pools=(HALL_POOLED,),
)
OTHERS = b"\xff\x00\x00\x00\x01z3"
UUID_4 = UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")


def mac(number: int) -> Mac:
    return Mac(b"RT\0\0\0" + bytes((number,)))


STATIONS = (
    Station(mac=mac(1), guest="z1"),
    Station(mac=mac(2), guest="z2"),
    Station(mac=mac(3), guest="z2"),
    Station(mac=mac(4), guest="z3", always={Option.CLIENT_IDENTIFIER: OTHERS}),
    Station(mac=mac(5), guest="z4", always={Option.CLIENT_MACHINE: b"\0" + UUID_4.bytes}),
    Station(mac=mac(6)),
    Station(mac=mac(7)),
    Station(mac=mac(7), guest="z3", always={Option.CLIENT_IDENTIFIER: OTHERS}),  # whoever knows it, is it
)
GUESTS = (
    Guest(name="z1", macs=(mac(1),)),
    Guest(name="z2", macs=(mac(2), mac(3))),
    Guest(name="z3", client_id=OTHERS),
    Guest(name="z4", uuid=UUID_4),
)
NETWORKS = {network.name: network for network in (NEAR, DISTANT, HALL)}
ADDRESSES = [
    *(IPv4Address(f"192.168.133.{last}") for last in (1, 10, 100, 101, 102, 103, 255)),
    *(IPv4Address(f"10.9.0.{last}") for last in (10, 11, 30)),
    *(IPv4Address(f"192.168.200.{last}") for last in (10, 11, 12, 40)),
]
RESERVABLE = [address for address in ADDRESSES if address.packed[3] not in {1, 255}]


def network_at(address: IPv4Address) -> str:
    return next(name for name, network in NETWORKS.items() if address in network.subnet)
