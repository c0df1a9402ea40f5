"""Events: listed, and as a stream that a client takes up again where it was cut."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.provisioning.timeline import Seen
from netipl.servers.api import event_stream
from tests.contract.servers.api.lab import Api, Json, UnixConnection, guest, happened, serving


class Stream:
    """What comes by one stream."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response

    def events(self, count: int) -> list[tuple[int, str, Json]]:
        """The next ones, as id, event and data; comments and other fields are passed over."""
        return [self._event() for _ in range(count)]

    def _event(self) -> tuple[int, str, Json]:
        fields: dict[str, str] = {}
        while "data" not in fields:
            line = self.response.readline().decode()
            assert line, "the stream has ended"
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        return int(fields["id"]), fields["event"], json.loads(fields["data"])


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path) as found:
        yield found


@contextmanager
def stream(api: Api, query: str = "", **headers: str) -> Iterator[Stream]:
    connection = UnixConnection(api.listen.socket)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", f"/api/v1/events{query}", headers={"Accept": event_stream.MEDIA_TYPE, **fields})
    response = connection.getresponse()
    assert (response.status, response.getheader("Content-Type")) == (200, event_stream.MEDIA_TYPE)
    try:
        yield Stream(response)
    finally:
        response.close()
        connection.close()


def test_events_are_listed_from_a_number_on_and_from_the_newest(api: Api) -> None:
    for kind in (Seen.DHCP_DISCOVER, Seen.DHCP_ACK, Seen.DHCP_RELEASE):
        api.tell(happened(kind))
    first, second, third = api.ask("GET", "/events").json["items"]
    assert [each["what"] for each in (first, second, third)] == ["dhcp-discover", "dhcp-ack", "dhcp-release"]
    assert api.ask("GET", f"/events?after={first['number']}&limit=1").json["items"] == [second]
    assert api.ask("GET", "/events?newest_first=true&limit=1").json["items"] == [third]
    assert api.ask("GET", f"/events?before={second['number']}").json["items"] == [first]
    assert api.ask("GET", "/events?guest=web2").json["items"] == []
    assert api.ask("GET", "/events?guest=web1&guest=web2").status == 422


def test_what_happens_once_a_stream_is_there_comes_by_it(api: Api) -> None:
    api.tell(happened(Seen.DHCP_DISCOVER))
    with stream(api) as found:
        api.ask("POST", "/guests", guest())
        [(number, kind, data)] = found.events(1)
    assert (kind, data["guest"], data["number"]) == ("guest-added", "web1", number)


def test_a_stream_of_some_guests_has_no_events_of_others(api: Api) -> None:
    with stream(api, "?guest=web1&guest=web3") as found:
        for name in ("web1", "web2", None, "web3"):
            api.tell(happened(Seen.DHCP_ACK, name))
        assert [data["guest"] for _, _, data in found.events(2)] == ["web1", "web3"]


def test_who_was_cut_misses_nothing_and_gets_nothing_twice(api: Api) -> None:
    kinds = (Seen.DHCP_DISCOVER, Seen.DHCP_ACK, Seen.TFTP_STARTED, Seen.TFTP_FINISHED, Seen.DHCP_RELEASE)
    with stream(api) as found:
        api.tell(happened(kinds[0]))
        api.tell(happened(kinds[1]))
        got = found.events(2)
    api.tell(happened(kinds[2]))
    with stream(api, "?after=0", Last_Event_ID=str(got[-1][0])) as found:
        api.tell(happened(kinds[3]))
        api.tell(happened(kinds[4]))
        got += found.events(3)
    assert [kind for _, kind, _ in got] == [str(kind) for kind in kinds]
    assert [number for number, _, _ in got] == sorted({number for number, _, _ in got})


def test_the_number_from_which_a_stream_begins_may_be_asked_for(api: Api) -> None:
    api.tell(happened(Seen.DHCP_DISCOVER))
    api.tell(happened(Seen.DHCP_ACK))
    [first, _] = api.ask("GET", "/events").json["items"]
    with stream(api, f"?after={first['number']}") as found:
        assert [kind for _, kind, _ in found.events(1)] == ["dhcp-ack"]


def test_a_stream_ends_cleanly_with_the_daemon(tmp_path: Path) -> None:
    with serving(tmp_path) as api:
        connection = UnixConnection(api.listen.socket)
        connection.request("GET", "/api/v1/events", headers={"Accept": event_stream.MEDIA_TYPE})
        response = connection.getresponse()
    assert response.read() == b"retry: 1000\n\n"  # an end in mid-body would raise IncompleteRead
    connection.close()


def test_a_stream_that_its_client_leaves_is_followed_no_more(api: Api) -> None:
    with stream(api) as found:
        api.tell(happened(Seen.DHCP_ACK))
        found.events(1)
        assert api.do(lambda: len(api.control._followers._queues)) == 1
    while api.do(lambda: len(api.control._followers._queues)):
        pass


def test_a_stream_whose_store_does_not_answer_ends(api: Api) -> None:
    api.store.error = UnavailableError("the database is gone")
    with stream(api, "?after=0") as found:
        assert found.response.read() == b"retry: 1000\n\n"


def test_a_quiet_stream_has_a_heartbeat(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT", 0.01)
    with stream(api) as found:
        lines = [found.response.readline() for _ in range(4)]
    assert lines == [b"retry: 1000\n", b"\n", b":\n", b"\n"]


def test_text_that_was_no_utf_8_is_shown_with_escapes(api: Api) -> None:
    event = happened(Seen.TFTP_MISSING)
    api.tell(type(event)(at=event.at, what=event.what, network="lab", detail={"name": "k\udcffrnel"}))
    assert api.ask("GET", "/events").json["items"][0]["detail"] == {"name": "k\\udcffrnel"}
