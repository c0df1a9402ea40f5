"""`netipl demo` by root and by a normal user: a guest is installed, reset, and installed again, all with real parts.

One run for each user; the tests look at what it said.
"""

import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.commands import Done, Event, ended, running
from tests.users import USERS

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]


@pytest.fixture(scope="module", params=USERS)
def told(request: pytest.FixtureRequest) -> Iterator[Done]:
    with running(request.param, "demo", "--json", packages=True) as begun:
        yield ended(begun, begun.wait())


def boots(told: Done) -> list[list[Event]]:
    """What was observed of each boot of the firmware that was given an address."""
    found: list[list[Event]] = []
    for event in told.events:
        if event.get("seen") == "dhcp-ack":
            found.append([])
        if found:
            found[-1].append(event)
    return found


def test_it_succeeds_step_by_step(told: Done) -> None:
    assert told.status == 0, told.errors
    assert told.events[-1]["failed"] is None
    assert len(told.events[-1]["steps"]) == 8
    assert all(step["seconds"] >= 0 for step in told.events[-1]["steps"])


def test_it_leaves_nothing_behind(told: Done) -> None:
    assert told.left == []
    assert told.temporary == []
    assert "Traceback" not in told.errors
    assert "Unknown child process" not in told.errors


def test_the_agent_is_given_to_the_two_boots_that_install_and_to_no_other(told: Done) -> None:
    fetched = [[str(event["name"]) for event in boot if event.get("seen") == "tftp-finished"] for boot in boots(told)]
    assert [[name.rpartition("/")[2] for name in names[1:]] for names in fetched] == [["kernel", "initrd"]] * 3
    assert [names[1].partition("/")[0] for names in fetched] == ["media", "boot", "media"]


def test_the_installed_system_counts_its_boots_from_one_with_each_installation(told: Done) -> None:
    assert [event["path"] for event in told.events if event.get("seen") == "callback"] == [
        "/callback?boot=1",
        "/callback?boot=2",
        "/callback?boot=1",
    ]


def test_the_agent_says_that_it_began_and_that_it_is_done(told: Done) -> None:
    said = [event["says"] for event in told.events if event.get("seen") == "installer" and event["says"] != "progress"]
    assert said == ["started", "done"] * 2
