"""Who may come in: certificates and their CN by HTTPS, names of addresses by HTTP; and what is open to everybody."""

import socket
import ssl
from pathlib import Path

import pytest

from netipl.control.foreman.foreman_plane import PassingOn
from netipl.errors import UnavailableError
from netipl.integrations.foreman.upstream import Place
from netipl.net import Endpoint
from netipl.servers.smartproxy.authorization import Trust, name_of
from netipl.servers.smartproxy.control import Offer
from netipl.servers.smartproxy.listen import Listen, Tls
from netipl.servers.smartproxy.server import SmartProxyServer
from tests.contract.servers.api.lab import LOOPBACK
from tests.contract.servers.smartproxy.certificates import Authority
from tests.contract.servers.smartproxy.lab import Proxy, asked, serving
from tests.network_namespaces import eventually

OPEN = ["/features", "/version", "/httpboot/x", "/EFI/x", "/unattended/templateServer", "/register", "/userdata/x"]
PROTECTED = ["/v2/features", "/tftp/serverName", "/dhcp", "/logs", "/tftp/no/such/path"]
FOREMAN = frozenset({"foreman.example.com"})
UPSTREAM = "http://127.0.0.1:9"


def test_without_trusted_hosts_any_certificate_of_the_authority_is_good(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as proxy:
        assert proxy.authority is not None
        other = proxy.authority.sign("other.example.com")
        assert asked(proxy.https(other), "GET", "/tftp/serverName").status == 200
        for path in PROTECTED:
            found = asked(proxy.https(None), "GET", path)
            assert (found.status, found.text) == (403, "No client SSL certificate supplied")
            assert found.media_type == "application/json"


def test_trusted_hosts_are_told_by_the_cn_alone(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True, trust=Trust(hosts=FOREMAN)) as proxy:
        assert proxy.authority is not None
        assert proxy.ask("GET", "/tftp/serverName").status == 200
        capital = proxy.authority.sign("Foreman.Example.COM")
        assert asked(proxy.https(capital), "GET", "/tftp/serverName").status == 200
        other = proxy.authority.sign("other.example.com", alternative="DNS:foreman.example.com")
        found = asked(proxy.https(other), "GET", "/tftp/serverName")
        assert (found.status, found.text) == (
            403,
            "Untrusted client other.example.com attempted to access /serverName. Check :trusted_hosts: in settings.yml",
        )
        nobody = asked(proxy.https(None), "GET", "/v2/features")
        assert (nobody.status, nobody.text) == (403, "could not read client cert from environment")
        assert any("other.example.com" in each["message"] for each in proxy.ask("GET", "/logs").json["logs"])


def test_an_empty_list_is_nobody(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True, trust=Trust(hosts=frozenset())) as proxy:
        assert proxy.ask("GET", "/dhcp").status == 403


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_is_open_to_everybody(tmp_path: Path, path: str, tls: bool) -> None:
    with serving(tmp_path, tls=tls, trust=Trust(hosts=frozenset()), foreman=UPSTREAM) as proxy:
        connection = proxy.https(None) if tls else proxy.http()
        assert asked(connection, "GET", path).status != 403


def test_a_certificate_of_another_authority_ends_the_handshake(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as proxy:
        stranger = Authority(tmp_path, "stranger").sign("foreman.example.com")
        with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
            asked(proxy.https(stranger), "GET", "/features")
        assert proxy.ask("GET", "/features").status == 200
        _is_logged(
            proxy, "TLS handshake of 127.0.0.1 failed: its certificate is not good here: unable to get local issuer"
        )


def test_a_client_that_does_not_take_our_certificate_is_told_of(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as proxy:
        other = Authority(tmp_path, "another").certificate
        context = ssl.create_default_context(cafile=other)
        with socket.create_connection((str(LOOPBACK), proxy.server.ports[0])) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="proxy.example.com")
        _is_logged(proxy, "it does not know the authority of our certificate")


def test_plain_http_at_the_port_of_https_is_told_of(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as proxy:
        with socket.create_connection((str(LOOPBACK), proxy.server.ports[0])) as plain:
            plain.sendall(b"GET /features HTTP/1.1\r\nHost: x\r\n\r\n")
            plain.recv(1000)  # whatever it is
        _is_logged(proxy, "(speak https to this port)")


def _is_logged(proxy: Proxy, words: str) -> None:
    eventually(lambda: words in proxy.ask("GET", "/logs").text, words)


def test_tls_is_1_2_or_newer(tmp_path: Path) -> None:
    with serving(tmp_path, tls=True) as proxy:
        assert asked(proxy.https(proxy.shown, maximum=ssl.TLSVersion.TLSv1_2), "GET", "/dhcp").status == 200
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection((str(LOOPBACK), proxy.server.ports[0])) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain)


def test_by_http_an_address_has_the_name_of_its_reverse_lookup(tmp_path: Path) -> None:
    name = name_of("127.0.0.1", forward_verify=True)
    assert name, "loopback has a name in /etc/hosts"
    with serving(tmp_path, trust=Trust(hosts=frozenset({name}))) as proxy:
        assert proxy.ask("GET", "/dhcp").status == 200
    with serving(tmp_path, trust=Trust(hosts=FOREMAN)) as proxy:
        found = proxy.ask("GET", "/v2/features")
        assert (found.status, found.text) == (
            403,
            f"Untrusted client {name} attempted to access /features. Check :trusted_hosts: in settings.yml",
        )


def test_a_name_that_leads_elsewhere_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyaddr", lambda _: ("Foreman.example.com", [], []))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(2, 1, 6, "", ("192.0.2.99", 0))])
    assert name_of("192.0.2.1", forward_verify=True) == ""
    assert name_of("192.0.2.99", forward_verify=True) == "foreman.example.com"
    assert name_of("192.0.2.1", forward_verify=False) == "foreman.example.com"


def test_a_certificate_for_foreman_that_is_none_keeps_it_from_starting(tmp_path: Path) -> None:
    with serving(tmp_path) as proxy:
        (tmp_path / "empty").touch()
        proxy.plane.upstream = PassingOn(Place(url="https://f", certificate=tmp_path / "empty"))
        with pytest.raises(UnavailableError, match="certificates for Foreman"):
            SmartProxyServer(proxy.plane, Offer(), Listen()).open()


def test_certificates_that_are_none_keep_it_from_starting(tmp_path: Path) -> None:
    with serving(tmp_path) as proxy:
        authority = Authority(tmp_path)
        own = authority.sign("proxy.example.com")
        (tmp_path / "empty").touch()
        wrong = Tls(certificate=own.certificate, key=own.key, authority=tmp_path / "empty")
        listen = Listen(https=Endpoint(LOOPBACK, 0), tls=wrong)
        with pytest.raises(UnavailableError) as caught:
            SmartProxyServer(proxy.plane, Offer(), listen).open()
        assert "tls_ca in [foreman]" in caught.value.remedy
