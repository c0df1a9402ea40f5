"""The Templates and Registration modules: what goes on to Foreman, what does not, and what comes back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from netipl.net import Mac
from netipl.provisioning.foreman.deployed import Reservation
from netipl.provisioning.timeline import Deed
from netipl.servers.smartproxy.control import Offer
from tests.answering_server import AnsweringServer, Asked, answering
from tests.contract.servers.api.lab import LAB
from tests.contract.servers.smartproxy.lab import Answer, Proxy, asked, serving

TOKEN = "d2f1e9b0"


def answer(asked: Asked) -> tuple[int, object]:
    """What it was asked, with the status that the path ends in."""
    words = asked.path.partition("?")[0].rpartition("-")[2]
    return int(words) if words.isdecimal() else 200, {"path": asked.path}


@contextmanager
def proxied(directory: Path, url: str = "", offer: Offer | None = None) -> Iterator[tuple[Proxy, AnsweringServer]]:
    with answering(answer) as upstream, serving(directory, foreman=url or upstream.url, offer=offer) as proxy:
        yield proxy, upstream


OFFER = Offer(template_url="http://proxy.example.com:8000", registration_url="https://proxy.example.com:8443")


def test_where_templates_are_is_json_called_html(tmp_path: Path) -> None:
    with proxied(tmp_path, offer=OFFER) as (proxy, _):
        found = proxy.ask("GET", "/unattended/templateServer")
        assert (found.json, found.media_type) == ({"templateServer": OFFER.template_url}, "text/html;charset=utf-8")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/unattended/provision", "/unattended/provision"),
        ("/unattended/provision/a%2Fb c/g".replace(" ", "%20"), "/unattended/provision/a%2Fb+c/g"),
        ("/userdata/user-data", "/userdata/user-data"),
    ],
)
def test_a_template_comes_from_foreman(tmp_path: Path, path: str, there: str) -> None:
    with proxied(tmp_path, offer=OFFER) as (proxy, upstream):
        found = proxy.ask("GET", f"{path}?token={TOKEN}&kind=x&path=y&splat=z")
        assert found.status == 200
        asked_path, _, query = upstream.asked[-1].path.partition("?")
        assert asked_path == there
        assert query == f"token={TOKEN}&url=http%3A%2F%2Fproxy.example.com%3A8000"
        assert found.json["path"] == upstream.asked[-1].path


def test_headers_go_on_that_tell_the_host_and_no_others(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, upstream):
        proxy.ask(
            "GET",
            "/unattended/provision",
            X_RHN_Provisioning_MAC_0="eth0 52:54:00:00:00:01",
            X_System_Serial_Number="1234",
            Cookie="session=1",
            Authorization="Basic eDp5",
            X_Forwarded_For="6.6.6.6",
            X_Forwarded_Host="evil.example.com",
        )
        headers = upstream.asked[-1].headers
        assert headers["x-rhn-provisioning-mac-0"] == "eth0 52:54:00:00:00:01"
        assert headers["x-system-serial-number"] == "1234"
        assert headers["x-forwarded-for"] == "127.0.0.1"
        assert headers["accept"] == "application/json,version=2"
        assert not {"cookie", "authorization", "x-forwarded-host"} & set(headers)
        assert headers["host"] == f"127.0.0.1:{upstream.port}"


def test_a_host_that_says_that_it_is_built_is_passed_on_with_its_words(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, upstream):
        found = proxy.ask("POST", f"/unattended/built?token={TOKEN}", b"all done", Content_Type="text/x")
        assert found.status == 200
        assert (upstream.asked[-1].method, upstream.asked[-1].body) == ("POST", "all done")
        assert upstream.asked[-1].headers["content-type"] == "text/plain"


LOOP = replace(LAB, subnet=IPv4Network("127.0.0.0/24"), server=IPv4Address("127.0.0.254"), pools=())
HOST = Reservation(
    network="lab", mac=Mac.parse("52:54:00:00:00:01"), address=IPv4Address("127.0.0.1"), name="z1", hostname="z1"
)


@pytest.mark.parametrize(("kind", "deed"), [("built", Deed.HOST_BUILT), ("failed", Deed.HOST_FAILED)])
def test_what_foreman_took_of_a_host_is_in_the_timeline_of_its_guest(tmp_path: Path, kind: str, deed: Deed) -> None:
    with answering(answer) as upstream, serving(tmp_path, foreman=upstream.url, networks=[LOOP]) as proxy:
        proxy.wait(proxy.plane.dhcp.add(HOST, related=(), by="foreman"))
        proxy.ask("POST", f"/unattended/{kind}?token={TOKEN}", b"")
        proxy.ask("GET", f"/unattended/provision?token={TOKEN}")
        (said,) = [each for each in proxy.events() if each.what is deed]
        assert (said.guest, said.mac, said.by, dict(said.detail)) == ("z1", HOST.mac, "", {"address": "127.0.0.1"})


def test_what_foreman_refuses_is_in_no_timeline(tmp_path: Path) -> None:
    def refuse(_: Asked) -> tuple[int, object]:
        return 404, ""

    with answering(refuse) as upstream, serving(tmp_path, foreman=upstream.url, networks=[LOOP]) as proxy:
        proxy.wait(proxy.plane.dhcp.add(HOST, related=(), by="foreman"))
        assert proxy.ask("GET", "/unattended/built").status == 404
        assert not [each for each in proxy.events() if each.what is Deed.HOST_BUILT]


def test_what_nobody_known_says_is_in_no_timeline(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, _):
        assert proxy.ask("GET", "/unattended/built").status == 200
        assert not proxy.events()


def test_created_is_ok(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, _):
        assert proxy.ask("GET", "/unattended/kind-201").status == 200


@pytest.mark.parametrize(("status", "name"), [(404, "NotFound"), (403, "Forbidden"), (500, "InternalServerError")])
def test_what_foreman_refuses_is_refused_with_the_same_status(tmp_path: Path, status: int, name: str) -> None:
    with proxied(tmp_path) as (proxy, _):
        found = proxy.ask("GET", f"/unattended/kind-{status}?a=b")
        assert found.status == status
        [entry] = [each["message"] for each in proxy.ask("GET", "/logs").json["logs"] if str(status) in each["message"]]
        assert '"b"' not in entry, "what a host says may be its token"
        assert found.text == (
            f'Failed to proxy /kind-{status} for {{"a"=>"b"}}: Error retrieving unattended/kind-{status} '
            f'for {{"a"=>"b"}} from 127.0.0.1: Net::HTTP{name}: {status} '
        )


@pytest.mark.parametrize(("path", "status"), [("/unattended/provision", 400), ("/userdata/x", 500), ("/register", 500)])
def test_a_foreman_that_cannot_be_reached(tmp_path: Path, path: str, status: int) -> None:
    with proxied(tmp_path, "http://127.0.0.1:9") as (proxy, _):
        assert proxy.ask("GET", path).status == status


@pytest.mark.parametrize("path", ["/unattended/..", "/unattended/a%2Fb", "/unattended/a/b", "/userdata/x/user-data"])
def test_other_paths_lead_nowhere(tmp_path: Path, path: str) -> None:
    with proxied(tmp_path) as (proxy, upstream):
        assert proxy.ask("GET", path).status == 404
        assert upstream.asked == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_registration_shows_foremans_own_token(tmp_path: Path, method: str) -> None:
    with proxied(tmp_path, offer=OFFER) as (proxy, upstream):
        body = b"host=x" if method == "POST" else None
        found = proxy.ask(method, "/register?a=b", body, Authorization="Bearer jwt", Cookie="x")
        assert found.status == 200
        assert upstream.asked[-1].path == "/register?a=b&url=https%3A%2F%2Fproxy.example.com%3A8443"
        assert upstream.asked[-1].headers["authorization"] == "Bearer jwt"
        assert "cookie" not in upstream.asked[-1].headers
        assert upstream.asked[-1].body == ("host=x" if method == "POST" else "")


def test_without_a_url_of_its_own_a_host_registers_where_it_asked(tmp_path: Path) -> None:
    with proxied(tmp_path) as (proxy, upstream):
        asked(proxy.http(), "GET", "/register", Host="proxy.lab:8000")
        assert upstream.asked[-1].path == "/register?url=http%3A%2F%2Fproxy.lab%3A8000"


def test_a_registration_that_fails_is_a_script_that_fails(tmp_path: Path) -> None:
    with proxied(tmp_path, "http://127.0.0.1:9") as (proxy, _):
        found: Answer = proxy.ask("GET", "/register")
        assert (found.status, found.text) == (500, 'echo "Internal Server Error"\nexit 1\n')
        assert found.media_type.startswith("text/plain")
