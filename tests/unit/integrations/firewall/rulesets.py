"""Rulesets for tests, in the words of `nft --json`, as short as can be."""

import json
from ipaddress import IPv4Address, IPv4Network

from netipl.integrations.firewall.access import DHCP, TFTP, Access, Service

HTTP = Service("HTTP", "tcp", 8069)
ACCESS = Access(
    bridge="virbr0",
    subnet=IPv4Network("192.168.122.0/24"),
    server=IPv4Address("192.168.122.1"),
    services=(DHCP, TFTP, HTTP),
)

Statement = dict[str, object]
ACCEPT: Statement = {"accept": None}
DROP: Statement = {"drop": None}
REJECT: Statement = {"reject": {"type": "icmpx", "expr": "port-unreachable"}}


def match(left: Statement, right: object, op: str = "==") -> Statement:
    return {"match": {"op": op, "left": left, "right": right}}


def meta(key: str, right: object, op: str = "==") -> Statement:
    return match({"meta": {"key": key}}, right, op)


def payload(protocol: str, field: str, right: object, op: str = "==") -> Statement:
    return match({"payload": {"protocol": protocol, "field": field}}, right, op)


def state(right: object, op: str = "in") -> Statement:
    return match({"ct": {"key": "state"}}, right, op)


def jump(target: str, kind: str = "jump") -> Statement:
    return {kind: {"target": target}}


def ruleset(
    *rules: list[Statement],
    policy: str = "drop",
    hook: str = "input",
    others: dict[str, list[list[Statement]]] | None = None,
    sets: dict[str, list[object]] | None = None,
) -> str:
    """The table `inet filter` with the base chain `input` of `rules`, other chains and sets by name."""
    where = {"family": "inet", "table": "filter"}
    base = {**where, "name": "input", "type": "filter", "hook": hook, "prio": 0, "policy": policy}
    chains = [{"chain": base}, *({"chain": {**where, "name": name}} for name in others or {})]
    elements = [{"set": {**where, "name": name, "elem": elem}} for name, elem in (sets or {}).items()]
    all_rules = {"input": list(rules), **(others or {})}
    numbered = enumerate(((name, rule) for name, each in all_rules.items() for rule in each), start=10)
    made = [{"rule": {**where, "chain": name, "handle": handle, "expr": rule}} for handle, (name, rule) in numbered]
    return json.dumps({"nftables": [{"metainfo": {"json_schema_version": 1}}, *elements, *chains, *made]})
