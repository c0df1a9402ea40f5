"""What a console says, as observations, and which boot it is about.

The firmware speaks before its first DISCOVER, so its first lines may come while the boot before is still the newest;
what it says of an address or later is about the boot whose DISCOVER was seen.
"""

from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.errors import OF_KERNEL
from netipl.firmware.spoken.signs import Said, Sign
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.timeline import Observation, Seen

BY_CONSOLE: Final = frozenset({Seen.FIRMWARE, Seen.FIRMWARE_ERROR, Seen.DISK_KERNEL})
"""What is about a boot only as long as its firmware has the word."""

_SEEN: Final = {Sign.ERROR: Seen.FIRMWARE_ERROR, Sign.KERNEL: Seen.KERNEL, Sign.KERNEL_OF_DISK: Seen.DISK_KERNEL}
_SIGNS: Final = {seen: sign for sign, seen in _SEEN.items()}
_BEFORE_DHCP: Final = frozenset({Sign.IPL, Sign.NETWORK, Sign.DISK})
_OWN_KEYS: Final = frozenset({"sign", "line", "rule", "remedy"})


def seen(said: Said) -> tuple[Seen, dict[str, str | int]]:
    """The observation that `said` is, and its detail."""
    detail: dict[str, str | int] = {"line": said.line, **said.facts}
    if said.rule is not None:
        detail |= {"rule": said.rule, "remedy": RULES[said.rule].remedy}
    if said.sign not in _SEEN:
        detail["sign"] = said.sign
    return _SEEN.get(said.sign, Seen.FIRMWARE), detail


def said(observation: Observation) -> Said | None:
    """What was said, if the console said it."""
    detail = observation.detail
    sign = _SIGNS.get(observation.seen)
    if sign is None and observation.seen is Seen.FIRMWARE:
        sign = Sign(str(detail["sign"]))
    if sign is None:
        return None
    facts = {key: fact if isinstance(fact, int) else str(fact) for key, fact in detail.items() if key not in _OWN_KEYS}
    rule = RuleId(str(detail["rule"])) if "rule" in detail else None
    return Said(sign=sign, line=str(detail.get("line", "")), rule=rule, facts=facts)


def spoken_of(boots: Boots, observation: Observation) -> Boot | None:
    """The boot that something BY_CONSOLE is about; None where it is about none that netipl has seen begin."""
    boot, what = boots.concerned(observation), said(observation)
    if boot is None or what is None:
        return None
    if what.sign in _BEFORE_DHCP:
        return boot if boot.state is BootState.ASKING else None
    if boot.state is BootState.STARTED:
        return boot if what.rule in OF_KERNEL else None
    return boot if boot.state is not BootState.INTERRUPTED else None
