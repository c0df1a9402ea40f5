"""What a firewall does with a packet, as far as its rules can be understood: a condition that is not known may hold.

Chains end in a verdict as nftables and iptables define it: a drop in one is final, an accept in one leaves the packet
to the others. So a packet passes only where no chain may refuse it. Sources: nft(8), iptables(8).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from ipaddress import IPv4Network
from typing import Final

_DEEPEST: Final = 32  # jumps; the kernel refuses rules that go deeper than 16


class Field(StrEnum):
    """What of a packet a condition is about."""

    IN = "in"
    """The interface that it came by; none for one of our own."""
    OUT = "out"
    FAMILY = "family"
    """`ipv4`."""
    PROTOCOL = "protocol"
    SOURCE = "source"
    DESTINATION = "destination"
    SOURCE_PORT = "source port"
    DESTINATION_PORT = "destination port"
    STATE = "state"
    """Of connection tracking: `new` or `established`."""
    OTHER = "other"
    """Anything else."""


class Holds(Enum):
    """Whether a condition does, for a packet of which not everything is known."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Verdict(StrEnum):
    """What a rule does with a packet that it is for."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    """Dropped or rejected."""
    JUMP = "jump"
    GOTO = "goto"
    RETURN = "return"
    CONTINUE = "continue"


Choice = str | range | IPv4Network | None
"""What a condition allows: a word, ports, addresses, or what is not understood. `*` ends a word that may go on."""

Known = str | int | IPv4Network | None
"""What a packet has there: a network where it is one of its addresses, None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for each of `choices`, or where `negated` for all others."""

    field: Field
    choices: tuple[Choice, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`target` is the chain of a jump or goto, `mark` the rule's comment; `place` tells its program which one it is."""

    conditions: tuple[Condition, ...] = ()
    verdict: Verdict
    target: str = ""
    mark: str = ""
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`hook` is where the kernel calls it, and empty for one that others jump to. `family` and `table` hold it."""

    family: str
    table: str
    name: str
    hook: str = ""
    policy: Verdict = Verdict.ACCEPT
    rules: tuple[Rule, ...] = ()

    def __str__(self) -> str:
        return f"{self.family} {self.table} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One of those that must pass `hook`. A field that it has not got is not in `fields`."""

    hook: str
    fields: Mapping[Field, Known]


def refuses(chain: Chain, chains: Mapping[str, Chain], packet: Packet) -> bool:
    """Whether `chain` may refuse `packet`; `chains` are those of its table, by name."""
    end = _end(chain.rules, chains, packet, _DEEPEST)
    return (chain.policy if end is None else end) is Verdict.REFUSE


def _end(rules: Iterable[Rule], chains: Mapping[str, Chain], packet: Packet, depth: int) -> Verdict | None:
    """None where the rules come to no end of their own."""
    for rule in rules:
        holds = _all_hold(rule.conditions, packet)
        if holds is Holds.NO:
            continue
        match rule.verdict:
            case Verdict.REFUSE:
                return Verdict.REFUSE
            case Verdict.ACCEPT if holds is Holds.YES:
                return Verdict.ACCEPT
            case Verdict.RETURN if holds is Holds.YES:
                return None
            case Verdict.JUMP | Verdict.GOTO if rule.target in chains and depth:
                end = _end(chains[rule.target].rules, chains, packet, depth - 1)
                if end is Verdict.REFUSE or (end is not None and holds is Holds.YES):
                    return end
                if rule.verdict is Verdict.GOTO and holds is Holds.YES:
                    return None
    return None


def _all_hold(conditions: Iterable[Condition], packet: Packet) -> Holds:
    found = {_holds(condition, packet) for condition in conditions}
    return next((each for each in (Holds.NO, Holds.MAYBE) if each in found), Holds.YES)


def _holds(condition: Condition, packet: Packet) -> Holds:
    if condition.field is Field.OTHER:
        return Holds.MAYBE
    if condition.field not in packet.fields:
        return Holds.YES if condition.negated else Holds.NO
    known = packet.fields[condition.field]
    found = {_is(known, choice) for choice in condition.choices}
    holds = next((each for each in (Holds.YES, Holds.MAYBE) if each in found), Holds.NO)
    return _NOT[holds] if condition.negated else holds


def _is(known: Known, choice: Choice) -> Holds:
    match known, choice:
        case str(), str():
            fits = known.startswith(choice[:-1]) if choice.endswith("*") else known == choice
            return Holds.YES if fits else Holds.NO
        case int(), range():
            return Holds.YES if known in choice else Holds.NO
        case IPv4Network(), IPv4Network():
            if known.subnet_of(choice):
                return Holds.YES
            return Holds.MAYBE if known.overlaps(choice) else Holds.NO
    return Holds.MAYBE


_NOT: Final = {Holds.YES: Holds.NO, Holds.NO: Holds.YES, Holds.MAYBE: Holds.MAYBE}
