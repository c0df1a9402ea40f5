"""How the API is found and asked: places, tokens, what is told of a daemon that is not there, and completion."""

import os
import socket as sockets
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from netipl.cli.remote import place
from tests import recorded_api
from tests.contract.cli.conftest import Run
from tests.recorded_api import Answer, Recorded, guest, problem

EMPTY: dict[str, Any] = {"items": [], "next": None}


def test_the_option_goes_before_the_environment(run: Run, api: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    named = os.environ[place.VARIABLE]
    monkeypatch.setenv(place.VARIABLE, "/absent.sock")
    api.get("guests", EMPTY)
    assert run("guest", "--api", named, "list").status == 0
    done = run("guest", "list")
    assert (done.status, done.out) == (3, "")
    assert "/absent.sock: No such file or directory" in done.err


def test_without_either_the_sockets_of_this_machine_are_tried_in_turn(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(place.VARIABLE)
    stale = tmp_path / "run.sock"
    with sockets.socket(sockets.AF_UNIX) as left:
        left.bind(str(stale))  # nobody listens
    monkeypatch.setattr(place, "SYSTEM", stale)
    (tmp_path / "user" / "netipl").mkdir(parents=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "user"))
    settings = tmp_path / "netipl.toml"
    monkeypatch.setattr(place, "SETTINGS", settings)
    settings.write_text(f'[api]\nsocket = "{tmp_path}/own.sock"\n')
    done = run("guest", "list")
    assert done.status == 3
    assert f"{stale}: nobody listens" in done.err
    assert f"{tmp_path}/user/netipl/api.sock: No such file" in done.err
    assert f"{tmp_path}/own.sock: No such file" in done.err
    assert "netipl serve" in done.err
    with recorded_api.serving(tmp_path / "own.sock") as own:
        own.get("guests", EMPTY)
        assert run("guest", "list").status == 0
    with recorded_api.serving(tmp_path / "user" / "netipl" / "api.sock") as own:
        own.get("guests", EMPTY)
        assert run("guest", "list").status == 0


def test_a_daemon_that_is_just_starting_is_waited_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ExitStack() as stack:

        def start(_: float) -> None:
            stack.enter_context(recorded_api.serving(tmp_path / "late.sock")).get("guests", EMPTY)

        monkeypatch.setenv(place.VARIABLE, str(tmp_path / "late.sock"))
        monkeypatch.setattr(place, "STARTING", 60.0)
        monkeypatch.setattr(place, "sleep", start)
        done = run("guest", "list")
        assert done.status == 0
        assert done.err == "netipl: no daemon answers; waiting 60 s for one that is just starting\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every socket")
def test_a_socket_of_others_says_whom_to_ask(run: Run, api: Recorded, socket: Path) -> None:
    socket.chmod(0)
    done = run("guest", "list")
    assert done.status == 3
    assert "group" in done.err


def test_a_token_is_shown_to_the_api(run: Run, api: Recorded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    api.get("guests", EMPTY)
    run("guest", "list")
    monkeypatch.setenv(place.TOKEN, "netipl_one")
    run("guest", "list")
    monkeypatch.delenv(place.TOKEN)
    file = tmp_path / "token"
    monkeypatch.setenv(place.TOKEN_FILE, str(file))
    assert run("guest", "list").status == 3
    file.write_text("netipl_two\n")
    run("guest", "list")
    shown = [each.headers.get("Authorization") for each in api.asked]
    assert shown == [None, "Bearer netipl_one", "Bearer netipl_two"]
    file.write_text("two words")
    assert run("guest", "list").status == 2


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (problem(401, "this needs a token"), 1, "set NETIPL_TOKEN"),
        (problem(403, "token x may only read", "use another"), 1, "use another"),
        (problem(404, "there is no guest web1"), 1, "there is no guest web1"),
        (problem(422, "name: \x1b[2J"), 2, "name: \\x1b[2J"),
        (problem(429, "too much"), 3, "try again"),
        (problem(503, "the database is away", "start it"), 3, "start it"),
        (Answer(status=502, text="<html>"), 3, "not by netipl"),
        (Answer(text="<html>"), 3, "without JSON"),
        (Answer(json={"name": "web1"}), 3, "use the same version"),
    ],
)
def test_every_answer_that_is_none_has_its_status_and_remedy(
    run: Run, api: Recorded, answer: Answer, status: int, words: str
) -> None:
    api.on("GET", "guests/web1", answer)
    done = run("guest", "show", "web1")
    assert (done.status, done.out) == (status, "")
    assert words in done.err


def test_a_url_that_nobody_answers_at_is_told(run: Run) -> None:
    with sockets.socket() as free:
        free.bind(("127.0.0.1", 0))
        done = run("guest", "--api", f"http://127.0.0.1:{free.getsockname()[1]}", "list")
    assert (done.status, done.out) == (3, "")
    assert "http://127.0.0.1" in done.err
    assert run("guest", "--api", "ftp://x", "list").status == 2


def completed(words: str, **environment: str) -> list[str]:
    variables = {"_NETIPL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = "import sys; from netipl.cli import main; sys.argv = ['netipl']; main.main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | variables | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_names_are_completed(api: Recorded, socket: Path) -> None:
    pages = [{"items": [guest("web1"), guest("web10")], "next": "web10"}, {"items": [guest("x")], "next": None}]
    api.on("GET", "guests", *(Answer(json=page) for page in pages))
    api.get("profiles", {"items": [{"name": "debian12"}, {"name": "rescue"}]})
    assert completed("netipl guest show web") == ["web1", "web10"]
    assert completed("netipl guest build web1 --profile d") == ["debian12"]
    assert completed(f"netipl guest --api {socket} build web1 --profile r", NETIPL_API="/absent") == ["rescue"]
    assert completed("netipl guest add x --method probe-m") == ["probe-mac", "probe-missing"]


def test_completion_is_silent_where_no_daemon_is(socket: Path) -> None:
    assert completed("netipl guest show web") == []
    assert completed("netipl token revoke x") == []
