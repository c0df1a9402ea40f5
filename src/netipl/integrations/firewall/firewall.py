"""The firewall of this host, whoever keeps it: what refuses an access, and the commands that open and close it.

firewalld where it runs, iptables for its own chains, nftables for all others. Everything that is seen counts, not what
is installed. Reads with the caller's rights; changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netipl.integrations.firewall import firewalld, iptables, nftables
from netipl.integrations.firewall.access import Access, Refusal, refusals
from netipl.integrations.firewall.commands import Command
from netipl.integrations.firewall.rules import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What refuses an access now, and `commands` that let it through. `is_lasting` where they outlive a restart.

    `shared` tells who else gets in by them, where somebody does.
    """

    refusals: tuple[Refusal, ...] = ()
    commands: tuple[Command, ...] = ()
    is_lasting: bool = True
    shared: str = ""


def opening(access: Access) -> Opening:
    """Empty where nothing refuses it. Raises UnavailableError for who may not see the rules."""
    seen = nftables.chains()
    programs = iptables.programs(seen)
    by_firewalld = firewalld.is_running()
    by_nft = refusals(access, _of_nobody_else(seen, programs, by_firewalld=by_firewalld))
    found, commands = [*by_nft], [*nftables.opening(access, by_nft)]
    for program in programs:
        by_iptables = refusals(access, iptables.chains(program))
        found += by_iptables
        commands += iptables.opening(program, access, by_iptables)
    is_lasting, shared = not commands, ""
    if by_firewalld:
        by_its_rules = refusals(access, [chain for chain in seen if firewalld.owns(chain)])
        found += by_its_rules
        if rules := firewalld.opening(access, by_its_rules):
            commands += rules
            shared = firewalld.shared(access)
    return Opening(refusals=tuple(found), commands=tuple(commands), is_lasting=is_lasting, shared=shared)


def closing(access: Access) -> tuple[Command, ...]:
    """What takes out the rules that an opening of the same bridge put in. Raises UnavailableError."""
    seen = nftables.chains()
    programs = iptables.programs(seen)
    commands = [*nftables.closing(access, _of_nobody_else(seen, programs, by_firewalld=False))]
    for program in programs:
        commands += iptables.closing(program, access, iptables.chains(program))
    if firewalld.is_running():
        commands += firewalld.closing(access)
    return tuple(commands)


def _of_nobody_else(seen: Iterable[Chain], programs: Iterable[str], *, by_firewalld: bool) -> Iterator[Chain]:
    """The chains that nft itself is to write to."""
    for chain in seen:
        if not (programs and iptables.owns(chain)) and not (by_firewalld and firewalld.owns(chain)):
            yield chain
