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
from netipl.guests.guest import Guest, Origin
from netipl.guests.profile import Profile
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import BuildSet, Change, Happened
from netipl.provisioning.timeline import Deed, Event

TOKEN_LASTS: Final = timedelta(hours=6)
_SUPERSEDED: Final = "another build was asked for"
_NAME_ONE: Final = "name one with --profile"

_ENDS: Final[Mapping[Deed, BuildState]] = {
    Deed.BUILD_DONE: BuildState.DONE,
    Deed.BUILD_FAILED: BuildState.FAILED,
    Deed.BUILD_CANCELLED: BuildState.CANCELLED,
}
_PINNED: Final = (BuildState.LOADING, BuildState.IN_DOUBT, BuildState.SPENT)
_GOES_ON: Final = frozenset({BuildState.IN_DOUBT, BuildState.FINISHING})
"""States in which a build stays that a store believes good."""

TRANSITIONS: Final[Mapping[tuple[BuildState, Deed], BuildState]] = {
    (BuildState.WAITING, Deed.BUILD_PINNED): BuildState.LOADING,
    (BuildState.LOADING, Deed.BUILD_PINNED): BuildState.LOADING,
    (BuildState.SPENT, Deed.BUILD_PINNED): BuildState.LOADING,  # while it has attempts left
    (BuildState.LOADING, Deed.BUILD_SPENT): BuildState.SPENT,
    (BuildState.IN_DOUBT, Deed.BUILD_SPENT): BuildState.SPENT,
    (BuildState.FAILED, Deed.BUILD_RESUMED): BuildState.SPENT,
    (BuildState.WAITING, Deed.BUILD_CANCELLED): BuildState.CANCELLED,
    **{(state, Deed.BUILD_FINISHING): BuildState.FINISHING for state in _PINNED},
    **{(state, deed): end for state in (*_PINNED, BuildState.FINISHING) for deed, end in _ENDS.items()},
}
"""What is not here cannot happen to a build in that state."""


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
    name = _profile(guest, profiles, profile)
    network = _network(guest)
    ended: tuple[Change, ...] = ()
    if before is not None and before.state in {BuildState.WAITING, BuildState.LOADING}:
        raise RefusedError(
            f"guest {guest.name} has a build already, asked for by {before.by}",
            remedy=f"start the guest, or take it back: netipl guest cancel {guest.name}",
        )
    if before is not None and before.is_open:
        ended = end(before, Deed.BUILD_FAILED, now, by=by, cause=_SUPERSEDED)
    build = Build(
        id=f"{now:%Y%m%dT%H%M%S%f}-{guest.name}",
        guest=guest.name,
        network=network,
        profile=name,
        asked=now,
        by=by,
        expires=now + lasts,
        attempts=attempts,
    )
    return build, (*ended, *_happened(build, Deed.BUILD_ASKED, now, by=by, profile=name))


def _profile(guest: Guest, profiles: Mapping[str, Profile], wanted: str | None) -> str:
    name = wanted or guest.profile
    if name is None:
        is_foremans = guest.origin is Origin.FOREMAN
        remedy = "ask for its build in Foreman, or name a profile with --profile" if is_foremans else _NAME_ONE
        raise UsageError(f"guest {guest.name} has no profile", remedy=remedy)
    if name not in profiles:
        known = f"known are: {', '.join(sorted(profiles))}" if profiles else "`netipl medium add` brings one"
        raise UsageError(f"there is no profile {name}", remedy=known)
    return name


def _network(guest: Guest) -> str:
    if not guest.is_approved:
        raise RefusedError(f"guest {guest.name} is not approved", remedy=f"netipl guest approve {guest.name}")
    if guest.network is None:
        raise UsageError(f"guest {guest.name} has no network", remedy="give it the network that it boots in")
    return guest.network


def pin(build: Build, boot: Boot, now: datetime, *, lasts: timedelta = TOKEN_LASTS) -> tuple[Change, ...]:
    """A boot has got the plan of `build`, with its token, which `lasts` from now on."""
    if not build.installs:
        return ()
    expires = max(build.expires, now + lasts)
    return _moved(replace(build, boot=boot.id, expires=expires), Deed.BUILD_PINNED, now)


def spend(build: Build, now: datetime) -> tuple[Change, ...]:
    """A boot that pinned it has all its files: one attempt is used up."""
    if (build.state, Deed.BUILD_SPENT) not in TRANSITIONS:
        return ()
    return _moved(replace(build, attempts=build.attempts - 1), Deed.BUILD_SPENT, now)


def resume(build: Build, now: datetime) -> tuple[Change, ...]:
    """The boot for which it was given up goes on after all. It stays spent."""
    if (build.state, Deed.BUILD_RESUMED) not in TRANSITIONS:
        return ()
    return _moved(replace(build, attempts=0, ended=None, cause="", remedy=""), Deed.BUILD_RESUMED, now)


def still_spent(stored: Build, known: Build | None) -> Build:
    """`stored`, as a store has it that has missed something, but spent as often as the same build is `known` to be."""
    if known is None or known.id != stored.id or not stored.installs:
        return stored
    if known.state is BuildState.CANCELLED:  # nobody was told that it is
        return stored
    if known.installs and known.attempts == stored.attempts:
        return stored
    state = known.state if known.state in _GOES_ON else BuildState.SPENT
    return replace(stored, state=state, boot=known.boot, attempts=known.attempts if known.is_open else 0)


def doubt(build: Build) -> Build:
    """As it is after a start of netipl: what its boot fetched meanwhile is not known."""
    return replace(build, state=BuildState.IN_DOUBT) if build.state is BuildState.LOADING else build


def finish(build: Build, now: datetime) -> tuple[Change, ...]:
    """Its installer is done, and its finish script is still to run. Raises RefusedError as `end` does."""
    _demand(build, Deed.BUILD_FINISHING)
    return _moved(build, Deed.BUILD_FINISHING, now)


def end(
    build: Build, deed: Deed, now: datetime, *, by: str = "", cause: str = "", rule: RuleId | None = None
) -> tuple[Change, ...]:
    """It is done, failed (for a `cause`) or cancelled. Raises RefusedError where that cannot be any more."""
    _demand(build, deed)
    remedy = RULES[rule].remedy if rule is not None else ""
    over = replace(build, ended=now, cause=cause, remedy=remedy)
    told = {key: text for key, text in (("cause", cause), ("rule", rule or ""), ("remedy", remedy)) if text}
    return _moved(over, deed, now, by=by, **told)


def _demand(build: Build, deed: Deed) -> None:
    if (build.state, deed) not in TRANSITIONS:
        raise RefusedError(f"the build of guest {build.guest} is {build.state}")


def _moved(build: Build, deed: Deed, now: datetime, *, by: str = "", **detail: str) -> tuple[Change, ...]:
    return _happened(replace(build, state=TRANSITIONS[build.state, deed]), deed, now, by=by, **detail)


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
