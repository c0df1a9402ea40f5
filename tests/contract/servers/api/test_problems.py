"""Every answer that is no is problem details, whoever says it: routes, the framework, or the connection itself."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from netipl.servers.api.body_limit import BodyLimits
from netipl.servers.api.server import Limits
from netipl.servers.web.connection import Timeouts
from tests.contract.servers.api.lab import DEADLINE, Api, Json, guest, serving

SMALL = Limits(connections=4, header=4096, body=BodyLimits(size=4096, time=0.2))
SHORT = Timeouts(header=0.2, write=0.2)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path, tcp=True, limits=SMALL) as found:
        yield found


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("GET", "/nothing", None, 404, "there is nothing at this path"),
        ("GET", "/guests/", None, 404, "there is nothing at this path"),
        ("GET", "/guests/web9", None, 404, "there is no guest web9"),
        ("PATCH", "/guests", None, 405, "this cannot be done with this path"),
        ("POST", "/guests", {}, 422, "name: Field required"),
        ("POST", "/guests", {"name": "web1", "colour": "red"}, 422, "colour: Extra inputs are not permitted"),
        ("POST", "/guests", guest("web 1"), 422, "name: 'web 1' is no DNS name"),
        ("POST", "/guests", b"{", 422, "1: JSON decode error"),
        ("POST", "/guests", b"\xff", 400, "There was an error parsing the body"),
        ("POST", "/guests", b"[" * 4000, 400, "There was an error parsing the body"),
        ("GET", "/guests?limit=0", None, 422, "limit: Input should be greater than or equal to 1"),
        ("GET", "/events?after=9223372036854775808", None, 422, None),
        ("GET", "/events?guest=%00", None, 422, None),
        ("GET", "/boots?before=2026-01-01T00:00:00", None, 422, "before: Input should have timezone info"),
        ("POST", "/tokens", {"name": "a b", "role": "admin"}, 422, None),
        ("POST", "/guests", b" " * 4097, 413, "a body may have 4096 bytes"),
    ],
)
def test_a_request_that_cannot_be_is_told_why(
    api: Api, method: str, path: str, body: Json, status: int, detail: str | None
) -> None:
    answer = api.ask(method, path, body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    told = answer.json
    assert set(told) == {"type", "title", "status", "detail", "remedy", "fields"}
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert detail in {None, told["detail"]}, told


def test_every_value_that_does_not_fit_is_named(api: Api) -> None:
    answer = api.ask("POST", "/imports", {"guests": [guest(), guest(append=7)]})  # type: ignore[arg-type]
    assert answer.json["fields"] == [{"field": "guests.1.append", "problem": "Input should be a valid string"}]


def test_a_method_that_is_not_there_is_told_with_those_that_are(api: Api) -> None:
    assert api.ask("PATCH", "/guests").headers["Allow"] == "GET, POST"


def test_a_fault_of_ours_tells_nothing_of_itself(api: Api) -> None:
    api.control.guest = lambda name: 1 // 0  # type: ignore[method-assign, assignment, return-value]
    answer = api.ask("GET", "/guests/web1")
    assert (answer.status, answer.json["detail"]) == (500, "netipl has a fault")
    while not api.do(lambda: api.server.counts["a request failed"]):
        pass


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"nonsense\r\n\r\n", id="no request"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 8192, id="a header that is too long"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", id="two lengths"),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_ends(api: Api, sent: bytes) -> None:
    head, _, body = _exchange(api, sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["status"] == 400


def test_a_body_without_a_length_is_cut_at_the_limit(api: Api) -> None:
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    head = (
        b"POST /api/v1/guests HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    )
    with _local(api) as sock:
        sock.sendall(head + b"\r\n" + chunk + chunk)
        assert sock.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_sends_too_much_is_told_all_the_same(api: Api) -> None:
    more_than_buffers_hold = bytes(64 * 1024 * 1024)
    assert api.ask("POST", "/guests", more_than_buffers_hold).status == 413


def test_a_client_that_does_not_end_to_send_is_cut(tmp_path: Path) -> None:
    with serving(tmp_path, timeouts=SHORT) as api, _local(api) as sock, suppress(ConnectionError):
        sock.sendall(b"POST /api/v1/guests HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            sock.sendall(bytes(65536))


def test_a_body_that_does_not_come_is_not_waited_for(api: Api) -> None:
    head = b"POST /api/v1/guests HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    with _local(api) as sock:
        sock.sendall(head + b"{")
        assert _all_of(sock).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"GET /api/v1/hea"], ids=["nothing", "a part"])
def test_a_request_that_does_not_come_is_not_waited_for(tmp_path: Path, sent: bytes) -> None:
    with serving(tmp_path, tcp=True, timeouts=SHORT) as api:
        assert _exchange(api, sent) == b""
        while api.do(lambda: api.server.connected):
            pass


def test_a_client_that_does_not_read_is_cut(tmp_path: Path) -> None:
    with serving(tmp_path, tcp=True, timeouts=SHORT) as api:
        secret = api.token("automation", "admin")
        head = f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {secret}\r\n\r\n"
        with _tcp(api) as sock:
            sock.setblocking(False)
            with suppress(BlockingIOError, ConnectionError):
                while True:
                    sock.send(head.encode() * 100)
            while api.do(lambda: api.server.connected):
                pass


def test_more_connections_than_there_may_be_are_closed_and_the_unix_socket_has_its_own(api: Api) -> None:
    held = [_tcp(api) for _ in range(SMALL.connections)]
    while api.do(lambda: api.server.connected) < SMALL.connections:
        pass
    with _tcp(api) as one_more:
        assert one_more.recv(1) == b""
    assert api.ask("GET", "/health").status == 200
    for sock in held:
        sock.close()
    while api.do(lambda: api.server.connected):
        pass
    assert api.ask_by_tcp("GET", "/health").status == 200


def test_one_address_may_not_have_all_connections(tmp_path: Path) -> None:
    with serving(tmp_path, tcp=True, limits=Limits(connections=4, connections_per_address=1)) as api:
        with _tcp(api) as held, _tcp(api) as one_more:
            assert one_more.recv(1) == b""
            held.sendall(b"GET /api/v1/health HTTP/1.0\r\n\r\n")
            assert _all_of(held).startswith(b"HTTP/1.1 200 ")
        assert api.server.counts["too many connections"] == 1


def test_a_connection_is_used_again(api: Api) -> None:
    with _tcp(api) as sock, sock.makefile("rb") as reading:
        for _ in range(3):
            sock.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n")
            head = b"".join(iter(reading.readline, b"\r\n"))
            assert b"date: " in head
            assert b"server: netipl\r\n" in head
            assert reading.read(15) == b'{"status":"ok"}'


def _tcp(api: Api) -> socket.socket:
    assert api.server.port is not None
    return socket.create_connection(("127.0.0.1", api.server.port), timeout=DEADLINE)


def _local(api: Api) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(DEADLINE)
    sock.connect(str(api.listen.socket))
    return sock


def _exchange(api: Api, sent: bytes) -> bytes:
    with _tcp(api) as sock:
        sock.sendall(sent)
        return _all_of(sock)


def _all_of(sock: socket.socket) -> bytes:
    """Until the server closes, be it by a reset."""
    received = b""
    with suppress(ConnectionError):
        while piece := sock.recv(65536):
            received += piece
    return received
