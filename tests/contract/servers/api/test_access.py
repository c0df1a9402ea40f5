"""Who gets in, as whom, and what is never told of a token."""

import contextlib
import getpass
import io
import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from netipl.provisioning.timeline import Seen
from netipl.provisioning.tokens import PREFIX
from tests.contract.servers.api.certificates import certificate
from tests.contract.servers.api.lab import Api, asked, guest, happened, serving

OTHER_USER = "nobody"
_WHOAMI = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
_ASKED = 's.sendall(b"GET /api/v1/whoami HTTP/1.0\\r\\n\\r\\n"); print(s.makefile().read())'


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path, tcp=True) as found:
        yield found


def test_whoever_opens_the_unix_socket_is_an_admin_by_its_name(api: Api) -> None:
    assert api.ask("GET", "/whoami").json == {"by": f"user {getpass.getuser()}", "role": "admin"}


@pytest.mark.root
def test_the_kernel_says_who_has_opened_the_unix_socket(api: Api, tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    api.listen.socket.chmod(0o666)
    command = ["/usr/bin/python3", "-c", _WHOAMI + _ASKED, str(api.listen.socket)]
    told = subprocess.run(command, user=OTHER_USER, check=True, capture_output=True, text=True).stdout
    assert json.loads(told.splitlines()[-1])["by"] == f"user {OTHER_USER}"


def test_a_token_is_named_for_what_its_bearer_does(api: Api) -> None:
    secret = api.token("automation", "admin")
    assert re.fullmatch(r"netipl_[A-Za-z0-9_-]{43}", secret)
    assert api.ask_by_tcp("GET", "/whoami", token=secret).json == {"by": "token automation", "role": "admin"}
    api.ask_by_tcp("POST", "/guests", guest(), token=secret)
    [event] = api.ask("GET", "/events?guest=web1").json["items"]
    assert event["by"] == "token automation"


@pytest.mark.parametrize(
    ("shown", "challenge"),
    [
        pytest.param({}, "Bearer", id="no token"),
        pytest.param({"Authorization": "Bearer netipl_" + "x" * 43}, 'Bearer error="invalid_token"', id="a wrong one"),
        pytest.param({"Authorization": "Bearer "}, 'Bearer error="invalid_token"', id="an empty one"),
        pytest.param({"Authorization": "Basic bmV0aXBsOng="}, 'Bearer error="invalid_token"', id="another scheme"),
    ],
)
@pytest.mark.parametrize("path", ["/guests", "/events", "/ready", "/nothing"])
def test_by_tcp_nobody_gets_in_without_a_token(api: Api, path: str, shown: dict[str, str], challenge: str) -> None:
    answer = asked(api.tcp(), "GET", path, **shown)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_what_tells_nothing_needs_no_token(api: Api, path: str) -> None:
    assert api.ask_by_tcp("GET", path).status == 200


def test_who_may_only_read_changes_nothing(api: Api) -> None:
    secret = api.token("monitoring", "read-only")
    api.ask("POST", "/guests", guest(profile="debian"))
    for method, path in (
        ("POST", "/guests"),
        ("PUT", "/guests/web1"),
        ("DELETE", "/guests/web1"),
        ("POST", "/guests/web1/builds"),
        ("POST", "/imports"),
        ("POST", "/tokens"),
        ("DELETE", "/tokens/monitoring"),
        ("GET", "/tokens"),
        ("GET", "/guests/web1/plan?secrets=true"),
    ):
        assert api.ask_by_tcp(method, path, guest(), token=secret).status == 403, (method, path)
    for path in ("/guests", "/guests/web1", "/guests/web1/plan", "/events", "/builds", "/whoami"):
        assert api.ask_by_tcp("GET", path, token=secret).status == 200, path


def test_a_revoked_token_is_good_for_nothing(api: Api) -> None:
    secret = api.token("automation", "admin")
    assert api.ask("DELETE", "/tokens/automation").status == 204
    assert api.ask_by_tcp("GET", "/whoami", token=secret).status == 401
    assert api.ask("DELETE", "/tokens/automation").status == 404


def test_tokens_have_names_of_their_own_and_are_listed_without_secrets(api: Api) -> None:
    api.token("automation", "admin")
    assert api.ask("POST", "/tokens", {"name": "automation", "role": "read-only"}).status == 409
    [shown] = api.ask("GET", "/tokens").json["items"]
    assert set(shown) == {"name", "role", "created", "by"}


def test_no_token_is_in_the_store_the_timeline_or_a_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log), cache_logger_on_first_use=False)
    with contextlib.ExitStack() as stack:
        stack.callback(structlog.reset_defaults)
        api = stack.enter_context(serving(tmp_path, tcp=True))
        secret = api.token("automation", "admin")
        for path in ("/whoami", "/nothing", "/guests?limit=0", f"/guests/{secret}", f"/events?guest={secret}"):
            api.ask_by_tcp("GET", path, token=secret)
        asked(api.tcp(), "GET", "/whoami", Authorization=f"Bearer {secret}x")
        asked(api.tcp(), "GET", "/whoami", Authorization=f"Digest {secret}")
        api.control.guest = lambda name: 1 // 0  # type: ignore[method-assign, assignment, return-value]
        assert api.ask_by_tcp("GET", "/guests/web1", token=secret).status == 500
        while not api.do(lambda: api.server.counts["a request failed"]):
            pass
        _say(api, f"GET /api/v1/whoami HTTP/1.1\r\nAuthorization: Bearer {secret}\r\nnonsense\r\n\r\n")
        api.tell(happened(Seen.DHCP_ACK))
        told = api.ask("GET", "/events").body.decode()
    written = log.getvalue() + "".join(capfd.readouterr())
    assert "ZeroDivisionError" in written
    assert all(secret not in text for text in (written, told))
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.glob("netipl.sqlite*"))
    assert PREFIX not in written


def test_tls_is_1_2_or_newer(tmp_path: Path) -> None:
    with serving(tmp_path, tls=certificate(tmp_path)) as api:
        secret = api.token("automation", "admin")
        assert api.ask_by_tcp("GET", "/whoami", token=secret).json["by"] == "token automation"
        old = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with _tcp(api) as plain, pytest.raises(ssl.SSLError):
            old.wrap_socket(plain, server_hostname="127.0.0.1")


def test_who_speaks_no_tls_is_counted_and_leaves_no_connection(tmp_path: Path) -> None:
    with serving(tmp_path, tls=certificate(tmp_path)) as api:
        with _tcp(api) as plain:
            plain.sendall(b"GET /api/v1/health HTTP/1.1\r\n\r\n")
            while plain.recv(1024):
                pass
        while api.do(lambda: api.server.connected):
            pass
        assert api.server.counts["a TLS handshake failed"] == 1


def _tcp(api: Api) -> socket.socket:
    assert api.server.port is not None
    return socket.create_connection(("127.0.0.1", api.server.port), timeout=60)


def _say(api: Api, text: str) -> None:
    with _tcp(api) as plain:
        plain.sendall(text.encode())
        while plain.recv(1024):
            pass
