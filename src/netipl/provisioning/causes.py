"""Why a boot failed: the first row of the table whose signs it shows, as a rule of the one table and in words about it.

Where its console is heard, the firmware's own word counts first. The rows stand in the order in which a boot comes to
them, the later ones first: what happened last tells most.
"""

from collections.abc import Callable
from typing import Final

from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.silence import suspicions
from netipl.protocols.tftp.server import Reason
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.story import Story
from netipl.values import value
from netipl.wire import printable

_PROBED: Final = "pxelinux.cfg/"
_LONG: Final = 512
_NOTHING_FOUND: Final = "its firmware tried all names of configurations, and found none"


@value()
class Cause:
    """`words` are about this boot; the remedy is the rule's."""

    rule: RuleId
    words: str

    @property
    def remedy(self) -> str:
        return RULES[self.rule].remedy


_Sign = Callable[[Boot, Story], str | None]
"""The words for a boot that shows it, else None."""


def cause(boot: Boot, story: Story) -> Cause:
    """Of a boot that has failed or stands still."""
    if _changed(boot, story) is None and (told := _told(boot, story)) is not None:
        return told
    for rule, sign in _SIGNS:
        words = sign(boot, story)
        if words is not None:
            return Cause(rule, printable(words))
    return Cause(RuleId.LOAD_FAILED, "the firmware gave up, and nothing tells why")


def has_all(boot: Boot, story: Story) -> bool:
    """Whether the firmware has fetched every file of its plan.

    It goes on with the last block of its last file whether or not its ACK arrives; that it gives its address back then
    is the only sign.
    """
    if boot.plan is None or not boot.plan.names:
        return False
    if story.is_released:
        return may_have_all(boot, story)
    return boot.plan.names <= story.fetched.keys()


def may_have_all(boot: Boot, story: Story) -> bool:
    """Whether nothing of its plan is wanting but, at most, the last blocks."""
    if boot.plan is None or not boot.plan.names:
        return False
    return boot.plan.names <= story.fetched.keys() | story.unconfirmed


def _told(boot: Boot, story: Story) -> Cause | None:
    """By the firmware itself. Why it has no address is better known to the server that it asked."""
    speech = story.speech
    if boot.state is BootState.ASKING:
        return None
    if speech.is_silent:
        first, *others = suspicions(speech)
        words = "; or ".join(suspicion.words for suspicion in (first, *others))
        return Cause(first.rule, printable(f"nothing came after `starting kernel...`: {words}", _LONG))
    if speech.rule is None or (speech.cause is None and speech.rule is RuleId.LOAD_FAILED):
        return None
    said = f"its firmware says: {speech.cause.line}" if speech.cause is not None else _NOTHING_FOUND
    return Cause(speech.rule, printable(said))


def _loaded(boot: Boot, story: Story) -> str | None:
    if has_all(boot, story):
        return "nothing was heard of it since its firmware had loaded all files"
    if boot.state is BootState.FINISHED and not story.is_whole:
        return "nothing was heard of it since its firmware was done"
    return None


def _changed(_: Boot, story: Story) -> str | None:
    return next((f"{name} changed while it was sent" for name, why in _failures(story) if why == Reason.CHANGED), None)


def _ended(_: Boot, story: Story) -> str | None:
    for name, why in _failures(story):
        if why.startswith(Reason.CLIENT):
            return f"it broke {name} off: {why.partition(': ')[2] or 'without a word'}"
    return None


def _too_large(_: Boot, story: Story) -> str | None:
    """A firmware that has no room for more gives its address back in the middle of a file."""
    if story.is_released and story.running:
        return f"it gave up in the middle of {_last(story.running)}, as it does when its memory is full"
    return None


def _silent(_: Boot, story: Story) -> str | None:
    silent = {Reason.SILENT, Reason.UNCONFIRMED}
    return next((f"it fell silent in the middle of {name}" for name, why in _failures(story) if why in silent), None)


def _stuck(_: Boot, story: Story) -> str | None:
    return f"it fell silent in the middle of {_last(story.running)}" if story.running else None


def _denied(_: Boot, story: Story) -> str | None:
    for name, why in reversed(story.denied.items()):
        return f"it may not have {name}: {why}"
    return None


def _missing(_: Boot, story: Story) -> str | None:
    absent = [name for name in story.missing if not _is_probe(name)]
    if not absent:
        return None
    return f"{_last(story.fetched)} was found, {absent[-1]} is missing" if story.fetched else f"{absent[-1]} is missing"


def _unprobed(_: Boot, story: Story) -> str | None:
    probed = [name for name in story.missing if _is_probe(name)]
    if not probed or story.fetched:
        return None
    return f"none of {len(probed)} names was found, from {probed[0]} to {probed[-1]}"


def _stopped(boot: Boot, story: Story) -> str | None:
    """Between two files."""
    if boot.state is BootState.LOADING and story.fetched:
        return f"it has fetched {_last(story.fetched)}, and asks for nothing more"
    return None


def _gave_up(boot: Boot, story: Story) -> str | None:
    if boot.state is BootState.FINISHED and story.fetched:
        return f"the firmware gave up after {_last(story.fetched)}; its console says why"
    return None


def _nothing(boot: Boot, _: Story) -> str | None:
    if boot.state is not BootState.ASKING and boot.address is None:
        return "it has an address, and nothing to boot"
    return None


def _unasked(boot: Boot, story: Story) -> str | None:
    if boot.address is not None and not story.has_asked:
        return f"it has the address {boot.address}, and has asked for no file"
    return None


def _told_by_dhcp(rule: RuleId) -> _Sign:
    return lambda boot, story: story.reason if boot.state is BootState.ASKING and story.rule == rule else None


def _untaken(boot: Boot, story: Story) -> str | None:
    if boot.state is BootState.ASKING and story.offers:
        return f"it asked {story.discovers} times, was made {story.offers} offers, and took none"
    return None


def _unanswered(boot: Boot, story: Story) -> str | None:
    if boot.state is not BootState.ASKING:
        return None
    return f"it got no answer: {story.reason}" if story.reason else "it got no answer"


def _failures(story: Story) -> list[tuple[str, str]]:
    return list(reversed(story.failed.items()))


def _is_probe(name: str) -> bool:
    return _PROBED in name


def _last(names: dict[str, int] | dict[str, None]) -> str:
    """The one that was put in last."""
    return next(reversed(names))


_SIGNS: Final[tuple[tuple[RuleId, _Sign], ...]] = (
    (RuleId.KERNEL_SILENT, _loaded),
    (RuleId.FILE_CHANGED, _changed),
    (RuleId.TRANSFER_ENDED, _ended),
    (RuleId.FILE_TOO_LARGE, _too_large),
    (RuleId.TRANSFER_SILENT, _silent),
    (RuleId.TRANSFER_SILENT, _stuck),
    (RuleId.ACCESS_DENIED, _denied),
    (RuleId.FILE_MISSING, _missing),
    (RuleId.NO_CONFIGURATION, _unprobed),
    (RuleId.TRANSFER_SILENT, _stopped),
    (RuleId.LOAD_FAILED, _gave_up),
    (RuleId.NOTHING_TO_BOOT, _nothing),
    (RuleId.SERVER_NOT_ASKED, _unasked),
    (RuleId.NOT_APPROVED, _told_by_dhcp(RuleId.NOT_APPROVED)),
    (RuleId.WRONG_NETWORK, _told_by_dhcp(RuleId.WRONG_NETWORK)),
    (RuleId.OTHER_SERVER, _told_by_dhcp(RuleId.OTHER_SERVER)),
    (RuleId.NO_FREE_ADDRESS, _told_by_dhcp(RuleId.NO_FREE_ADDRESS)),
    (RuleId.REQUEST_REFUSED, _told_by_dhcp(RuleId.REQUEST_REFUSED)),
    (RuleId.OFFER_NOT_TAKEN, _untaken),
    (RuleId.DHCP_SILENCE, _unanswered),
)
