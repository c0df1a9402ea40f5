"""Foreman's own client: that it sends what the conversation has, and what it gets by each route of the contract."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netipl.servers.smartproxy.application import ROUTES
from netipl.servers.smartproxy.control import Offer
from netipl.servers.smartproxy.reply import HTML, JSON
from netipl.servers.smartproxy.request import segments
from netipl.servers.smartproxy.routes.route import Route
from tests.answering_server import Asked, answering
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.contract.servers.smartproxy.rest_client import RestClient
from tests.contract.servers.smartproxy.test_conversation import HOST, TEMPLATE
from tests.foreman_conversation import LOCAL_BOOT, Call, Fields

OTHER = replace(HOST, name="z2.example.com", mac="52:54:00:00:00:02")
ODD = "".join(map(chr, range(0x20, 0x7F))) + "\t\r\n\u00e4\u20ac\U0001f427"
CALLS = (
    *HOST.validate(),
    *HOST.create(TEMPLATE),
    *HOST.built(LOCAL_BOOT),
    *HOST.rebuild(TEMPLATE),
    *HOST.change_mac(OTHER, TEMPLATE),
    *HOST.rename(OTHER),
    *HOST.delete(),
    *HOST.bond(TEMPLATE, HOST.mac, OTHER.mac, "52:54:00:00:00:03"),
    *HOST.build_default(TEMPLATE),
    Call("POST", f"/tftp/PXELinux/{HOST.mac}", (("pxeconfig", ODD), (ODD, ""))),
    Call("POST", f"/tftp/PXELinux/{HOST.mac}", ()),
    Call("GET", "/dhcp/192.0.2.0/unused_ip?"),
    Call("GET", f"/dhcp/192.0.2.0/unused_ip?mac={HOST.mac}&from=192.0.2.10&to=192.0.2.20"),
)
FORM = "application/x-www-form-urlencoded"


def test_what_is_on_the_wire_is_what_the_conversation_has(rest: RestClient) -> None:
    with answering(lambda _: (200, {})) as server:
        for call in CALLS:
            rest.ask({"url": server.url}, call)
    for call, asked in zip(CALLS, server.asked, strict=True):
        assert (asked.method, asked.path, asked.body.encode()) == (call.method, call.path, call.body or b"")
        assert asked.headers.get("content-type") == (None if call.fields is None else FORM)
        assert asked.headers["accept"] == "application/json"
        assert asked.headers["user-agent"].startswith(f"rest-client/{rest.version} ")
        assert "expect" not in asked.headers
        assert "transfer-encoding" not in asked.headers


def upstream(asked: Asked) -> tuple[int, object]:
    return (404 if "failed" in asked.path else 200), "text"


OFFER = Offer(
    server_name="tftp.example.com", template_url="http://192.0.2.1:8000", registration_url="https://192.0.2.1:8443"
)


@pytest.fixture
def proxy(tmp_path: Path, rest: RestClient) -> Iterator[Proxy]:
    """With a Foreman, by HTTPS and with Foreman's client."""
    with answering(upstream) as foreman, serving(tmp_path, tls=True, foreman=foreman.url, offer=OFFER) as running:
        (tmp_path / "root/kernel.img").write_bytes(b"kernel")
        running.rest = rest
        yield running


def keys(*names: str) -> Callable[[bytes], bool]:
    """A JSON object with these."""
    return lambda body: set(json.loads(body)) == set(names)


def fields(**said: Any) -> Callable[[bytes], bool]:  # Any: JSON
    """A JSON object with these among others."""
    return lambda body: said.items() <= json.loads(body).items()


def begins(words: str) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(words.encode())


MODULES = ("dhcp", "httpboot", "logs", "registration", "templates", "tftp")
RECORD = HOST.reserve().fields
MAC = HOST.mac
PLAIN = "text/plain;charset=utf-8"
PASSED = "text/plain; charset=utf-8"
SHOWN = {"name": HOST.name, "mac": MAC, "ip": HOST.ip, "type": "reservation", "filename": "pxelinux.0"}
FETCHED: Fields = (("prefix", "boot/x"), ("path", "http://127.0.0.1:9/x"))

Row = tuple[str, str, Fields | None, int, str, bytes | Callable[[bytes], bool]]
WALK: tuple[Row, ...] = (
    # method, path, fields, status, media type, body
    ("GET", "/features", None, 200, JSON, json.dumps(MODULES, separators=(",", ":")).encode()),
    ("GET", "/version", None, 200, JSON, keys("version", "modules")),
    ("GET", "/v2/features", None, 200, JSON, keys(*MODULES)),
    ("GET", "/nothing", None, 404, JSON, b"Requested url was not found"),
    ("GET", "/tftp/serverName", None, 200, HTML, b'{"serverName":"tftp.example.com"}'),
    ("POST", f"/tftp/PXELinux/{MAC}", (("pxeconfig", "x"),), 200, HTML, b""),
    ("GET", f"/tftp/PXELinux/{MAC}", None, 200, HTML, b"x"),
    ("DELETE", f"/tftp/PXELinux/{MAC}", None, 200, HTML, b""),
    ("GET", f"/tftp/PXELinux/{MAC}", None, 404, JSON, begins("TFTP: Failed to retrieve pxe config file: File /")),
    ("POST", f"/tftp/PXELinux/{MAC}", (), 400, JSON, begins("TFTP: Failed to create pxe config file: Invalid")),
    ("POST", "/tftp/PXELinux/x", (("pxeconfig", "x"),), 403, JSON, b"Invalid MAC address: x"),
    ("POST", f"/tftp/x/{MAC}", (("pxeconfig", "x"),), 403, JSON, b"Unrecognized pxeboot config type: x"),
    ("POST", "/tftp/PXELinux/create_default", (("menu", "x"),), 200, HTML, b""),
    ("POST", "/tftp/create_default", (("menu", "x"),), 200, HTML, b""),
    ("POST", "/tftp/create_default", (), 400, JSON, begins("TFTP: Failed to create PXE default file: Default")),
    ("POST", f"/tftp/{MAC}", (("syslinux_config", "x"),), 200, HTML, b""),
    ("DELETE", f"/tftp/{MAC}", None, 200, HTML, b""),
    ("POST", "/tftp/fetch_boot_file", FETCHED, 200, HTML, b""),
    ("POST", "/tftp/fetch_boot_file", (("prefix", "x"),), 400, JSON, begins("TFTP: Failed to fetch boot file: ")),
    ("GET", "/dhcp", None, 200, JSON, begins('[{"network":"192.0.2.0","netmask":"255.255.255.0","options":{')),
    ("GET", "/dhcp/192.0.2.0", None, 200, JSON, b'{"reservations":[],"leases":[]}'),
    ("GET", "/dhcp/192.0.9.0", None, 404, JSON, b"Subnet 192.0.9.0 could not found"),
    ("GET", "/dhcp/x", None, 400, JSON, b"Invalid IP Address x"),
    ("GET", "/dhcp/192.0.2.0/unused_ip?from=192.0.2.50&to=192.0.2.50", None, 200, JSON, b'{"ip":"192.0.2.50"}'),
    ("GET", "/dhcp/192.0.2.0/unused_ip?", None, 200, JSON, keys("ip")),
    ("POST", "/dhcp/192.0.2.0", RECORD, 200, JSON, b""),
    ("POST", "/dhcp/192.0.2.0", OTHER.reserve().fields, 409, JSON, begins("Record 192.0.2.0/")),
    ("POST", "/dhcp/192.0.2.0", (), 400, JSON, b"Must provide hostname"),
    ("GET", f"/dhcp/192.0.2.0/mac/{MAC}", None, 200, JSON, fields(**SHOWN)),
    ("GET", f"/dhcp/192.0.2.0/ip/{HOST.ip}", None, 200, JSON, begins('[{"name":"z1.example.com"')),
    ("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}", None, 200, HTML, b""),
    ("DELETE", f"/dhcp/192.0.2.0/ip/{HOST.ip}", None, 200, HTML, b""),
    ("GET", f"/dhcp/192.0.2.0/mac/{MAC}", None, 404, JSON, begins("No DHCP record for MAC 192.0.2.0/")),
    ("GET", f"/dhcp/192.0.2.0/ip/{HOST.ip}", None, 404, JSON, begins("No DHCP records for IP 192.0.2.0/")),
    ("GET", "/httpboot/kernel.img", None, 200, "application/octet-stream", b"kernel"),
    ("GET", "/EFI/kernel.img", None, 200, "application/octet-stream", b"kernel"),
    ("GET", "/httpboot/none", None, 404, PLAIN, b"Not found"),
    ("GET", "/unattended/templateServer", None, 200, HTML, b'{"templateServer":"http://192.0.2.1:8000"}'),
    ("GET", "/unattended/provision?token=t", None, 200, PASSED, b'"text"'),
    ("GET", "/unattended/failed", None, 404, JSON, begins("Failed to proxy /failed for {}: ")),
    ("GET", "/unattended/provision/a/b", None, 200, PASSED, b'"text"'),
    ("POST", "/unattended/built?token=t", (), 200, PASSED, b'"text"'),
    ("GET", "/userdata/user-data", None, 200, PASSED, b'"text"'),
    ("GET", "/register", None, 200, PASSED, b'"text"'),
    ("POST", "/register", (("host[name]", "z1"),), 200, PASSED, b'"text"'),
    ("GET", "/logs/?from_timestamp=0", None, 200, JSON, keys("info", "logs")),
)  # fmt: skip
CLASSES = {400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}


def test_each_route_answers_as_the_contract_has_it(proxy: Proxy, rest: RestClient) -> None:
    for method, path, said, status, media_type, body in WALK:
        came = rest.ask(proxy.place, Call(method, path, said))
        assert (came.status, came.headers["content-type"]) == (status, media_type), (method, path, came.body)
        assert body(came.body) if callable(body) else body == came.body, (method, path, came.body)
        assert came.error == (f"RestClient::{CLASSES[status]}" if status >= 400 else ""), (method, path)


def test_the_walk_comes_by_all_routes() -> None:
    def taken(method: str, path: str) -> Route | None:
        parts = segments(path.partition("?")[0])
        return next((route for route in ROUTES if route.match(method, parts) is not None), None)

    walked = {id(taken(method, path)) for method, path, _, status, _, _ in WALK if status == 200}
    assert [route for route in ROUTES if id(route) not in walked] == []
