"""Namespaces, ports and links by root and by a normal user, who may not open /dev/net/tun on every system."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import pytest

from tests.users import NOBODY_IN_PARTICULAR, ROOT, USERS, python, with_open_tun

pytestmark = pytest.mark.skipif(not Path("/proc/self/ns/net").exists(), reason="this kernel has no network namespaces")


class Counts(TypedDict, total=False):
    frames: int
    dropped: int
    lost: int
    duplicated: int
    reordered: int


class Linked(TypedDict):
    answers: int
    different: int
    counts: dict[str, Counts]


def inside(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def scenario(user: str, *arguments: str) -> list[str]:
    return python(user, "tests.integration.machines.inside", *arguments)


@pytest.fixture
def open_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that any user may write to."""
    made = tmp_path_factory.mktemp("open")
    for directory in (made, made.parent, made.parent.parent):
        if directory.owner() == Path("/proc/self").owner():
            directory.chmod(0o777 if directory == made else 0o711)
    return made


@pytest.mark.parametrize("user", USERS)
def test_a_namespace_of_our_own_has_a_loopback_and_nothing_else(user: str, open_directory: Path) -> None:
    found = json.loads(inside(scenario(user, "entered", str(open_directory))))
    assert found == {"other": True, "user": 0, "interfaces": [[1, "lo"]], "loopback": True, "made": True}
    (made,) = open_directory.glob("*-made")
    owner = NOBODY_IN_PARTICULAR if user == "user" and os.geteuid() == 0 else os.geteuid()
    assert made.stat().st_uid == owner, "a file belongs to the user who runs us"


def test_a_process_with_threads_does_not_enter() -> None:
    assert "threads" in json.loads(inside(scenario(USERS[os.geteuid() != 0], "threaded")))["refused"]


@pytest.mark.parametrize("user", USERS)
def test_ports_are_on_the_bridge_as_long_as_they_are_plugged(user: str) -> None:
    command = scenario(user, "ports")
    found = json.loads(inside(command))
    assert found["link"]
    assert found["tap"] is (found["kind"] == "tap")
    assert found["members"] == ["p0", "p1"]
    assert found["forwarding"] == ["p0", "p1"], "before a guest is there, or its first DISCOVER is lost"
    assert found["left"] == ["lo", "netipl0"]


@pytest.mark.root
def test_a_normal_user_gets_a_tap_where_everybody_may_open_tun() -> None:
    assert json.loads(inside(with_open_tun(scenario("user", "ports"))))["kind"] == "tap"


def linked(user: str, *, to_guest: str = "", from_guest: str = "", questions: int = 300) -> Linked:
    found: Linked = json.loads(inside(scenario(user, "linked", to_guest, from_guest, str(questions))))
    return found


@pytest.mark.parametrize("user", USERS)
def test_every_frame_passes_a_perfect_link_with_its_checksum(user: str) -> None:
    found = linked(user)
    assert (found["answers"], found["different"]) == (300, 300)
    assert found["counts"]["from_guest"] == {"frames": 300, "dropped": 0}


IMPAIRED: list[tuple[str, Callable[[Linked], bool]]] = [
    ("loss=0.2", lambda found: found["answers"] == 300 - found["counts"]["from_guest"]["lost"] < 280),
    ("duplicate=1.0", lambda found: found["answers"] == 600 and found["different"] == 300),
    ("reorder=0.5", lambda found: found["different"] == 300 and found["counts"]["from_guest"]["reordered"] > 100),
    ("delay=0.001", lambda found: found["answers"] == 300),
]


@pytest.mark.parametrize(("impairment", "holds"), IMPAIRED, ids=[text for text, _ in IMPAIRED])
def test_an_impaired_link_does_what_it_says_and_counts_it(impairment: str, holds: Callable[[Linked], bool]) -> None:
    found = linked(USERS[os.geteuid() != 0], from_guest=impairment)
    assert holds(found), found


def test_directions_are_impaired_apart() -> None:
    found = linked(USERS[os.geteuid() != 0], to_guest="loss=1.0", questions=10)
    assert found["answers"] == 0
    assert found["counts"]["from_guest"] == {"frames": 10, "dropped": 0}
    assert found["counts"]["to_guest"]["lost"] == found["counts"]["to_guest"]["frames"] >= 10


def test_a_guest_that_is_started_again_is_served_by_the_same_link() -> None:
    found = json.loads(inside(scenario(USERS[os.geteuid() != 0], "restarted")))
    assert found == {"answers": [["first"], ["second"]]}
