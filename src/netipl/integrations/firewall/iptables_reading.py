"""The filter table of iptables as chains, read from `iptables-save --table filter`. Sources: iptables(8),
iptables-extensions(8).
"""

import shlex
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Final

from netipl.errors import UnavailableError
from netipl.integrations.firewall.rules import Chain, Choice, Condition, Field, Rule, Verdict

TABLE: Final = "filter"
_HOOKS: Final = {"INPUT": "input", "FORWARD": "forward", "OUTPUT": "output"}
_VERDICTS: Final = {
    "ACCEPT": Verdict.ACCEPT,
    "DROP": Verdict.REFUSE,
    "REJECT": Verdict.REFUSE,
    "RETURN": Verdict.RETURN,
    "-": Verdict.ACCEPT,
}
_CONTINUING: Final = ("LOG", "NFLOG", "ULOG", "MARK", "CONNMARK", "CT", "NOTRACK", "CHECKSUM", "TCPMSS", "SET", "AUDIT")
_FIELDS: Final = {
    "-i": Field.IN,
    "-o": Field.OUT,
    "-p": Field.PROTOCOL,
    "-s": Field.SOURCE,
    "-d": Field.DESTINATION,
    "--sport": Field.SOURCE_PORT,
    "--dport": Field.DESTINATION_PORT,
    "--sports": Field.SOURCE_PORT,
    "--dports": Field.DESTINATION_PORT,
    "--ctstate": Field.STATE,
    "--state": Field.STATE,
}
_UNDERSTOOD: Final = {"udp", "tcp", "multiport", "conntrack", "state", "comment"}
"""Matches that are no condition by themselves, or one that its options say."""


def chains(text: str) -> tuple[Chain, ...]:
    """In the order of the table. Raises UnavailableError for what is no such table."""
    names: dict[str, Verdict] = {}
    rules: dict[str, list[Rule]] = {}
    try:
        for line in text.splitlines():
            if line.startswith(":"):
                name, policy, *_ = line[1:].split()
                names[name] = _VERDICTS[policy]
            elif line.startswith("-A "):
                _, name, *words = shlex.split(line)
                rules.setdefault(name, []).append(_rule(words))
    except (ValueError, KeyError, IndexError) as error:
        raise UnavailableError(f"iptables-save shows what is no table: {error!r}") from error
    return tuple(
        Chain(
            family="ip",
            table=TABLE,
            name=name,
            hook=_HOOKS.get(name, ""),
            policy=policy,
            rules=tuple(rules.get(name, ())),
        )
        for name, policy in names.items()
    )


def _rule(words: Sequence[str]) -> Rule:
    conditions: list[Condition] = []
    verdict, target, mark = Verdict.CONTINUE, "", ""
    for option, negated, argument in _options(words):
        if option in {"-j", "-g"}:
            verdict, target = _verdict(option, argument)
            break  # what follows are options of the target
        if option == "--comment":
            mark = argument
        elif option in _FIELDS:
            field = _FIELDS[option]
            conditions.append(Condition(field, tuple(_choices(field, argument)), negated))
        elif option != "-m" or argument not in _UNDERSTOOD:
            conditions.append(Condition(Field.OTHER))
    return Rule(conditions=tuple(conditions), verdict=verdict, target=target, mark=mark, place=tuple(words))


def _options(words: Sequence[str]) -> Iterator[tuple[str, bool, str]]:
    """Each option, whether `!` stands before it, and its argument."""
    starts = [place for place, word in enumerate(words) if word.startswith("-") and len(word) > 1]
    for place, end in zip(starts, [*starts[1:], len(words)], strict=True):
        arguments = [word for word in words[place + 1 : end] if word != "!"]
        yield words[place], place > 0 and words[place - 1] == "!", " ".join(arguments)


def _verdict(option: str, target: str) -> tuple[Verdict, str]:
    if option == "-g":
        return Verdict.GOTO, target
    if target in _VERDICTS:
        return _VERDICTS[target], ""
    return (Verdict.CONTINUE, "") if target in _CONTINUING else (Verdict.JUMP, target)


def _choices(field: Field, argument: str) -> Iterator[Choice]:
    match field:
        case Field.SOURCE | Field.DESTINATION:
            yield IPv4Network(argument, strict=False)
        case Field.SOURCE_PORT | Field.DESTINATION_PORT:
            for part in argument.split(","):
                first, colon, last = part.partition(":")
                yield range(int(first or 0), int((last or 65535) if colon else first) + 1)
        case Field.IN | Field.OUT:
            yield argument[:-1] + "*" if argument.endswith("+") else argument
        case _:
            yield from argument.lower().split(",")
