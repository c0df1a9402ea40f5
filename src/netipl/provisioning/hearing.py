"""What a console says, as observations, and which boot it is about.

The firmware speaks before its first DISCOVER, so its first lines may come while the boot before is still the newest;
what it says of an address or later is about the boot whose DISCOVER was seen.
"""

from datetime import datetime, timedelta
from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.errors import OF_KERNEL
from netipl.firmware.spoken.signs import Said, Sign
from netipl.firmware.spoken.silence import suspicions
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Purpose
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Event, Observation, Seen

_OF_FIRMWARE: Final = frozenset({Seen.FIRMWARE, Seen.FIRMWARE_ERROR, Seen.DISK_KERNEL})
"""What is about a boot only as long as its firmware has the word."""
_OF_CONSOLE: Final = frozenset({Seen.CONSOLE_OPENED, Seen.CONSOLE_LOST})
"""What is about no boot, but about the console itself."""
_OF_GUESTS: Final = _OF_FIRMWARE | _OF_CONSOLE | {Seen.KERNEL}
"""Seen of a guest by its name, whether or not it has a boot."""
_FETCHED: Final = frozenset(
    {
        Seen.TFTP_MISSING,
        Seen.TFTP_DENIED,
        Seen.TFTP_STARTED,
        Seen.TFTP_FINISHED,
        Seen.TFTP_FAILED,
        Seen.HTTP_SERVED,
    }
)

_SEEN: Final = {Sign.ERROR: Seen.FIRMWARE_ERROR, Sign.KERNEL: Seen.KERNEL, Sign.KERNEL_OF_DISK: Seen.DISK_KERNEL}
_SIGNS: Final = {seen: sign for sign, seen in _SEEN.items()}
_QUIET: Final = timedelta(seconds=15)
"""So long after `starting kernel...` a kernel has said something, under TCG too."""
_BEFORE_DHCP: Final = frozenset({Sign.IPL, Sign.NEXT_DEVICE, Sign.NETWORK, Sign.DISK})
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
    """The boot that it is about; None where it is about none that netipl has seen begin."""
    if observation.seen in _OF_CONSOLE:
        return None
    boot, what = boots.concerned(observation), said(observation)
    if boot is None or what is None or observation.seen not in _OF_FIRMWARE:
        return boot
    if what.sign in _BEFORE_DHCP:
        return boot if boot.state is BootState.ASKING else None
    if boot.state is BootState.STARTED:
        return boot if what.rule in OF_KERNEL else None
    return boot if boot.state is not BootState.INTERRUPTED else None


def of_no_boot(inventory: Inventory, observation: Observation) -> Event | None:
    """What is kept of a guest's console where no boot is known, as when another server has its boots; and of what it
    fetches, where libvirt serves DHCP, since nothing tells there when a boot begins.
    """
    guest = inventory.guest(observation.guest) if observation.guest is not None else None
    network = inventory.network(guest.network) if guest is not None and guest.network is not None else None
    is_fetched = network is not None and network.is_libvirts and observation.seen in _FETCHED
    if guest is None or not (is_fetched or observation.seen in _OF_GUESTS):
        return None
    return Event(
        at=observation.at,
        what=observation.seen,
        network=guest.network or "",
        guest=guest.name,
        mac=observation.mac,
        address=observation.address,
        detail=observation.detail,
    )


def note(story: Story, observation: Observation) -> None:
    """What its console says becomes part of it."""
    if (what := said(observation)) is not None:
        story.speech, story.spoke = story.speech.then(what), observation.at


def has_given_up(boot: Boot, story: Story, now: datetime, settled: timedelta) -> bool:
    """By its own word, unless it was to turn to its disk. What the server saw comes a moment later than the console."""
    if boot.is_over or not story.speech.has_given_up or story.spoke is None:
        return False
    falls_through = boot.purpose is Purpose.DISK and boot.plan is not None and boot.plan.closed
    return not falls_through and now - story.spoke > settled


def fallen_silent(boot: Boot, story: Story, now: datetime) -> Observation | None:
    """Told once, long before the boot is given up: what was started says nothing on its console."""
    if story.is_silence_told or not story.speech.is_silent or boot.is_over or boot.purpose is Purpose.DISK:
        return None
    if story.spoke is None or now - story.spoke <= _QUIET:
        return None
    story.is_silence_told = True
    first, *others = suspicions(story.speech)
    detail: dict[str, str | int] = {
        "seconds": int((now - story.spoke).total_seconds()),
        "suspected": "; or ".join(suspicion.words for suspicion in (first, *others)),
        "rule": first.rule,
        "remedy": RULES[first.rule].remedy,
    }
    return Observation(at=now, seen=Seen.CONSOLE_SILENT, detail=detail)
