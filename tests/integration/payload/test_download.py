"""A download of the agent from a server that breaks off, refuses, changes its mind or its file."""

import random

import pytest

from netipl.errors import RefusedError, UnavailableError
from netipl.payload.agent.download import Download
from tests.integration.payload.moody_server import (
    ETAG,
    MoodyServer,
    Reply,
    cut,
    moody,
    nothing,
    saying,
    status,
    whole,
    without_ranges,
)

DATA = random.Random(3).randbytes(1 << 20)
OTHER = DATA[::-1]


class Patient:
    """A download whose pauses take no time."""

    def __init__(self, server: MoodyServer, size: int | None = None) -> None:
        self.said: list[str] = []
        self.slept: list[float] = []
        self.download = Download(
            server.url("/image?x=1"), self.said.append, size=size, pauses=(1, 2, 4), sleep=self.slept.append
        )

    def all(self) -> bytes:
        return b"".join(self.download.pieces())


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param([whole(DATA)], id="a good server"),
        pytest.param([cut(whole(DATA), 1000), whole(DATA)], id="cut once"),
        pytest.param([*[cut(whole(DATA), 100_000)] * 10, whole(DATA)], id="cut ten times, each time some come"),
        pytest.param([nothing, saying("503 Later"), cut(whole(DATA), 0), whole(DATA)], id="away at first"),
        pytest.param([cut(whole(DATA), 500_000), saying("502 Bad"), nothing, whole(DATA)], id="away in the middle"),
        pytest.param([cut(without_ranges(DATA), 5000), without_ranges(DATA)], id="a server without ranges"),
        pytest.param([cut(whole(DATA, None), 5000), whole(DATA, None)], id="without validators"),
    ],
)
def test_every_byte_comes_once(replies: list[Reply]) -> None:
    with moody(*replies) as server:
        patient = Patient(server, len(DATA))
        assert patient.all() == DATA
        assert patient.download.size == len(DATA)
    assert all(request.target == "/image?x=1" for request in server.requests)
    assert len(patient.slept) == len(replies) - 1


def test_the_rest_is_asked_for_with_the_version_that_was_begun() -> None:
    with moody(cut(whole(DATA), 1000), whole(DATA)) as server:
        Patient(server).all()
    first, second = server.requests
    assert "range" not in first.headers
    assert (second.headers["range"], second.headers["if-range"]) == ("bytes=1000-", ETAG)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        pytest.param(whole(OTHER, '"two"'), "has changed", id="the file has changed"),
        pytest.param(whole(DATA[:-1]), "another size", id="the file has another size"),
        pytest.param(saying("404 Gone"), "404 Gone", id="the file is gone"),
        pytest.param(
            lambda _: status("206 Partial", "Content-Range: bytes 7-9/10", f"ETag: {ETAG}", body=b"abc"),
            "not what was asked for",
            id="another part",
        ),
        pytest.param(saying("416 Range Not Satisfiable"), "416", id="no such range"),
    ],
)
def test_two_versions_are_never_mixed(second: Reply, message: str) -> None:
    with moody(cut(whole(DATA), 1000), second) as server, pytest.raises(RefusedError, match=message):
        Patient(server).all()


def test_a_server_that_stays_away_is_given_up_after_all_pauses() -> None:
    with moody(cut(whole(DATA), 1000), nothing) as server:
        patient = Patient(server)
        with pytest.raises(UnavailableError, match="given nothing for too long"):
            patient.all()
    assert patient.slept == [1, 2, 4]
    assert len(patient.said) == 3


def test_progress_begins_the_pauses_anew() -> None:
    some = cut(whole(DATA), 1000)
    with moody(nothing, nothing, some, nothing, nothing, some, whole(DATA)) as server:
        patient = Patient(server)
        assert patient.all() == DATA
    assert patient.slept == [1, 2, 1, 2, 4, 1]


@pytest.mark.parametrize("line", ["403 Forbidden", "404 Not Found", "301 Moved"])
def test_a_refusal_is_not_asked_again(line: str) -> None:
    with moody(saying(line)) as server, pytest.raises(RefusedError, match=line):
        Patient(server).all()
    assert len(server.requests) == 1


def test_a_file_of_another_size_is_refused_before_its_first_byte() -> None:
    with moody(whole(DATA)) as server, pytest.raises(RefusedError, match="and not 7"):
        next(Patient(server, 7).download.pieces())
