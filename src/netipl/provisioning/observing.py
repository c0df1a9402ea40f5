"""The one door of what is observed: finds the boot, lets the tables act, and returns what the journal is to keep.

Nothing here is in the way of a reply: it is called after the packet has left, or with what a worker has reported.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from netipl.errors import RefusedError
from netipl.firmware.rules import RuleId
from netipl.guests.build import Build, BuildState
from netipl.provisioning import building
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.causes import Cause, cause, has_all
from netipl.provisioning.changes import BootSet, Change, Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Purpose
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Deed, Event, Observation, Seen
from netipl.provisioning.tokens import PREFIX, hidden
from netipl.wire import printable

_PASSING: Final = frozenset({Seen.TFTP_PROGRESS, Seen.CONSOLE})
"""Seen, and not kept."""

_ENDS: Final[Mapping[str, Deed]] = {"done": Deed.BUILD_DONE, "failed": Deed.BUILD_FAILED}
"""What an installer says that ends its build."""


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
    """From the last file to the installer's word that it is done."""


def observed(inventory: Inventory, boots: Boots, observation: Observation) -> tuple[Change, ...]:
    """What follows from `observation`. Changes `boots`; all else that changes is returned, and not yet applied."""
    boot = boots.concerned(observation)
    if boot is None:
        return ()
    story = boots.story(boot)
    story.note(observation)
    moved = boots.observe(observation)
    changes: list[Change] = []
    if observation.seen not in _PASSING:
        changes.append(Happened(_event(boot, observation)))
    if moved is not None:
        boot = moved
        changes.append(BootSet(boot))
    changes += _of_build(inventory, boot, story, observation)
    if observation.seen is Seen.DHCP_RELEASE and moved is not None and not _is_well(boot, story):
        changes += failed(inventory, boots, boot, cause(boot, story), observation.at)
    return tuple(changes)


def without_secrets(observation: Observation) -> Observation:
    """`observation` as it may be kept and shown."""
    if not any(isinstance(text, str) and PREFIX in text for text in observation.detail.values()):
        return observation
    detail = {key: hidden(text) if isinstance(text, str) else text for key, text in observation.detail.items()}
    return replace(observation, detail=detail)


def interrupted(before: Boot, now: datetime) -> tuple[Change, ...]:
    """`before`, in whose place another boot of its MAC has come, is over if it was not."""
    if before.is_over or before.state is BootState.FINISHED:
        return ()
    over = replace(before, state=BootState.INTERRUPTED, since=now)
    return BootSet(over), Happened(_deed(over, Deed.BOOT_ENDED, now, reason="the guest began another boot"))


def overdue(inventory: Inventory, boots: Boots, limits: Limits, now: datetime) -> Iterator[Change]:
    """What has taken too long by `now`: boots fail, and builds. To be called every second or so."""
    for boot in list(boots):
        late = _late(boot, boots.story(boot), limits, now)
        if late is not None:
            yield from failed(inventory, boots, boot, late, now)
    for build in inventory.builds:
        if build.state is BuildState.SPENT and limits.install and now - build.asked > limits.install:
            words = f"its installer has not said within {limits.install} that it is done"
            yield from building.end(build, Deed.BUILD_FAILED, now, cause=words, rule=RuleId.INSTALL_TOO_LONG)


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


def _of_build(inventory: Inventory, boot: Boot, story: Story, observation: Observation) -> tuple[Change, ...]:
    build = _build(inventory, boot)
    if build is None or not build.is_open:
        return ()
    changes: tuple[Change, ...] = ()
    if build.state in {BuildState.LOADING, BuildState.IN_DOUBT} and (
        boot.state is BootState.STARTED or has_all(boot, story)
    ):
        changes = building.spend(build, boot, observation.at)
        build = next((change.build for change in changes if hasattr(change, "build")), build)
    if observation.seen is Seen.INSTALLER and (deed := _ENDS.get(str(observation.detail.get("says")))) is not None:
        words = printable(str(observation.detail.get("words", "")))
        rule = RuleId.INSTALLER_FAILED if deed is Deed.BUILD_FAILED else None
        try:
            changes += building.end(build, deed, observation.at, cause=words if rule else "", rule=rule)
        except RefusedError:  # said twice
            return changes
    return changes


def _build(inventory: Inventory, boot: Boot) -> Build | None:
    """The build that `boot` has pinned, if it is still the guest's newest."""
    guest = inventory.guest(boot.guest) if boot.guest is not None else None
    build = inventory.build_of(guest) if guest is not None else None
    return build if build is not None and build.id == boot.build else None


def _is_well(boot: Boot, story: Story) -> bool:
    """Of a firmware that gave its address back: whether it had all it was to have."""
    return has_all(boot, story) or (boot.plan is not None and boot.plan.closed)


def _late(boot: Boot, story: Story, limits: Limits, now: datetime) -> Cause | None:
    """What is wrong with a boot that has stood still for too long."""
    since = boot.since or boot.began
    match boot.state:
        case BootState.ASKING if _is_past(since, limits.asking, now):
            return cause(boot, story)
        case BootState.ADDRESSED | BootState.LOADING if _is_past(max(story.heard, since), limits.loading, now):
            return cause(boot, story)
        case BootState.FINISHED if boot.purpose is not Purpose.DISK and _is_past(since, limits.kernel, now):
            return cause(boot, story)
        case BootState.STARTED if _awaits_answers(boot, story) and _is_past(since, limits.answers, now):
            words = f"no answers were fetched within {limits.answers} of the start of its kernel"
            return Cause(RuleId.ANSWERS_NOT_FETCHED, words)
    return None


def _awaits_answers(boot: Boot, story: Story) -> bool:
    return boot.plan is not None and boot.plan.has_answers and not story.answers


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
