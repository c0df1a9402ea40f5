"""What guests need of this host on one bridge: the services, and the packets that have to pass for each of them.

netipl's TFTP answers from the port that was asked, so nothing here needs a helper of connection tracking. A reply to a
client without an address leaves as a frame, which no firewall sees. Sources: RFC 2131 (4.1), RFC 1350 (4).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from netipl.integrations.firewall.rules import Chain, Field, Known, Packet, refuses

_NOBODY: Final = IPv4Network("0.0.0.0/32")
_EVERYBODY: Final = IPv4Network("255.255.255.255/32")
_DHCP_CLIENT: Final = 68

IN_HOOKS: Final = ("prerouting", "input")
OUT_HOOKS: Final = ("output", "postrouting")


@dataclass(frozen=True, slots=True)
class Service:
    """One port of this host."""

    name: str
    protocol: str
    port: int


DHCP: Final = Service("DHCP", "udp", 67)
TFTP: Final = Service("TFTP", "udp", 69)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Of the guests on `bridge`, where this host is `server`."""

    bridge: str
    subnet: IPv4Network
    server: IPv4Address
    services: tuple[Service, ...]

    @property
    def mark(self) -> str:
        """The comment of rules that let it through."""
        return f"netipl: {self.bridge}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`chain` may refuse a packet of each of `services`."""

    chain: Chain
    services: tuple[Service, ...]

    def __str__(self) -> str:
        names = ", ".join(f"{each.name} ({each.protocol} {each.port})" for each in self.services)
        return f"the chain {self.chain} may refuse {names}"


def refusals(access: Access, chains: Iterable[Chain]) -> tuple[Refusal, ...]:
    """One for each chain that the kernel calls and that may refuse something; `chains` are of any tables."""
    tables: dict[tuple[str, str], dict[str, Chain]] = {}
    for chain in chains:
        tables.setdefault((chain.family, chain.table), {})[chain.name] = chain
    found = []
    for table in tables.values():
        for chain in table.values():
            refused = tuple(
                service
                for service in access.services
                if any(
                    refuses(chain, table, packet) for packet in packets(service, access) if packet.hook == chain.hook
                )
            )
            if refused:
                found.append(Refusal(chain, refused))
    return tuple(found)


def packets(service: Service, access: Access) -> Iterator[Packet]:
    """Those that have to pass, once for each hook."""
    ours, theirs = IPv4Network(access.server), access.subnet
    client = _DHCP_CLIENT if service == DHCP else None
    arriving = [(theirs, ours)] if service != DHCP else [(_NOBODY, _EVERYBODY), (theirs, ours)]
    for source, destination in arriving:
        fields: dict[Field, Known] = {
            Field.FAMILY: "ipv4",
            Field.IN: access.bridge,
            Field.PROTOCOL: service.protocol,
            Field.SOURCE: source,
            Field.DESTINATION: destination,
            Field.SOURCE_PORT: client,
            Field.DESTINATION_PORT: service.port,
            Field.STATE: "new",
        }
        yield from (Packet(hook=hook, fields=fields) for hook in IN_HOOKS)
    fields = {
        Field.FAMILY: "ipv4",
        Field.OUT: access.bridge,
        Field.PROTOCOL: service.protocol,
        Field.SOURCE: ours,
        Field.DESTINATION: theirs,
        Field.SOURCE_PORT: service.port,
        Field.DESTINATION_PORT: client,
        Field.STATE: "established",
    }
    yield from (Packet(hook=hook, fields=fields) for hook in OUT_HOOKS)
