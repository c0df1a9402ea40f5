"""Rules in the chains of iptables, in whichever of its two variants has some: nf_tables or legacy.

The variant of nf_tables keeps its chains in a table of nftables that only iptables is to write to. Sources:
iptables(8), xtables-nft(8), xtables-legacy(8).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netipl.integrations.firewall import iptables_reading
from netipl.integrations.firewall.access import IN_HOOKS, Access, Refusal
from netipl.integrations.firewall.commands import Command, is_here
from netipl.integrations.firewall.iptables_reading import TABLE
from netipl.integrations.firewall.rules import Chain

_LEGACY_TABLES: Final = Path("/proc/net/ip_tables_names")
_BUILT_IN: Final = ("INPUT", "OUTPUT")


def programs(of_nftables: Iterable[Chain]) -> tuple[str, ...]:
    """The iptables that have a table now. Asking another would make it one."""
    in_nftables = any(owns(chain) and chain.name in _BUILT_IN for chain in of_nftables)
    variants = (("iptables-nft", in_nftables), ("iptables-legacy", _has_legacy_table()))
    found = [next(filter(is_here, (name, "iptables")), "") for name, has_table in variants if has_table]
    return tuple(name for name in found if name)


def owns(chain: Chain) -> bool:
    """Whether a chain of nftables is one of iptables."""
    return (chain.family, chain.table) == ("ip", TABLE)


def chains(program: str) -> tuple[Chain, ...]:
    """Of the filter table. Raises UnavailableError."""
    return iptables_reading.chains(Command((f"{program}-save", "--table", TABLE)).run())


def opening(program: str, access: Access, refusals: Iterable[Refusal]) -> tuple[Command, ...]:
    """A command for each chain and port."""
    commands = []
    for refusal in refusals:
        interface, port = ("-i", "--dport") if refusal.chain.hook in IN_HOOKS else ("-o", "--sport")
        for service in refusal.services:
            rule = (interface, access.bridge, "-p", service.protocol, port, str(service.port))
            comment = ("-m", "comment", "--comment", access.mark)
            commands.append(Command((program, "--wait", "-I", refusal.chain.name, *rule, *comment, "-j", "ACCEPT")))
    return tuple(commands)


def closing(program: str, access: Access, chains: Iterable[Chain]) -> tuple[Command, ...]:
    """Takes out what `opening` put in."""
    return tuple(
        Command((program, "--wait", "-D", chain.name, *rule.place))
        for chain in chains
        for rule in chain.rules
        if rule.mark == access.mark
    )


def _has_legacy_table() -> bool:
    try:
        return TABLE in _LEGACY_TABLES.read_text().split()
    except OSError:  # not for us to read, or no such module
        return False
