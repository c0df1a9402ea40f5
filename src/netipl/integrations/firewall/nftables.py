"""Rules in chains of nftables: what lets an access through stands first in each chain that may refuse it.

Only there it helps: another table cannot let through what this one drops. Its comment tells it from all others. All
rules of one step are one transaction. Sources: nft(8).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from netipl.integrations.firewall import nft_reading
from netipl.integrations.firewall.access import IN_HOOKS, Access, Refusal, Service
from netipl.integrations.firewall.commands import Command, is_here
from netipl.integrations.firewall.rules import Chain

_LISTING: Final = Command(("nft", "--json", "list", "ruleset"))
KEPT_IN: Final = "/etc/nftables.conf"


def chains() -> tuple[Chain, ...]:
    """Of all tables; none without the program nft. Raises UnavailableError for who may not see them."""
    return nft_reading.chains(_LISTING.run()) if is_here("nft") else ()


def opening(access: Access, refusals: Iterable[Refusal]) -> tuple[Command, ...]:
    """None where nothing is refused."""
    return _script(line for refusal in refusals for line in _inserted(access, refusal))


def closing(access: Access, chains: Iterable[Chain]) -> tuple[Command, ...]:
    """Takes out what `opening` put in."""
    return _script(
        f"delete rule {chain.family} {chain.table} {chain.name} {' '.join(rule.place)}"
        for chain in chains
        for rule in chain.rules
        if rule.mark == access.mark
    )


def rules(access: Access) -> tuple[str, ...]:
    """As they are written in a chain for what comes in."""
    return tuple(_rules(access, access.services, "iifname", "dport"))


def _inserted(access: Access, refusal: Refusal) -> Iterator[str]:
    chain = refusal.chain
    interface, port = ("iifname", "dport") if chain.hook in IN_HOOKS else ("oifname", "sport")
    for rule in _rules(access, refusal.services, interface, port):
        yield f"insert rule {chain.family} {chain.table} {chain.name} {rule}"


def _rules(access: Access, services: Iterable[Service], interface: str, port: str) -> Iterator[str]:
    for protocol, ports in _by_protocol(services):
        yield f'{interface} "{access.bridge}" {protocol} {port} {{ {ports} }} accept comment "{access.mark}"'


def _by_protocol(services: Iterable[Service]) -> Iterator[tuple[str, str]]:
    ports: dict[str, list[str]] = {}
    for service in services:
        ports.setdefault(service.protocol, []).append(str(service.port))
    for protocol, each in ports.items():
        yield protocol, ", ".join(each)


def _script(lines: Iterable[str]) -> tuple[Command, ...]:
    text = "".join(f"{line}\n" for line in lines)
    return (Command(("nft", "--file", "-"), text),) if text else ()
