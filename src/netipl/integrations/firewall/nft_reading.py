"""The ruleset of nftables as chains, read from `nft --json list ruleset`. Sources: libnftables-json(5), nft(8)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, summarize_address_range
from typing import Any, Final

from netipl.errors import UnavailableError
from netipl.integrations.firewall.rules import Chain, Choice, Condition, Field, Rule, Verdict

Json = Any  # JSON of another program
Place = tuple[str, str, str]
"""Family, table and name of a chain, set or map."""

_FAMILIES: Final = ("ip", "inet")
"""Those that see IPv4 packets for this host. What a bridge does with frames is not looked at."""

_KEYS: Final[Mapping[tuple[str, object], Field]] = {
    ("meta", "iifname"): Field.IN,
    ("meta", "iif"): Field.IN,
    ("meta", "oifname"): Field.OUT,
    ("meta", "oif"): Field.OUT,
    ("meta", "nfproto"): Field.FAMILY,
    ("meta", "l4proto"): Field.PROTOCOL,
    ("ct", "state"): Field.STATE,
}
_PAYLOAD: Final = {
    "saddr": Field.SOURCE,
    "daddr": Field.DESTINATION,
    "sport": Field.SOURCE_PORT,
    "dport": Field.DESTINATION_PORT,
    "protocol": Field.PROTOCOL,
}
_ADDRESSES: Final = (Field.SOURCE, Field.DESTINATION)
_PORTS: Final = (Field.SOURCE_PORT, Field.DESTINATION_PORT)
_PROTOCOLS: Final = {6: "tcp", 17: "udp"}
_TRANSPORTS: Final = ("tcp", "udp")

_VERDICTS: Final = {
    "accept": Verdict.ACCEPT,
    "drop": Verdict.REFUSE,
    "reject": Verdict.REFUSE,
    "jump": Verdict.JUMP,
    "goto": Verdict.GOTO,
    "return": Verdict.RETURN,
}
_NO_CONDITIONS: Final = ("counter", "log", "mangle", "notrack", "flow", "set", "ct helper")
_UNKNOWN: Final = Condition(Field.OTHER)


def chains(text: str) -> tuple[Chain, ...]:
    """All that see IPv4 packets, in the order of the ruleset. Raises UnavailableError for what is no ruleset."""
    try:
        return tuple(_chains([pair for each in json.loads(text)["nftables"] for pair in each.items()]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError(f"nft shows what is no ruleset: {error!r}") from error


def _chains(objects: Sequence[tuple[str, Json]]) -> Iterator[Chain]:
    sets = {_place(each, "name"): each.get("elem", ()) for kind, each in objects if kind in {"set", "map"}}
    rules: dict[Place, list[Rule]] = {}
    for kind, each in objects:
        if kind == "rule":
            reader = _Reader(each["family"], each["table"], sets)
            rules.setdefault(_place(each, "chain"), []).extend(reader.rules(each))
    for kind, each in objects:
        if kind == "chain" and each["family"] in _FAMILIES:
            yield Chain(
                family=each["family"],
                table=each["table"],
                name=each["name"],
                hook=each.get("hook", ""),
                policy=_VERDICTS[each.get("policy", "accept")],
                rules=tuple(rules.get(_place(each, "name"), ())),
            )


def _place(each: Json, name: str) -> Place:
    return each["family"], each["table"], each[name]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Of the rules of one table."""

    family: str
    table: str
    sets: Mapping[Place, Iterable[Json]]

    def rules(self, rule: Json) -> Iterator[Rule]:
        """One; where a verdict map stands in it, one for each of its elements."""
        conditions: tuple[Condition, ...] = ()
        mark, place = rule.get("comment", ""), ("handle", str(rule["handle"]))
        for statement in rule["expr"]:
            [(kind, said)] = statement.items()
            match kind:
                case "match":
                    conditions += tuple(self._conditions(said))
                case "vmap":
                    for key, verdict in self._values(said["data"]):
                        only = self._conditions({"op": "==", "left": said["key"], "right": key})
                        yield _rule((*conditions, *only), verdict, mark, place)
                case "xt" if said["type"] == "target" and said["name"] in {"REJECT", "DROP"}:
                    yield Rule(conditions=conditions, verdict=Verdict.REFUSE, mark=mark, place=place)
                case _ if kind in _VERDICTS:
                    yield _rule(conditions, statement, mark, place)
                case _ if kind not in _NO_CONDITIONS:
                    conditions += (_UNKNOWN,)

    def _conditions(self, match: Json) -> Iterator[Condition]:
        left, negated = match["left"], match["op"] == "!="
        [(kind, said)] = left.items() if isinstance(left, dict) else [("", {})]
        field, protocol = Field.OTHER, None
        if kind == "payload" and said.get("protocol") in {"ip6", "icmpv6"}:
            yield Condition(Field.FAMILY, ("ipv6",))
        elif kind == "payload" and said.get("protocol") in {"ip", "th", *_TRANSPORTS}:
            field, protocol = _PAYLOAD.get(said["field"], Field.OTHER), said["protocol"]
        elif isinstance(said, dict):
            field = _KEYS.get((kind, said.get("key")), Field.OTHER)
        if protocol in _TRANSPORTS:
            yield Condition(Field.PROTOCOL, (protocol,))
        if match["op"] not in {"==", "!=", "in"}:
            field = Field.OTHER
        yield Condition(field, tuple(_choices(field, self._values(match["right"]))), negated)

    def _values(self, right: Json) -> Iterator[Json]:
        if isinstance(right, str) and right.startswith("@"):
            yield from self.sets.get((self.family, self.table, right[1:]), (None,))
        elif isinstance(right, dict) and "set" in right:
            yield from right["set"]
        elif isinstance(right, list):
            yield from right
        else:
            yield right


def _rule(conditions: tuple[Condition, ...], verdict: Json, mark: str, place: tuple[str, ...]) -> Rule:
    [(kind, said)] = verdict.items()
    target = said["target"] if kind in {"jump", "goto"} else ""
    return Rule(conditions=conditions, verdict=_VERDICTS[kind], target=target, mark=mark, place=place)


def _choices(field: Field, values: Iterable[Json]) -> Iterator[Choice]:
    for each in values:
        value = each["elem"]["val"] if isinstance(each, dict) and "elem" in each else each
        try:
            yield from _choice(field, value)
        except (ValueError, KeyError, TypeError):
            yield None


def _choice(field: Field, value: Json) -> Iterator[Choice]:
    if field in _ADDRESSES:
        if isinstance(value, dict) and "range" in value:
            first, last = value["range"]
            yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
        elif isinstance(value, dict):
            yield IPv4Network((value["prefix"]["addr"], value["prefix"]["len"]))
        else:
            yield IPv4Network(value)
    elif field in _PORTS:
        first, last = value["range"] if isinstance(value, dict) else (value, value)
        yield range(int(first), int(last) + 1)
    elif isinstance(value, int):
        yield _PROTOCOLS.get(value)
    else:
        yield value if isinstance(value, str) else None
