"""The one door of what is observed: finds the boot, lets the tables act, and returns what the journal is to keep.

Nothing here is in the way of a reply: it is called after the packet has left, or with what a worker has reported.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from netipl.errors import RefusedError
from netipl.firmware.rules import RuleId
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.protocols.tftp.server import Reason
from netipl.provisioning import building, hearing, machine
from netipl.provisioning.boots import Boot, Boots, BootState, began
from netipl.provisioning.causes import Cause, cause, has_all, may_have_all
from netipl.provisioning.changes import BootSet, BuildSet, Change, Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Purpose
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Deed, Event, Observation, Seen
from netipl.provisioning.tokens import hidden
from netipl.wire import printable

_IN_TREE: Final = re.compile(r"media/[^/]+/tree/")
_FIRST_ERROR: Final = 400
_PASSING: Final = frozenset({Seen.TFTP_PROGRESS, Seen.CONSOLE, Seen.FIRMWARE_PROGRESS})
"""Seen, and not kept."""
_TOLD: Final = frozenset({Seen.TFTP_PROGRESS, Seen.FIRMWARE_PROGRESS})

DONE: Final = "done"
_ENDS: Final[Mapping[str, Deed]] = {DONE: Deed.BUILD_DONE, "failed": Deed.BUILD_FAILED}
"""What an installer says that ends its build."""

_UNSPENT: Final = frozenset({BuildState.LOADING, BuildState.IN_DOUBT})

_SETTLED: Final = timedelta(seconds=2)
"""TFTP reports later than DHCP: so long after its firmware has finished a boot is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long each phase may last; zero is for ever. The firmware itself gives up asking after 80 s."""

    asking: timedelta = timedelta(seconds=90)
    """From the first DISCOVER to an address."""
    loading: timedelta = timedelta(seconds=60)
    """Without a packet, between the ACK and the last file."""
    kernel: timedelta = timedelta(seconds=60)
    """From the last file to the first sign of the guest's own system."""
    answers: timedelta = timedelta(minutes=5)
    """From that sign to the answers, where the profile has some."""
    install: timedelta = timedelta(hours=3)
    """From the DISCOVER of the boot that spent a build to the installer's word that it is done."""
    finish: timedelta = timedelta(minutes=15)
    """From that word to the end of the finish script, or from a start of netipl after it."""


def observed(inventory: Inventory, boots: Boots, observation: Observation) -> tuple[Change, ...]:
    """What follows from `observation`. Changes `boots`; all else that changes is returned, and not yet applied."""
    if observation.seen is Seen.INSTALLER:
        return _told(inventory, boots, observation)
    if observation.seen in machine.SEEN:
        event = machine.observed(inventory, boots, observation)
        return () if event is None else (Happened(event),)
    boot = hearing.spoken_of(boots, observation)
    if boot is None:
        event = None if _passes(observation) else hearing.of_no_boot(inventory, observation)
        return () if event is None else (Happened(event),)
    if observation.detail.get("reason") == Reason.DROPPED:  # of the boot before, whose end is told already
        return (Happened(replace(_event(boot, observation), boot=None, build=None)),)
    return _noted(inventory, boots, boot, observation)


def _noted(inventory: Inventory, boots: Boots, boot: Boot, observation: Observation) -> tuple[Change, ...]:
    story = boots.story(boot)
    story.note(observation)
    hearing.note(story, observation)
    told = () if _passes(observation) else (Happened(_event(boot, observation)),)
    moved = boots.observe(observation)
    revived = moved is not None and boot.state is BootState.FAILED
    changes: tuple[Change, ...] = told if moved is None else (*told, BootSet(moved))
    if boot.build is None:
        return changes
    return *changes, *_of_build(inventory, moved or boot, story, observation.at, revived=revived)


def _passes(observation: Observation) -> bool:
    """Whether it is not kept. Nor is what comes of a medium's tree: an installer fetches thousands of files there."""
    if observation.seen is Seen.HTTP_SERVED and int(observation.detail.get("status", 0)) < _FIRST_ERROR:
        return _IN_TREE.match(str(observation.detail.get("name", ""))) is not None
    return observation.seen in _PASSING


def _of_build(inventory: Inventory, boot: Boot, story: Story, now: datetime, *, revived: bool) -> tuple[Change, ...]:
    """The build of `boot` is spent with its last file, or at last when its kernel speaks."""
    build = _build(inventory, boot)
    if build is None:
        return ()
    if revived:
        return building.resume(build, now)
    if build.state not in _UNSPENT or story.has_spent:
        return ()
    if boot.state is BootState.STARTED or has_all(boot, story):
        story.has_spent = True
        return building.spend(build, now)
    return ()


def spent_unseen(inventory: Inventory, boots: Boots, guest: Guest, now: datetime) -> tuple[Change, ...]:
    """The firmware of `guest` asks anew: the boot before may have had all, though neither ACK nor RELEASE told of it.

    Then its build is spent: rather one installation too few than one too many.
    """
    build = inventory.build_of(guest)
    if build is None or build.state not in _UNSPENT:
        return ()
    for boot in filter(None, map(boots.of, guest.macs)):
        story = boots.story(boot)
        if boot.build == build.id and not story.has_spent and may_have_all(boot, story):
            story.has_spent = True
            return building.spend(build, now)
    return ()


def _told(inventory: Inventory, boots: Boots, observation: Observation) -> tuple[Change, ...]:
    """What an installer says is about the build whose token it shows, whatever its guest has booted since."""
    boot = boots.concerned(observation)
    changes = _noted(inventory, boots, boot, observation) if boot is not None else ()
    guest = inventory.guest(observation.guest or (boot.guest if boot is not None else None) or "")
    build = inventory.build_of(guest) if guest is not None else None
    if build is None or build.id != observation.detail.get("build"):
        return changes
    build = next((change.build for change in changes if isinstance(change, BuildSet)), build)
    return *changes, *_said(build, observation)


def _said(build: Build, observation: Observation) -> tuple[Change, ...]:
    deed = _ENDS.get(str(observation.detail.get("says")))
    try:
        if deed is Deed.BUILD_DONE and observation.detail.get("finish"):
            return building.finish(build, observation.at)
        if deed is Deed.BUILD_DONE:
            return building.end(build, deed, observation.at)
        if deed is Deed.BUILD_FAILED:
            words = printable(str(observation.detail.get("words", ""))) or "its installer does not say why"
            return building.end(build, deed, observation.at, cause=words, rule=RuleId.INSTALLER_FAILED)
    except RefusedError:  # said twice
        return ()
    return ()


def passing(boots: Boots, observation: Observation) -> Event | None:
    """What is told to whoever follows, and not kept: how far a firmware is with a file. It has no number."""
    if observation.seen not in _TOLD:
        return None
    boot = boots.concerned(observation)
    return _event(boot, observation) if boot is not None else None


def without_secrets(observation: Observation) -> Observation:
    """`observation` as it may be kept and shown."""
    detail = {key: hidden(text) if isinstance(text, str) else text for key, text in observation.detail.items()}
    return observation if detail == observation.detail else replace(observation, detail=detail)


def displaced(inventory: Inventory, boots: Boots, before: Boot, now: datetime) -> tuple[Change, ...]:
    """`before`, in whose place another boot of its MAC comes, is over: interrupted, unless its firmware was done."""
    if before.is_over:
        return ()
    if before.state is BootState.FINISHED:
        story = boots.story(before)
        return () if _is_well(before, story) else failed(inventory, boots, before, cause(before, story), now)
    over = replace(before, state=BootState.INTERRUPTED, since=now)
    return BootSet(over), Happened(_deed(over, Deed.BOOT_ENDED, now, reason="the guest began another boot"))


def overdue(inventory: Inventory, boots: Boots, limits: Limits, now: datetime) -> Iterator[Change]:
    """What has taken too long by `now`: boots fail, and builds. To be called every second or so."""
    ended = set[str]()
    for boot in list(boots):
        if (silence := hearing.fallen_silent(boot, boots.story(boot), now)) is not None:
            yield Happened(_event(boot, silence))
        late = _late(boot, boots, limits, now)
        if machine.was_stopped(boot, boots.story(boot), now, _SETTLED):
            yield from _stopped(boots, boot, now)
        elif late is not None:
            changes = failed(inventory, boots, boot, late, now)
            ended |= {change.build.id for change in changes if isinstance(change, BuildSet)}
            yield from changes
    for build in inventory.builds:
        if build.is_open and build.id not in ended:
            yield from _overdue(inventory, boots, build, limits, now)


def _stopped(boots: Boots, boot: Boot, now: datetime) -> tuple[Change, ...]:
    """Its build, if it has one, is good for the next boot."""
    over = replace(boot, state=BootState.INTERRUPTED, since=now)
    boots.put(over)
    return BootSet(over), Happened(_deed(over, Deed.BOOT_ENDED, now, reason="its machine was switched off"))


def _overdue(inventory: Inventory, boots: Boots, build: Build, limits: Limits, now: datetime) -> tuple[Change, ...]:
    if build.state is BuildState.IN_DOUBT and not _is_under_way(inventory, boots, build):
        words = "netipl was started anew while it was loaded: whether the installer ran is not known"
        return building.end(build, Deed.BUILD_FAILED, now, cause=words, rule=RuleId.BUILD_IN_DOUBT)
    if build.state is BuildState.SPENT and build.boot is not None and _is_past(began(build.boot), limits.install, now):
        words = f"its installer has not said within {limits.install} that it is done"
        return building.end(build, Deed.BUILD_FAILED, now, cause=words, rule=RuleId.INSTALL_TOO_LONG)
    return ()


def _is_under_way(inventory: Inventory, boots: Boots, build: Build) -> bool:
    guest = inventory.guest(build.guest)
    found = (boots.of(mac) for mac in (guest.macs if guest is not None else ()))
    return any(boot is not None and boot.id == build.boot and not boot.is_over for boot in found)


def failed(inventory: Inventory, boots: Boots, boot: Boot, why: Cause, now: datetime) -> tuple[Change, ...]:
    """`boot` has failed. Its build is failed too, once it is spent; before, it is good for another boot."""
    over = replace(boot, state=BootState.FAILED, since=now, rule=why.rule, cause=why.words)
    boots.put(over)
    told = _deed(over, Deed.BOOT_FAILED, now, cause=why.words, rule=why.rule, remedy=why.remedy)
    build = _build(inventory, boot)
    ended: tuple[Change, ...] = ()
    if build is not None and build.state is BuildState.SPENT and not build.installs:
        ended = building.end(build, Deed.BUILD_FAILED, now, cause=why.words, rule=why.rule)
    return BootSet(over), Happened(told), *ended


def _build(inventory: Inventory, boot: Boot) -> Build | None:
    """The build that `boot` has pinned, if it is still the guest's newest."""
    guest = inventory.guest(boot.guest) if boot.guest is not None else None
    build = inventory.build_of(guest) if guest is not None else None
    return build if build is not None and build.id == boot.build else None


def _is_well(boot: Boot, story: Story) -> bool:
    """Of a firmware that gave its address back: whether it had all it was to have, as far as is known."""
    return not story.is_whole or has_all(boot, story) or (boot.plan is not None and boot.plan.closed)


def _late(boot: Boot, boots: Boots, limits: Limits, now: datetime) -> Cause | None:
    """What is wrong with a boot that has stood still for too long."""
    since = boot.since or boot.began
    if hearing.has_given_up(boot, boots.story(boot), now, _SETTLED):
        return cause(boot, boots.story(boot))
    if not boot.is_over and machine.has_crashed(boots.story(boot), now, _SETTLED):
        is_at_its_disk = boot.purpose is Purpose.DISK and boot.state is BootState.FINISHED
        return None if is_at_its_disk else cause(boot, boots.story(boot))
    match boot.state:
        case BootState.ASKING if _is_past(since, limits.asking, now):
            return cause(boot, boots.story(boot))
        case BootState.ADDRESSED | BootState.LOADING:
            if _is_past(max(boots.story(boot).heard, since), limits.loading, now):
                return cause(boot, boots.story(boot))
        case BootState.FINISHED if _is_past(since, _SETTLED, now):
            story = boots.story(boot)
            if not _is_well(boot, story) or (boot.purpose is not Purpose.DISK and _is_past(since, limits.kernel, now)):
                return cause(boot, story)
        case BootState.STARTED if boot.plan is not None and boot.plan.has_answers:
            story = boots.story(boot)
            if not story.answers and _is_past(since, limits.answers, now):
                words = f"no answers were fetched within {limits.answers} of the start of its kernel"
                why = f": {printable(story.unanswered, 512)}" if story.unanswered else ""
                return Cause(RuleId.ANSWERS_NOT_FETCHED, words + why)
    return None


def _is_past(since: datetime, limit: timedelta, now: datetime) -> bool:
    return bool(limit) and now - since > limit


def _event(boot: Boot, observation: Observation) -> Event:
    return Event(
        at=observation.at,
        what=observation.seen,
        network=boot.network,
        guest=boot.guest,
        boot=boot.id,
        build=boot.build,
        mac=boot.mac,
        address=observation.address or boot.address,
        detail=observation.detail,
    )


def _deed(boot: Boot, deed: Deed, now: datetime, **detail: str) -> Event:
    return Event(
        at=now,
        what=deed,
        network=boot.network,
        guest=boot.guest,
        boot=boot.id,
        build=boot.build,
        mac=boot.mac,
        address=boot.address,
        detail=detail,
    )
