"""Consoles by the API: what a boot has printed and prints, keys, and transcripts; bytes are for admins alone."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from tests.contract.servers.api.lab import Api, UnixConnection, guest, serving
from tests.fake_libvirt import FakeLibvirt

UUID = "bbb4f52a-c2fa-4016-af72-c4ea0d422cbe"
DOMAIN = f"""<domain type='qemu'><name>web1</name><uuid>{UUID}</uuid>
<os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os><devices/></domain>"""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path, tcp=True) as found:
        assert found.ask("POST", "/guests", guest(uuid=UUID)).status == 201
        found.do(lambda: libvirt(found).add(DOMAIN))
        yield found


def libvirt(api: Api) -> FakeLibvirt:
    return cast("FakeLibvirt", api.control.machines._driver)


def prints(api: Api, text: str, *, raw: bytes = b"") -> None:
    api.do(lambda: libvirt(api).prints(UUID, text, raw=raw))


def opens(api: Api) -> None:
    api.do(lambda: libvirt(api).open_console(UUID))


@contextmanager
def looking_on(api: Api, form: str) -> Iterator[http.client.HTTPResponse]:
    connection = UnixConnection(api.listen.socket)
    connection.request("GET", f"/api/v1/guests/web1/console?form={form}")
    response = connection.getresponse()
    assert response.status == 200
    try:
        yield response
    finally:
        response.close()
        connection.close()


def test_what_the_boot_has_printed_comes_first_and_then_what_it_prints(api: Api) -> None:
    opens(api)
    prints(api, "one\n")
    with looking_on(api, "text") as first, looking_on(api, "text") as second:
        assert first.getheader("Content-Type") == "text/plain; charset=utf-8"
        assert first.readline() == second.readline() == b"one\n"
        prints(api, "two\n")
        assert first.readline() == second.readline() == b"two\n"


def test_as_json_it_says_whose_transcript_it_is(api: Api) -> None:
    opens(api)
    prints(api, "one\n")
    with looking_on(api, "json") as response:
        first = json.loads(response.readline())
        assert first["text"] == "one\n"
        assert first["transcript"] == api.ask("GET", "/guests/web1/transcripts").json["items"][0]["id"]
        prints(api, "two\n")
        assert json.loads(response.readline()) == {"text": "two\n"}


def test_bytes_come_as_they_are(api: Api) -> None:
    opens(api)
    with looking_on(api, "raw") as response:
        prints(api, "red\n", raw=b"\x1b[31mred\n")
        assert response.readline() == b"\x1b[31mred\n"


def test_why_nothing_comes_is_said(api: Api) -> None:
    with looking_on(api, "text") as response:
        assert response.readline() == b"\n"
        assert response.readline() == b"[netipl: its machine is off]\n"


def test_bytes_and_keys_are_not_for_who_may_only_read(api: Api) -> None:
    token = api.token("reader", "read-only")
    assert api.ask_by_tcp("GET", "/guests/web1/console?form=raw", token=token).status == 403
    assert api.ask_by_tcp("POST", "/guests/web1/console/keys", b"x", token=token).status == 403
    assert api.ask_by_tcp("GET", "/guests/web1/transcripts", token=token).status == 200


def test_keys_are_typed_byte_for_byte(api: Api) -> None:
    opens(api)
    sent = api.ask("POST", "/guests/web1/console/keys", b"\x03\xff{}\r", Content_Type="application/octet-stream")
    assert sent.status == 204
    assert libvirt(api).typed == b"\x03\xff{}\r"


def test_too_many_keys_at_once_are_refused(api: Api) -> None:
    opens(api)
    sent = api.ask("POST", "/guests/web1/console/keys", b"x" * 70_000, Content_Type="application/octet-stream")
    assert sent.status == 422
    assert not libvirt(api).typed


def test_where_no_console_is_open_keys_conflict(api: Api) -> None:
    sent = api.ask("POST", "/guests/web1/console/keys", b"x", Content_Type="application/octet-stream")
    assert sent.status == 409
    assert "its machine is off" in sent.json["detail"]


def test_transcripts_are_listed_and_read(api: Api) -> None:
    opens(api)
    prints(api, "käse\r\n")
    [found] = api.ask("GET", "/guests/web1/transcripts").json["items"]
    read = api.ask("GET", f"/guests/web1/transcripts/{found['id']}")
    assert (read.status, read.body.decode()) == (200, "käse\r\n")
    assert read.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert found["size"] == len(read.body)


@pytest.mark.parametrize("path", ["/guests/web2/console", "/guests/web2/transcripts", "/guests/web1/transcripts/x"])
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    assert api.ask("GET", path).status == 404
