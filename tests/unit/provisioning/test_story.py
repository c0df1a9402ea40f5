"""What is remembered of one boot: names as the tree has them, and how its files went."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from netipl.protocols.tftp.server import Reason
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Observation, Seen
from tests.plane import START

Told = tuple[Seen, Mapping[str, str | int]]


def told(*seen: Told) -> Story:
    story = Story(START)
    for what, detail in seen:
        story.note(Observation(at=START, seen=what, detail=detail))
    return story


STARTED: Told = (Seen.TFTP_STARTED, {"name": "k", "size": 10_000})
FINISHED: Told = (Seen.TFTP_FINISHED, {"name": "k"})


def failed(reason: str) -> Told:
    return Seen.TFTP_FAILED, {"name": "k", "reason": reason}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("/pxelinux.cfg/default", "pxelinux.cfg/default"),
        ("pxelinux.cfg/default", "pxelinux.cfg/default"),
        ("//a/./b", "a/b"),
        ("../x", "../x"),
        ("\xe4\xb8\xad", "中"),
        ("\xff", "\udcff"),
    ],
)
def test_a_name_is_that_of_the_tree(asked: str, name: str) -> None:
    assert list(told((Seen.TFTP_FINISHED, {"name": asked})).fetched) == [name]


def test_a_file_runs_until_it_has_arrived() -> None:
    assert told(STARTED).running == {"k": 10_000}
    assert not told(STARTED, FINISHED).running
    assert list(told(STARTED, FINISHED).fetched) == ["k"]


def test_a_file_that_fails_did_not_arrive_and_may_begin_again() -> None:
    silent = told(STARTED, failed(Reason.SILENT))
    assert (silent.running, silent.failed, silent.fetched) == ({}, {"k": "the client fell silent"}, {})
    assert not told(STARTED, failed(Reason.SILENT), STARTED).failed


def test_a_last_block_that_is_not_acknowledged_has_arrived() -> None:
    assert list(told(STARTED, failed(Reason.LAST_UNCONFIRMED)).fetched) == ["k"]


@pytest.mark.parametrize(("sent", "arrived"), [(10_000, True), (8_572, True), (8_571, False), (0, False)])
def test_all_but_the_last_block_is_all_that_is_acknowledged_of_some_files(sent: int, arrived: bool) -> None:
    story = told(STARTED, (Seen.TFTP_PROGRESS, {"name": "k", "size": 10_000, "sent": sent}))
    assert story.unconfirmed == ({"k"} if arrived else set())


def test_what_is_missing_or_denied_is_remembered_in_order() -> None:
    story = told(
        (Seen.TFTP_MISSING, {"name": "a"}),
        (Seen.TFTP_DENIED, {"name": "b", "reason": "no"}),
        (Seen.TFTP_MISSING, {"name": "c"}),
    )
    assert (story.missing, story.denied) == (["a", "c"], {"b": "no"})


def test_a_guest_that_asks_without_end_fills_no_memory() -> None:
    story = told(*((Seen.TFTP_MISSING, {"name": str(number)}) for number in range(1000)))
    assert len(story.missing) == 64


def test_what_dhcp_said_last_counts() -> None:
    story = told(
        (Seen.DHCP_DISCOVER, {}),
        (Seen.DHCP_OFFER, {}),
        (Seen.DHCP_IGNORED, {"reason": "it chose another", "rule": "other-server"}),
        (Seen.DHCP_DISCOVER, {}),
        (Seen.DHCP_IGNORED, {"reason": "no network"}),
        (Seen.DHCP_RELEASE, {}),
    )
    assert (story.discovers, story.offers, story.rule, story.reason) == (2, 1, "", "no network")
    assert story.is_released


def test_it_was_heard_of_when_anything_was_seen() -> None:
    story = Story(START)
    story.note(Observation(at=START + timedelta(seconds=5), seen=Seen.HTTP_SERVED))
    assert story.heard == START + timedelta(seconds=5)


def test_answers_are_fetched_once_and_for_all() -> None:
    assert told((Seen.ANSWERS_FETCHED, {})).answers


def test_answers_that_could_not_be_made_are_remembered_with_the_reason() -> None:
    story = told((Seen.ANSWERS_FAILED, {"reason": "ks.cfg, line 2"}))
    assert (story.answers, story.unanswered) == (False, "ks.cfg, line 2")


@pytest.mark.parametrize("seen", [STARTED, FINISHED, failed("x"), (Seen.TFTP_MISSING, {}), (Seen.TFTP_DENIED, {})])
def test_any_request_is_one(seen: Told) -> None:
    assert told(seen).has_asked
    assert not told((Seen.DHCP_REQUEST, {})).has_asked
