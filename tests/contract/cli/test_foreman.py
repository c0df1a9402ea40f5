"""`netipl foreman`: a Smart Proxy is registered with a Foreman, and what is missing between the two is said."""

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netipl.integrations.foreman.chain import Seen, judged, of_clocks, of_trust
from tests.answering_server import AnsweringServer, Asked, answering
from tests.contract.cli.conftest import Run
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.recorded_api import Answer, Recorded, problem

PASSWORD = "s3cret"


@dataclass
class Foreman:
    """Its API of Smart Proxies, for one user."""

    proxies: list[dict[str, Any]] = field(default_factory=list)
    refreshed: int = 0
    complaint: str = ""

    def answer(self, asked: Asked) -> tuple[int, object]:
        if asked.headers.get("authorization") != "Basic YWRtaW46czNjcmV0":
            return 401, {"error": {"message": "Unable to authenticate user"}}
        if self.complaint and asked.method != "GET":
            return 422, {"error": {"full_messages": [self.complaint]}}
        if asked.method == "POST":
            said = json.loads(asked.body)["smart_proxy"]
            if any(each["name"] == said["name"] for each in self.proxies):
                return 422, {"error": {"full_messages": ["Name has already been taken"]}}
            self.proxies.append({"id": 7, "features": [{"name": "TFTP"}, {"name": "DHCP"}], **said})
            return 201, self.proxies[-1]
        if asked.method == "PUT":
            self.refreshed += 1
        return 200, {"results": self.proxies}


@dataclass
class Lab:
    run: Run
    foreman: Foreman
    upstream: AnsweringServer
    proxy: Proxy
    config: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.proxy.server.ports[0]}"

    def __call__(self, verb: str, *more: str) -> Any:  # Any: Done
        return self.run("foreman", verb, "--config", self.config, "--proxy-url", self.url, *more)


@pytest.fixture
def lab(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("NETIPL_FOREMAN_PASSWORD", PASSWORD)
    made = Foreman()
    with answering(made.answer) as upstream, serving(tmp_path, tls=True, foreman=upstream.url) as proxy:
        config = tmp_path / "netipl.toml"
        config.write_text(
            '[networks.lab]\ninterface = "lo"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\n'
            '[foreman]\nhttps = "127.0.0.1:8443"\ntls_certificate = "authority-proxy.example.com.crt"\n'
            'tls_key = "authority-proxy.example.com.key"\ntls_ca = "authority.crt"\n'
            f'url = "{upstream.url}"\n'
        )
        yield Lab(run, made, upstream, proxy, config)


def test_a_proxy_is_registered_once_and_refreshed_then(lab: Lab) -> None:
    done = lab("register", "--name", "z-proxy")
    assert (done.status, done.out) == (0, f"z-proxy: registered as Smart Proxy 7, at {lab.url}\n")
    assert lab.foreman.proxies[0]["url"] == lab.url
    again = lab("register", "--name", "z-proxy")
    assert (again.status, again.out) == (0, "z-proxy: was registered as Smart Proxy 7, and is refreshed\n")
    assert lab.foreman.refreshed == 1


def test_what_foreman_says_is_wrong_is_said(lab: Lab) -> None:
    lab("register", "--name", "z-proxy")
    lab.foreman.proxies[0]["url"] = "https://elsewhere:8443"
    done = lab("register", "--name", "z-proxy")
    assert done.status == 1
    assert "Name has already been taken" in done.err


def test_the_status_looks_at_certificate_features_clock_and_registration(lab: Lab) -> None:
    alone = lab("status")
    assert "answers as Foreman needs it" in alone.out
    assert "features: dhcp, httpboot, logs, registration, templates, tftp" in alone.out
    assert "give --user" in alone.err
    before = lab("status", "--user", "admin")
    assert before.status == 1
    assert "Foreman knows no proxy at" in before.out
    assert "netipl foreman register" in before.out
    lab("register", "--name", "z-proxy")
    lab.upstream.ahead = timedelta(hours=1)
    found = [json.loads(line) for line in lab("status", "--user", "admin", "--json").out.splitlines()]
    assert {each["what"]: each["ok"] for each in found}["registered as z-proxy, with DHCP, TFTP"]
    [clock] = [each for each in found if "clock" in each["what"]]
    assert not clock["ok"]
    assert "NTP" in clock["remedy"]


def test_a_name_that_the_certificate_does_not_have_is_found(lab: Lab) -> None:
    done = lab.run(
        *("foreman", "status", "--config", lab.config),
        *("--proxy-url", f"https://localhost:{lab.proxy.server.ports[0]}"),
    )
    assert done.status == 1
    assert "wrong   the certificate at https://localhost" in done.out


def test_a_wrong_password_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETIPL_FOREMAN_PASSWORD", "other")
    done = lab("register")
    assert done.status == 1
    assert "does not let this user in" in done.err
    assert "other" not in done.err


def test_a_proxy_that_is_not_there_is_not_registered(lab: Lab) -> None:
    done = lab.run("foreman", "register", "--config", lab.config, "--proxy-url", "https://127.0.0.1:9")
    assert done.status == 3
    assert "cannot be reached" in done.err
    assert lab.foreman.proxies == []


def test_without_foremans_url_there_is_nothing_to_do(lab: Lab) -> None:
    text = lab.config.read_text()
    lab.config.write_text("\n".join(line for line in text.splitlines() if not line.startswith("url")))
    done = lab("register")
    assert done.status == 2
    assert "set url" in done.err


def test_a_certificate_that_ends_soon_and_features_that_are_missing() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    seen = Seen(features=("tftp",), certificate={"notAfter": "Jan 15 00:00:00 2030 GMT"}, at=None)
    features, certificate = judged(seen, frozenset({"tftp", "templates"}), now)
    assert (features.is_well, certificate.is_well) == (False, False)
    assert "not running: templates" in features.what
    assert "2030-01-15" in certificate.what
    assert of_clocks(now, now + timedelta(seconds=59)).is_well


def test_whether_foremans_own_certificate_is_let_in() -> None:
    [well] = of_trust("Foreman.example.com", ("foreman.example.com",))
    [wrong] = of_trust("foreman.example.com", ("other.example.com",))
    assert (well.is_well, wrong.is_well) == (True, False)
    assert 'add "foreman.example.com"' in wrong.remedy
    assert [*of_trust("foreman.example.com", None), *of_trust("", ())] == []


def test_the_certificate_that_foreman_shows_is_compared_with_trusted_hosts(lab: Lab) -> None:
    assert lab.proxy.authority is not None
    pair = lab.proxy.authority.sign("foreman.example.com", alternative="IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    lab.run("foreman", "register", "--config", lab.config, "--proxy-url", lab.url)
    with answering(lab.foreman.answer, context) as secure:
        text = lab.config.read_text().replace(lab.upstream.url, secure.url)
        lab.config.write_text(f'{text}trusted_hosts = ["other.example.com"]\n')
        wrong = lab("status", "--user", "admin")
        lab.config.write_text(f'{text}trusted_hosts = ["foreman.example.com"]\n')
        well = lab("status", "--user", "admin")
    assert wrong.status == 1
    assert "wrong   Foreman's certificate is that of foreman.example.com, which is not in trusted_hosts" in wrong.out
    assert "ok      Foreman's certificate is that of foreman.example.com, which is in trusted_hosts" in well.out


def test_without_a_name_the_proxy_is_called_after_its_url(lab: Lab) -> None:
    assert lab("register").out == f"127.0.0.1: registered as Smart Proxy 7, at {lab.url}\n"


def test_a_host_without_a_name_of_its_own_needs_the_url(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: "localhost")
    done = lab.run("foreman", "status", "--config", lab.config)
    assert done.status == 2
    assert "give --proxy-url https://NAME:8443" in done.err


def test_where_foreman_does_not_reach_the_proxy_something_helps(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "ERF12-4115 [ProxyAPI::ProxyException]: Unable to communicate with the proxy: 403 Forbidden"
    monkeypatch.setattr(lab.foreman, "complaint", words)
    done = lab("register")
    assert done.status == 1
    assert "netipl foreman status" in done.err


FILE: dict[str, Any] = {
    "name": "boot/rh-kernel.img",
    "source": "http://mirror/kernel.img",
    "state": "there",
    "error": "",
    "size": 5_000_000,
    "came": "2026-11-01T08:00:00Z",
    "users": ["pxelinux.cfg/01-a", "pxelinux.cfg/01-b", "pxelinux.cfg/default"],
}
LEFT = {**FILE, "name": "boot/old-kernel.img", "users": []}
LOST = {**LEFT, "name": "boot/lost.img", "state": "failed", "error": "HTTP \x1b[2J 404", "size": None, "came": None}
COMES = {**LEFT, "name": "boot/comes.img", "state": "asked", "size": None, "came": None}


def test_boot_files_are_listed_with_what_needs_them(run: Run, api: Recorded) -> None:
    api.get("boot-files", {"items": [FILE, LOST]})
    head, first, second, why = run("foreman", "files").out.splitlines()
    assert head.split() == ["name", "state", "size", "age", "used", "by", "source"]
    assert first.startswith("boot/rh-kernel.img  there   5.0 MB  ")
    assert "pxelinux.cfg/01-a, pxelinux.cfg/01-b and 1 more" in first
    assert second.split() == ["boot/lost.img", "failed", "http://mirror/kernel.img"]
    assert why == "boot/lost.img: HTTP \\x1b[2J 404"
    assert [json.loads(line) for line in run("foreman", "files", "--json").out.splitlines()] == [FILE, LOST]


def test_those_that_nothing_needs_are_removed_after_a_question(run: Run, api: Recorded) -> None:
    api.get("boot-files", {"items": [FILE, LEFT, LOST, COMES]})
    api.on("DELETE", "boot-files", Answer(status=204), problem(409, "boot/lost.img is needed by pxelinux.cfg/default"))
    asked_first = run("foreman", "files", "--prune")
    assert (asked_first.status, api.of("DELETE", "boot-files")) == (2, [])
    assert "Remove 2 boot files, 5.0 MB? There is nobody to ask" in asked_first.err
    done = run("foreman", "files", "--prune", "--yes")
    assert [each.query["name"] for each in api.of("DELETE", "boot-files")] == [[LEFT["name"]], [LOST["name"]]]
    assert (done.status, done.out.splitlines()[-1]) == (1, "1 removed, 5.0 MB")
    assert "boot/lost.img is needed by" in done.err


def test_where_everything_is_needed_nobody_is_asked(run: Run, api: Recorded) -> None:
    api.get("boot-files", {"items": [FILE]})
    done = run("foreman", "files", "--prune")
    assert (done.status, done.out.splitlines()[-1]) == (0, "0 removed, 0 B")
