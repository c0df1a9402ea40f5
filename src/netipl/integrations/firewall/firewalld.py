"""Rich rules of firewalld, in the zone of a bridge, for now and for good: each for one destination, since what else is
in the zone gets it, too. Sources: firewall-cmd(1), firewalld.richlanguage(5).
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import Final

from netipl.integrations.firewall.access import DHCP, IN_HOOKS, Access, Refusal, Service
from netipl.integrations.firewall.commands import Command
from netipl.integrations.firewall.rules import Chain

_PROGRAM: Final = "firewall-cmd"
_EVERYBODY: Final = IPv4Address("255.255.255.255")


def is_running() -> bool:
    """Whether it answers."""
    return Command((_PROGRAM, "--state")).succeeds()


def owns(chain: Chain) -> bool:
    """Whether a chain of nftables is one of firewalld."""
    return chain.table == "firewalld"


def opening(access: Access, refusals: Iterable[Refusal]) -> tuple[Command, ...]:
    """Of what comes in; firewalld refuses nothing that goes out, unless a policy says so."""
    arriving = [refusal for refusal in refusals if refusal.chain.hook in IN_HOOKS]
    services = {service for refusal in arriving for service in refusal.services}
    rules = [rule for service in access.services if service in services for rule in _rules(access, service)]
    return tuple(_changes("add", access, rules)) if rules else ()


def shared(access: Access) -> str:
    """Who else gets in by rules in the zone of the bridge, for people; empty where nobody does.

    A rich rule cannot name an interface, so it holds for the whole zone.
    """
    zone = _zone(access.bridge)
    others = Command((_PROGRAM, f"--zone={zone}", "--list-interfaces")).run().split()
    others = [each for each in others if each != access.bridge]
    if zone == Command((_PROGRAM, "--get-default-zone")).run().strip():
        others.append("whatever is in no zone")
    return f"firewalld opens it for its whole zone {zone}, so for {', '.join(others)}, too" if others else ""


def closing(access: Access) -> tuple[Command, ...]:
    """Takes out what `opening` put in."""
    zone = _zone(access.bridge)
    there = Command((_PROGRAM, f"--zone={zone}", "--list-rich-rules")).run().splitlines()
    ours = [rule for service in access.services for rule in _rules(access, service) if rule in there]
    return tuple(_changes("remove", access, ours)) if ours else ()


def _rules(access: Access, service: Service) -> Iterator[str]:
    """As firewalld writes them itself, so that those that are there can be told."""
    for address in (access.server, *([_EVERYBODY] if service == DHCP else [])):
        where = f'rule family="ipv4" destination address="{address}"'
        yield f'{where} port port="{service.port}" protocol="{service.protocol}" accept'


def _changes(verb: str, access: Access, rules: Iterable[str]) -> Iterator[Command]:
    zone = _zone(access.bridge)
    for rule in rules:
        for lasting in ((), ("--permanent",)):
            yield Command((_PROGRAM, *lasting, f"--zone={zone}", f"--{verb}-rich-rule={rule}"))


def _zone(bridge: str) -> str:
    asked = Command((_PROGRAM, f"--get-zone-of-interface={bridge}"))
    return asked.run().strip() if asked.succeeds() else Command((_PROGRAM, "--get-default-zone")).run().strip()
