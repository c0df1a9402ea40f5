"""A build is asked for, pinned, spent and ended by one table, of which every pair of state and deed is tried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.errors import RefusedError, UsageError
from netipl.firmware.rules import RULES, RuleId
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Guest, Origin
from netipl.provisioning import building
from netipl.provisioning.boots import Boot
from netipl.provisioning.building import TOKEN_LASTS, TRANSITIONS
from netipl.provisioning.changes import BuildSet, Change, Happened
from netipl.provisioning.timeline import Deed, Event
from tests.plane import MAC, PROFILES, START, WEB1

BOOT = Boot(mac=MAC, xid=7, began=START, network="lab", guest="web1")
BUILD_DEEDS = [deed for deed in Deed if deed.startswith("build-") and deed is not Deed.BUILD_ASKED]
ENDS = {
    Deed.BUILD_DONE: BuildState.DONE,
    Deed.BUILD_FAILED: BuildState.FAILED,
    Deed.BUILD_CANCELLED: BuildState.CANCELLED,
}
WRITTEN = {Deed.BUILD_FINISHING: BuildState.FINISHING, **ENDS}
RUNNING = {Deed.BUILD_SPENT: BuildState.SPENT, **WRITTEN}
MOVES: dict[BuildState, dict[Deed, BuildState]] = {
    BuildState.WAITING: {
        Deed.BUILD_PINNED: BuildState.LOADING,
        Deed.BUILD_CANCELLED: BuildState.CANCELLED,
    },
    BuildState.LOADING: {Deed.BUILD_PINNED: BuildState.LOADING, **RUNNING},
    BuildState.IN_DOUBT: RUNNING,
    BuildState.SPENT: {Deed.BUILD_PINNED: BuildState.LOADING, **WRITTEN},
    BuildState.FINISHING: ENDS,
    BuildState.DONE: {},
    BuildState.FAILED: {Deed.BUILD_RESUMED: BuildState.SPENT},
    BuildState.CANCELLED: {},
}


def asked(guest: Guest = WEB1, before: Build | None = None, **given: object) -> tuple[Build, tuple[Change, ...]]:
    return building.ask(guest, before, PROFILES, **{"profile": None, "by": "user root", "now": START, **given})  # type: ignore[arg-type]


BUILD, ASKED = asked()


def in_state(state: BuildState, attempts: int = 1) -> Build:
    return replace(BUILD, state=state, attempts=attempts)


def result(changes: tuple[Change, ...]) -> tuple[Build, Event]:
    """The build, and the event that tells of it."""
    changed, happened = changes
    assert isinstance(changed, BuildSet)
    assert isinstance(happened, Happened)
    assert (happened.event.build, happened.event.guest) == (changed.build.id, changed.build.guest)
    return changed.build, happened.event


def done(build: Build, deed: Deed) -> tuple[Change, ...]:
    """What comes of the function for `deed`; nothing where it is refused."""
    match deed:
        case Deed.BUILD_PINNED:
            return building.pin(build, BOOT, START)
        case Deed.BUILD_SPENT:
            return building.spend(build, START)
        case Deed.BUILD_RESUMED:
            return building.resume(build, START)
    try:
        return building.finish(build, START) if deed is Deed.BUILD_FINISHING else building.end(build, deed, START)
    except RefusedError:
        return ()


@pytest.mark.parametrize("deed", BUILD_DEEDS)
@pytest.mark.parametrize("state", BuildState)
def test_each_state_moves_by_these_deeds_and_no_others(state: BuildState, deed: Deed) -> None:
    changes = done(in_state(state), deed)
    expected = MOVES[state].get(deed)
    assert TRANSITIONS.get((state, deed)) is expected
    if expected is None:
        assert changes == ()
        return
    build, event = result(changes)
    assert (build.state, event.what) == (expected, deed)


@pytest.mark.parametrize("state", BuildState)
def test_only_a_build_that_installs_is_pinned(state: BuildState) -> None:
    for attempts in (0, 1):
        build = in_state(state, attempts)
        assert bool(building.pin(build, BOOT, START)) is build.installs


def test_a_build_is_asked_for_by_somebody() -> None:
    build, event = result(ASKED)
    assert build == BUILD == replace(build, guest="web1", network="lab", profile="debian", by="user root", attempts=1)
    assert (build.state, build.asked, build.expires) == (BuildState.WAITING, START, START + TOKEN_LASTS)
    assert (event.what, event.by, event.detail) == (Deed.BUILD_ASKED, "user root", {"profile": "debian"})


def test_a_build_may_have_another_profile_and_more_attempts() -> None:
    build, _ = asked(profile="fedora", attempts=3, lasts=timedelta(minutes=5))
    assert (build.profile, build.attempts, build.expires) == ("fedora", 3, START + timedelta(minutes=5))


def test_no_two_builds_have_one_identifier() -> None:
    later, _ = asked(now=START + timedelta(microseconds=1))
    other, _ = asked(replace(WEB1, name="web2"))
    assert BUILD.id < later.id
    assert other.id != BUILD.id


REFUSED: dict[str, tuple[Guest, Build | None, type[Exception], str]] = {
    "no profile": (replace(WEB1, profile=None), None, UsageError, "guest web1 has no profile"),
    "a profile that is not there": (replace(WEB1, profile="x"), None, UsageError, "there is no profile x"),
    "no network": (replace(WEB1, network=None), None, UsageError, "guest web1 has no network"),
    "not approved": (replace(WEB1, origin=Origin.DISCOVERED), None, RefusedError, "guest web1 is not approved"),
    "one that waits": (WEB1, in_state(BuildState.WAITING), RefusedError, "has a build already, asked for by user root"),
    "one that is loaded": (WEB1, in_state(BuildState.LOADING), RefusedError, "has a build already"),
}


@pytest.mark.parametrize(("guest", "before", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_a_build_is_refused(guest: Guest, before: Build | None, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        asked(guest, before)


@pytest.mark.parametrize(
    ("origin", "remedy"),
    [(Origin.ADDED, "name one with --profile"), (Origin.FOREMAN, "ask for its build in Foreman, or name a profile")],
)
def test_who_has_no_profile_is_helped(origin: Origin, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(replace(WEB1, profile=None, origin=origin))
    assert caught.value.remedy.startswith(remedy)


@pytest.mark.parametrize("state", [BuildState.SPENT, BuildState.IN_DOUBT])
def test_a_build_that_a_boot_has_taken_makes_way(state: BuildState) -> None:
    _, changes = asked(before=in_state(state))
    ended, told = result(changes[:2])
    assert (ended.id, ended.state, ended.cause) == (BUILD.id, BuildState.FAILED, "another build was asked for")
    assert told.by == "user root"
    assert result(changes[2:])[0].state is BuildState.WAITING


@pytest.mark.parametrize("state", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_a_build_that_is_over_stays_as_it_is(state: BuildState) -> None:
    _, changes = asked(before=in_state(state))
    assert len(changes) == 2


def test_a_boot_pins_a_build_and_its_token_lasts_from_then_on() -> None:
    build, event = result(building.pin(BUILD, BOOT, START + timedelta(days=3)))
    assert (build.boot, event.boot) == (BOOT.id, BOOT.id)
    assert build.expires == START + timedelta(days=3) + TOKEN_LASTS
    assert result(building.pin(BUILD, BOOT, START, lasts=timedelta(0)))[0].expires == BUILD.expires


def test_each_boot_that_spends_it_uses_up_an_attempt() -> None:
    once, _ = result(building.spend(in_state(BuildState.LOADING, attempts=2), START))
    assert (once.attempts, once.installs) == (1, True)
    again, _ = result(building.pin(once, BOOT, START))
    twice, _ = result(building.spend(again, START))
    assert (twice.attempts, twice.installs) == (0, False)


@pytest.mark.parametrize("state", BuildState)
def test_after_a_start_a_build_that_was_loaded_is_in_doubt(state: BuildState) -> None:
    expected = BuildState.IN_DOUBT if state is BuildState.LOADING else state
    assert building.doubt(in_state(state)) == in_state(expected)


def test_a_build_that_fails_says_why_and_what_helps() -> None:
    changes = building.end(
        in_state(BuildState.SPENT), Deed.BUILD_FAILED, START, cause="no disk", rule=RuleId.INSTALLER_FAILED
    )
    build, event = result(changes)
    remedy = RULES[RuleId.INSTALLER_FAILED].remedy
    assert (build.cause, build.remedy, build.ended) == ("no disk", remedy, START)
    assert event.detail == {"cause": "no disk", "rule": "installer-failed", "remedy": remedy}


def test_a_build_that_is_done_says_nothing_more() -> None:
    build, event = result(building.end(in_state(BuildState.SPENT), Deed.BUILD_DONE, START, by="token ci"))
    assert (build.cause, build.remedy, build.ended) == ("", "", START)
    assert (event.by, event.detail) == ("token ci", {})


def test_a_build_that_goes_on_after_all_installs_nobody_again() -> None:
    failed = replace(in_state(BuildState.FAILED, attempts=2), ended=START, cause="silent", remedy="look")
    build, _ = result(building.resume(failed, START))
    assert build == replace(failed, state=BuildState.SPENT, attempts=0, ended=None, cause="", remedy="")
    assert not build.installs


@pytest.mark.parametrize("state", [BuildState.DONE, BuildState.FAILED, BuildState.CANCELLED])
def test_what_is_over_is_not_ended_again(state: BuildState) -> None:
    with pytest.raises(RefusedError, match=f"the build of guest web1 is {state}"):
        building.end(in_state(state), Deed.BUILD_CANCELLED, START)


KEPT: dict[str, tuple[Build, Build | None, Build]] = {
    "as it is stored, if nothing else is known": (in_state(BuildState.LOADING), None, in_state(BuildState.LOADING)),
    "or another build is": (
        in_state(BuildState.LOADING),
        replace(in_state(BuildState.SPENT, 0), id="another"),
        in_state(BuildState.LOADING),
    ),
    "or it is as good": (in_state(BuildState.WAITING), in_state(BuildState.LOADING), in_state(BuildState.WAITING)),
    "or its cancel is lost": (
        in_state(BuildState.WAITING),
        in_state(BuildState.CANCELLED),
        in_state(BuildState.WAITING),
    ),
    "or it is over anyhow": (in_state(BuildState.DONE), in_state(BuildState.SPENT, 0), in_state(BuildState.DONE)),
    "spent, if it is": (in_state(BuildState.LOADING), in_state(BuildState.SPENT, 0), in_state(BuildState.SPENT, 0)),
    "with the attempts that are left": (
        in_state(BuildState.LOADING, 2),
        in_state(BuildState.SPENT, 1),
        in_state(BuildState.SPENT, 1),
    ),
    "also while the next boot loads it": (
        in_state(BuildState.LOADING, 2),
        in_state(BuildState.LOADING, 1),
        in_state(BuildState.SPENT, 1),
    ),
    "in doubt": (in_state(BuildState.LOADING), in_state(BuildState.IN_DOUBT), in_state(BuildState.IN_DOUBT)),
    "for good, if it is done": (
        in_state(BuildState.LOADING, 2),
        in_state(BuildState.DONE, 1),
        in_state(BuildState.SPENT, 0),
    ),
    "or has failed": (in_state(BuildState.SPENT, 1), in_state(BuildState.FAILED, 1), in_state(BuildState.SPENT, 0)),
}


@pytest.mark.parametrize(("stored", "known", "expected"), KEPT.values(), ids=KEPT)
def test_a_build_whose_commit_was_lost_is(stored: Build, known: Build | None, expected: Build) -> None:
    found = building.still_spent(stored, known)
    assert found == expected
    assert not found.installs or known is None or known.id != stored.id or found.attempts <= stored.attempts
