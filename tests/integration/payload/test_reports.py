"""Reports of the agent to a server that is there, that is not, and that comes later."""

from netipl.payload.agent.reports import Log, Reports
from tests.integration.payload.moody_server import moody, nothing, saying


def test_an_end_is_told_until_somebody_hears_it() -> None:
    slept: list[float] = []
    with moody(nothing, saying("503 Later"), saying("204 No Content")) as server:
        reports = Reports(server.url("/callback/token"), Log(lambda _: None), sleep=slept.append)
        assert reports.tell("failed", "no disk: 100 %", b"the log")
    assert slept == [0.5, 1.0]
    last = server.requests[-1]
    assert (last.method, last.target, last.body) == (
        "POST",
        "/callback/token/failed?no%20disk%3A%20100%20%25",
        b"the log",
    )


def test_within_bounds() -> None:
    slept: list[float] = []
    shown: list[str] = []
    with moody(nothing) as server:
        assert not Reports(server.url("/c/t"), Log(shown.append), sleep=slept.append).tell("done")
    assert (len(server.requests), len(slept)) == (8, 7)
    assert shown == ["netipl: nobody hears that it is done"]


def test_a_refusal_is_heard_too() -> None:
    with moody(saying("403 Forbidden")) as server:
        assert Reports(server.url("/c/t"), Log(lambda _: None)).tell("done")
    assert len(server.requests) == 1
