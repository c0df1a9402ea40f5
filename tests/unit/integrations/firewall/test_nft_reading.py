import pytest

from netipl.errors import UnavailableError
from netipl.integrations.firewall import nft_reading
from netipl.integrations.firewall.access import refusals
from tests.unit.integrations.firewall.rulesets import (
    ACCEPT,
    ACCESS,
    DROP,
    REJECT,
    Statement,
    jump,
    match,
    meta,
    payload,
    ruleset,
    state,
)

FROM_BRIDGE = meta("iifname", "virbr0")
ESTABLISHED = [state(["established", "related"]), ACCEPT]
VERDICTS: Statement = {
    "vmap": {
        "key": {"ct": {"key": "state"}},
        "data": {"set": [["invalid", DROP], ["established", ACCEPT]]},
    }
}
ALL = "DHCP TFTP HTTP"

CASES = {
    "a policy of drop refuses all": (ruleset(), ALL),
    "a policy of accept refuses nothing": (ruleset(policy="accept"), ""),
    "what is established helps nobody to begin": (ruleset(ESTABLISHED), ALL),
    "a verdict map is a rule for each element": (ruleset([VERDICTS]), ALL),
    "the bridge is let in": (ruleset([FROM_BRIDGE, ACCEPT]), ""),
    "all bridges of libvirt are let in": (ruleset([meta("iifname", "virbr*"), ACCEPT]), ""),
    "another bridge is let in": (ruleset([meta("iifname", "virbr1"), ACCEPT]), ALL),
    "all but the bridge are let in": (ruleset([meta("iifname", "virbr0", "!="), ACCEPT]), ALL),
    "a set of interfaces": (ruleset([meta("iifname", {"set": ["lo", "virbr0"]}), ACCEPT]), ""),
    "one port": (ruleset([payload("udp", "dport", 67), ACCEPT]), "TFTP HTTP"),
    "a range of ports": (ruleset([payload("udp", "dport", {"range": [60, 69]}), ACCEPT]), "HTTP"),
    "a set of ports and ranges": (
        ruleset([payload("udp", "dport", {"set": [{"range": [1, 67]}, 69]}), ACCEPT]),
        "HTTP",
    ),
    "a port of any transport": (
        ruleset([meta("l4proto", {"set": ["tcp", "udp"]}), payload("th", "dport", 69), ACCEPT]),
        "DHCP HTTP",
    ),
    "the same number in the other transport": (ruleset([payload("tcp", "dport", 67), ACCEPT]), ALL),
    "a transport as a number": (ruleset([payload("ip", "protocol", 17), ACCEPT]), "HTTP"),
    "the subnet is let in, from where no client without an address comes": (
        ruleset([payload("ip", "saddr", {"prefix": {"addr": "192.168.0.0", "len": 16}}), ACCEPT]),
        "DHCP",
    ),
    "a part of the subnet is let in": (ruleset([payload("ip", "saddr", "192.168.122.7"), ACCEPT]), ALL),
    "a named set of addresses": (
        ruleset(
            [payload("ip", "daddr", "@ours"), ACCEPT], sets={"ours": [{"range": ["192.168.122.1", "192.168.122.2"]}]}
        ),
        "DHCP",
    ),
    "a set that is not there may hold anything": (
        ruleset([payload("ip", "daddr", "@ours"), DROP], policy="accept"),
        ALL,
    ),
    "strangers are dropped": (
        ruleset([payload("ip", "saddr", {"prefix": {"addr": "10.0.0.0", "len": 8}}), DROP], policy="accept"),
        "",
    ),
    "a part of the guests is dropped": (
        ruleset([payload("ip", "saddr", "192.168.122.7"), REJECT], policy="accept"),
        "DHCP TFTP HTTP",
    ),
    "a condition that is not known may refuse": (
        ruleset([match({"fib": {"result": "oif", "flags": ["saddr", "iif"]}}, False), DROP], policy="accept"),
        ALL,
    ),
    "a condition that is not known lets nobody in": (ruleset([{"limit": {"rate": 1, "per": "second"}}, ACCEPT]), ALL),
    "what is for IPv6 alone": (ruleset([meta("nfproto", "ipv6"), DROP], policy="accept"), ""),
    "a field of IPv6": (ruleset([payload("ip6", "saddr", "fe80::1"), DROP], policy="accept"), ""),
    "another port is rejected": (ruleset([payload("tcp", "dport", 22), REJECT], policy="accept"), ""),
    "a comparison of ports is not understood": (ruleset([payload("udp", "dport", 60, ">"), ACCEPT]), ALL),
    "a counter is no condition": (ruleset([{"counter": {"packets": 0, "bytes": 0}}, ACCEPT]), ""),
    "what comes first decides": (ruleset([FROM_BRIDGE, ACCEPT], [DROP]), ""),
    "what comes later does not": (ruleset([DROP], [FROM_BRIDGE, ACCEPT]), ALL),
    "a jump that lets in": (ruleset([FROM_BRIDGE, jump("guests")], others={"guests": [[ACCEPT]]}), ""),
    "a jump that comes back": (
        ruleset([jump("guests")], [ACCEPT], others={"guests": [[{"return": None}], [DROP]]}),
        "",
    ),
    "a goto does not come back": (ruleset([jump("guests", "goto")], [ACCEPT], others={"guests": []}), ALL),
    "a chain that jumps to itself ends": (ruleset([jump("loop")], [ACCEPT], others={"loop": [[jump("loop")]]}), ""),
    "a target of iptables refuses": (ruleset([{"xt": {"type": "target", "name": "REJECT"}}], policy="accept"), ALL),
    "a match of iptables is not understood": (ruleset([{"xt": {"type": "match", "name": "geoip"}}, ACCEPT]), ALL),
    "what is forwarded is not for this host": (ruleset(hook="forward"), ""),
    "replies go out by the bridge": (ruleset([meta("oifname", "virbr0"), ACCEPT], hook="output"), ""),
    "replies are established": (ruleset(ESTABLISHED, hook="output"), ""),
    "replies are refused": (ruleset(hook="output"), ALL),
    "replies come from the port that was asked": (
        ruleset([payload("udp", "sport", {"set": [67, 69]}), ACCEPT], hook="output"),
        "HTTP",
    ),
}


@pytest.mark.parametrize(("text", "refused"), CASES.values(), ids=CASES)
def test_what_a_ruleset_refuses(text: str, refused: str) -> None:
    found = refusals(ACCESS, nft_reading.chains(text))
    assert " ".join(service.name for each in found for service in each.services) == refused


def test_a_rule_is_known_by_its_handle_and_its_comment() -> None:
    text = ruleset([ACCEPT]).replace('"handle": 10', '"handle": 10, "comment": "netipl: virbr0"')
    [chain] = nft_reading.chains(text)
    assert (chain.rules[0].mark, chain.rules[0].place) == ("netipl: virbr0", ("handle", "10"))


def test_tables_of_other_families_are_left_out() -> None:
    assert nft_reading.chains(ruleset().replace("inet", "ip6")) == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"nftables": 1}', '{"nftables": [{"rule": {}}]}'])
def test_what_is_no_ruleset_is_an_error(text: str) -> None:
    with pytest.raises(UnavailableError, match="no ruleset"):
        nft_reading.chains(text)
