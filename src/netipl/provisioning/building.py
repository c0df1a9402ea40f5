"""What becomes of a build: who may ask for one, what pins and spends it, and how it ends. Returns changes, makes none.

A build is pinned in the same commit as the lease of its boot, before the ACK leaves: nothing that happens to netipl
afterwards can make it good for a second installation.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from netipl.errors import RefusedError, UsageError
from netipl.firmware.rules import RULES, RuleId
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest
from netipl.guests.profile import Profile
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import BuildSet, Change, Happened
from netipl.provisioning.timeline import Deed, Event

TOKEN_LASTS: Final = timedelta(hours=6)
_SUPERSEDED: Final = "another build was asked for"
_ENDS: Final = frozenset({Deed.BUILD_DONE, Deed.BUILD_FAILED, Deed.BUILD_CANCELLED})
_MOVES: Final[Mapping[BuildState, frozenset[Deed]]] = {
    BuildState.WAITING: frozenset({Deed.BUILD_CANCELLED}),
    BuildState.LOADING: frozenset({Deed.BUILD_SPENT, *_ENDS}),
    BuildState.IN_DOUBT: frozenset({Deed.BUILD_SPENT, *_ENDS}),
    BuildState.SPENT: _ENDS,
    BuildState.DONE: frozenset(),
    BuildState.FAILED: frozenset(),
    BuildState.CANCELLED: frozenset(),
}
"""What can happen to a build in each state, besides being pinned by a boot (`Build.installs`)."""


def ask(
    guest: Guest,
    before: Build | None,
    profiles: Mapping[str, Profile],
    *,
    profile: str | None,
    by: str,
    now: datetime,
    attempts: int = 1,
    lasts: timedelta = TOKEN_LASTS,
) -> tuple[Build, tuple[Change, ...]]:
    """A new build of `guest`, whose newest is `before`. Raises UsageError and RefusedError."""
    name = profile or guest.profile
    if name is None:
        raise UsageError(f"guest {guest.name} has no profile", remedy="name one with --profile")
    if name not in profiles:
        known = ", ".join(profiles) or "there is none: add one to the settings"
        raise UsageError(f"there is no profile {name}", remedy=f"known are: {known}")
    if not guest.is_approved:
        raise RefusedError(f"guest {guest.name} is not approved", remedy=f"netipl guest approve {guest.name}")
    if guest.network is None:
        raise UsageError(f"guest {guest.name} has no network", remedy="give it the network that it boots in")
    changes: list[Change] = []
    if before is not None and before.state in {BuildState.WAITING, BuildState.LOADING}:
        raise RefusedError(
            f"guest {guest.name} has a build already, asked for by {before.by}",
            remedy=f"start the guest, or take it back: netipl guest cancel {guest.name}",
        )
    if before is not None and before.is_open:
        changes += end(before, Deed.BUILD_FAILED, now, by=by, cause=_SUPERSEDED)
    build = Build(
        id=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}-{guest.name}",
        guest=guest.name,
        network=guest.network,
        profile=name,
        asked=now,
        by=by,
        expires=now + lasts,
        attempts=attempts,
    )
    changes += _happened(build, Deed.BUILD_ASKED, now, by=by, profile=name)
    return build, tuple(changes)


def pin(build: Build, boot: Boot, now: datetime) -> tuple[Change, ...]:
    """A boot has got the plan of `build`."""
    if not build.installs:
        return ()
    pinned = replace(build, state=BuildState.LOADING, boot=boot.id)
    return _happened(pinned, Deed.BUILD_PINNED, now)


def spend(build: Build, boot: Boot, now: datetime) -> tuple[Change, ...]:
    """The boot that pinned it has all its files: one attempt is used up."""
    if Deed.BUILD_SPENT not in _MOVES[build.state] or build.boot != boot.id:
        return ()
    return _happened(replace(build, state=BuildState.SPENT, attempts=build.attempts - 1), Deed.BUILD_SPENT, now)


def doubt(build: Build) -> Build:
    """As it is after a start of netipl: what its boot fetched meanwhile is not known."""
    return replace(build, state=BuildState.IN_DOUBT) if build.state is BuildState.LOADING else build


def end(
    build: Build, deed: Deed, now: datetime, *, by: str = "", cause: str = "", rule: RuleId | None = None
) -> tuple[Change, ...]:
    """It is done, failed (for a `cause`) or cancelled. Raises RefusedError where that cannot be any more."""
    if deed not in _MOVES[build.state]:
        raise RefusedError(f"the build of guest {build.guest} is {build.state}")
    remedy = RULES[rule].remedy if rule is not None else ""
    over = replace(build, state=_END_STATES[deed], ended=now, cause=cause, remedy=remedy)
    told = {key: text for key, text in (("cause", cause), ("rule", rule or ""), ("remedy", remedy)) if text}
    return _happened(over, deed, now, by=by, **told)


_END_STATES: Final[Mapping[Deed, BuildState]] = {
    Deed.BUILD_DONE: BuildState.DONE,
    Deed.BUILD_FAILED: BuildState.FAILED,
    Deed.BUILD_CANCELLED: BuildState.CANCELLED,
}


def _happened(build: Build, deed: Deed, now: datetime, *, by: str = "", **detail: str) -> tuple[Change, ...]:
    event = Event(
        at=now,
        what=deed,
        network=build.network,
        guest=build.guest,
        boot=build.boot,
        build=build.id,
        by=by,
        detail=detail,
    )
    return BuildSet(build), Happened(event)
