"""A network, its guests and a clock, for conversations with the DHCP engine; every message travels as bytes.

What a message is given by keyword is a field of Message or an option: of any type, hence `Any`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network, UnknownClients
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, decode, encode
from netipl.protocols.dhcp4.options import Options
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.changes import Change
from netipl.provisioning.dhcp import answer
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Observation, Seen

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SERVER = IPv4Address("192.168.133.1")
RELAY = IPv4Address("10.9.0.254")
Z1_MAC = Mac.parse("52:54:00:13:33:0a")
Z2_MAC = Mac.parse("52:54:00:13:33:0b")
STRANGER = Mac.parse("52:54:00:99:00:01")
STRANGER_2 = Mac.parse("52:54:00:99:00:02")
Z1_ADDRESS = IPv4Address("192.168.133.10")
DUID = bytes.fromhex("ff 00133300 0001 000130a1b2c3525400133 30a".replace(" ", ""))
FIRMWARE_LIST = bytes((1, 3, 6, 66, 67, 93))
S390 = b"\x00\x1f"

LAB = Network(
    name="lab",
    subnet=IPv4Network("192.168.133.0/24"),
    server=SERVER,
    interface="virbr1",
    dns=(SERVER,),
    domain="lab.example",
    pools=(AddressRange.parse("192.168.133.100-192.168.133.103"),),
)
FAR = Network(
    name="far",
    subnet=IPv4Network("10.9.0.0/24"),
    server=IPv4Address("10.1.0.1"),
    relays=frozenset({RELAY}),
    pools=(AddressRange.parse("10.9.0.10-10.9.0.20"),),
)
Z1 = Guest(name="z1", macs=(Z1_MAC,), address=Z1_ADDRESS)
Z2 = Guest(name="z2", macs=(Z2_MAC,))
OPEN = UnknownClients.POOL
OPEN_LAB = replace(LAB, unknown=OPEN)
POOL = tuple(LAB.pools[0])


class Lab:
    """One inventory and a clock. What is asked is answered, and its changes are applied."""

    def __init__(
        self,
        networks: tuple[Network, ...] = (LAB, FAR),
        guests: tuple[Guest, ...] = (Z1, Z2),
        boot: BootFields | None = None,
    ) -> None:
        self.inventory = Inventory(networks, guests)
        self.now = START
        self.fields = boot
        self.changes: list[Change] = []
        self.outcome = Outcome()

    def boot(self, guest: Guest | None, network: Network, address: IPv4Address) -> BootFields | None:
        return self.fields

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ask(
        self, message: Message, *, local: IPv4Address | None = None, interface: str | None = "virbr1"
    ) -> Message | None:
        """The reply as the client reads it."""
        arrival = Arrival(interface=interface, local=local)
        self.outcome = answer(self.inventory, decode(encode(message)), arrival, self.now, self.boot)
        for change in self.outcome.changes:
            self.inventory.apply(change)
        self.changes += self.outcome.changes
        return None if self.outcome.reply is None else decode(encode(self.outcome.reply.message))

    def say(
        self,
        kind: int | None,
        mac: Mac = Z1_MAC,
        *,
        local: IPv4Address | None = None,
        interface: str | None = "virbr1",
        **given: Any,
    ) -> Message | None:
        return self.ask(message(kind, mac, **given), local=local, interface=interface)

    def discover(self, mac: Mac = Z1_MAC, **given: Any) -> Message | None:
        return self.say(MessageType.DISCOVER, mac, **given)

    def request(self, mac: Mac = Z1_MAC, **given: Any) -> Message | None:
        return self.say(MessageType.REQUEST, mac, **given)

    def bind(self, mac: Mac = Z1_MAC, **given: Any) -> IPv4Address:
        """DISCOVER and REQUEST; both must succeed."""
        offer = self.discover(mac, **given)
        assert offer is not None, self.reasons
        ack = self.request(mac, requested=offer.yiaddr, server=server_of(offer), **given)
        assert ack is not None, self.reasons
        assert ack.options.message_type == MessageType.ACK
        return ack.yiaddr

    def lease(self, address: IPv4Address, network: str = "lab") -> Lease:
        lease = self.inventory.lease(network, address)
        assert lease is not None
        return lease

    @property
    def seen(self) -> list[Seen]:
        return [observation.seen for observation in self.outcome.observations]

    @property
    def last(self) -> Observation:
        return self.outcome.observations[-1]

    @property
    def reasons(self) -> list[str]:
        return [str(each.detail["reason"]) for each in self.outcome.observations if "reason" in each.detail]

    @property
    def remedies(self) -> list[str]:
        return [str(each.detail["remedy"]) for each in self.outcome.observations if "remedy" in each.detail]


def server_of(offer: Message) -> IPv4Address:
    server = offer.options.server_identifier
    assert server is not None
    return server


def message(kind: int | None, mac: Mac = Z1_MAC, **given: Any) -> Message:
    """A client's message. `given`: fields of Message, the names in _OPTIONS, and `more`: options by code."""
    values: dict[int, bytes] = {} if kind is None else {Option.MESSAGE_TYPE: bytes((kind,))}
    for name, code in _OPTIONS.items():
        value = given.pop(name, None)
        if value is not None:
            values[code] = value.packed if isinstance(value, IPv4Address) else bytes(value)
    more: Mapping[int, bytes] = given.pop("more", {})
    return Message(
        **{"op": OpCode.BOOTREQUEST, "xid": 0x1234, "mac": mac, "options": Options({**values, **more}), **given}
    )


_OPTIONS = {
    "requested": Option.REQUESTED_ADDRESS,
    "server": Option.SERVER_IDENTIFIER,
    "asks": Option.PARAMETER_LIST,
    "client_id": Option.CLIENT_IDENTIFIER,
    "architecture": Option.CLIENT_ARCHITECTURE,
    "relayed": Option.RELAY_INFORMATION,
}
