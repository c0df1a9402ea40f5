"""CPU time of the DHCP engine alone: decode, answer, apply, encode of DISCOVER and REQUEST, and picking in a big pool.

`python bench/engine_dhcp.py [--leases 1000] [--exchanges 5000]`; no sockets and no store.
"""

import argparse
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from time import process_time

from netipl.guests.guest import Guest
from netipl.guests.network import Network, UnknownClients
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.codes import Architecture, MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.dhcp import answer
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.inventory import Inventory

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SERVER = IPv4Address("10.0.0.1")
ARRIVAL = Arrival(interface="eth0")
BOOT = BootFields(file=b"/")


def network() -> Network:
    return Network(
        name="lab",
        subnet=IPv4Network("10.0.0.0/8"),
        server=SERVER,
        interface="eth0",
        pools=(AddressRange.parse("10.1.0.0-10.1.255.255"),),
        unknown=UnknownClients.POOL,
    )


def mac_of(number: int) -> Mac:
    return Mac(b"RT" + number.to_bytes(4, "big"))


def discover(number: int) -> bytes:
    options: dict[int, bytes] = {
        Option.MESSAGE_TYPE: bytes((MessageType.DISCOVER,)),
        Option.PARAMETER_LIST: bytes((1, 3, 6, 66, 67, 93)),
    }
    return encode(Message(op=OpCode.BOOTREQUEST, xid=number, mac=mac_of(number), options=Options(options)))


def request(number: int, address: IPv4Address) -> bytes:
    options: dict[int, bytes] = {
        Option.MESSAGE_TYPE: bytes((MessageType.REQUEST,)),
        Option.REQUESTED_ADDRESS: address.packed,
        Option.SERVER_IDENTIFIER: SERVER.packed,
        Option.PARAMETER_LIST: bytes((1, 3, 6, 66, 67, 93, 209, 210)),
        Option.CLIENT_ARCHITECTURE: Architecture.S390_BASIC.to_bytes(2, "big"),
    }
    return encode(Message(op=OpCode.BOOTREQUEST, xid=number, mac=mac_of(number), options=Options(options)))


def answered(inventory: Inventory, data: bytes, now: datetime) -> bytes | None:
    outcome = answer(inventory, decode(data), ARRIVAL, now, lambda *_: BOOT)
    for change in outcome.changes:
        inventory.apply(change)
    return None if outcome.reply is None else encode(outcome.reply.message)


def exchange(inventory: Inventory, number: int, now: datetime) -> float:
    """CPU seconds of one exchange; making the client's packets is not counted."""
    first = discover(number)
    start = process_time()
    offer = answered(inventory, first, now)
    spent = process_time() - start
    if offer is None:
        raise SystemExit("no offer")
    second = request(number, decode(offer).yiaddr)
    start = process_time()
    answered(inventory, second, now)
    return spent + process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leases", type=int, default=1000)
    parser.add_argument("--exchanges", type=int, default=5000)
    given = parser.parse_args()

    guests = [Guest(name=f"z{number}", macs=(mac_of(number),)) for number in range(given.leases)]
    inventory = Inventory([network()], guests)
    for number in range(given.leases):
        exchange(inventory, number, NOW)
    spent = sum(exchange(inventory, number % given.leases, NOW) for number in range(given.exchanges))
    print(f"{given.leases} leases: {spent / given.exchanges * 1e6:.0f} us per exchange")

    crowd = Inventory([network()])
    size = (1 << 16) - 1
    for label, now in (("fresh", NOW), ("reused after expiry", NOW + timedelta(days=1))):
        base = 0 if now == NOW else size
        costs = [exchange(crowd, base + number, now) for number in range(size)]
        first, last = (sum(part) / len(part) * 1e6 for part in (costs[:5000], costs[-5000:]))
        print(f"pool of {size}, {label}: {first:.0f} us per exchange at first, {last:.0f} us at last")


if __name__ == "__main__":
    main()
