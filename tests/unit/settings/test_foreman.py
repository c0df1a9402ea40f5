"""What `[foreman]` says, and what its keys must agree on."""

from pathlib import Path

import pytest

from netipl.net import Endpoint
from netipl.servers.smartproxy.control import Module
from netipl.settings import foreman
from tests.unit.settings.files import DEFAULT, LAB, complaint, settings

TLS = 'tls_certificate = "any.crt"\ntls_key = "any.key"\ntls_ca = "any.crt"\n'
HTTPS = f'[foreman]\nhttps = "0.0.0.0:8443"\n{TLS}'


def test_without_a_place_to_listen_there_is_no_smart_proxy(directory: Path) -> None:
    assert not foreman.is_wanted(settings(directory, LAB).foreman)
    assert foreman.upstream(settings(directory, LAB).foreman, Path) is None


def test_all_of_it_becomes_values(directory: Path) -> None:
    text = HTTPS + 'trusted_hosts = ["Foreman.example.com"]\nmodules = ["tftp", "dhcp"]\nserver_name = "192.0.2.1"\n'
    made = settings(directory, LAB + DEFAULT + text + 'url = "https://foreman.example.com"\n')
    listen = foreman.listen(made.foreman, made.placed)
    assert listen.https == Endpoint.parse("0.0.0.0:8443")
    assert listen.tls is not None
    assert listen.tls.authority == directory / "any.crt"
    assert listen.trust.hosts == frozenset({"foreman.example.com"})
    offer = foreman.offer(made.foreman)
    assert (offer.modules, offer.server_name) == (frozenset({Module.TFTP, Module.DHCP}), "192.0.2.1")
    assert (offer.http_port, offer.https_port) == (None, 8443)
    place = foreman.upstream(made.foreman, made.placed)
    assert place is not None
    assert (place.certificate, place.key, place.authority) == (
        directory / "any.crt",
        directory / "any.key",
        directory / "any.crt",
    )


@pytest.mark.parametrize("more", ["insecure = true", 'trusted_hosts = ["foreman.example.com"]', "trusted_hosts = []"])
def test_plain_http_is_served_where_somebody_says_who_may_come(directory: Path, more: str) -> None:
    assert foreman.is_wanted(settings(directory, f'{LAB}[foreman]\nhttp = "0.0.0.0:8000"\n{more}\n').foreman)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('http = "0.0.0.0:8000"', "everybody who reaches it could change", id="HTTP for everybody"),
        pytest.param('https = "0.0.0.0:8443"', "HTTPS needs tls_certificate, tls_key, tls_ca", id="no certificate"),
        pytest.param(f'https = "0.0.0.0:8443"\n{TLS}'.replace("any.key", "none"), "is no file", id="no such file"),
        pytest.param('url = "foreman.example.com"', "is no URL", id="no URL"),
        pytest.param('url_certificate = "kernel"', "belong together", id="half a pair"),
        pytest.param(
            f'https = "0.0.0.0:8443"\n{TLS}'.replace("any.key", "other.key"), "is not the key of", id="other key"
        ),
        pytest.param(
            f'https = "0.0.0.0:8443"\n{TLS}'.replace("any.key", "locked.key"), "a passphrase", id="locked key"
        ),
        pytest.param(f'https = "0.0.0.0:8443"\n{TLS}'.replace("any.key", "kernel"), "no PEM file", id="no key"),
        pytest.param('url_ca = "kernel"', "foreman.url_ca", id="no authority"),
        pytest.param('modules = ["puppet"]', "foreman.modules", id="no module of ours"),
        pytest.param("largest_file = 0", "foreman.largest_file", id="no size"),
        pytest.param('fetch_from = ["everywhere"]', "foreman.fetch_from", id="no network"),
    ],
)
def test_what_cannot_be_is_told(directory: Path, text: str, words: str) -> None:
    assert words in complaint(directory, f"{LAB}[foreman]\n{text}\n")
