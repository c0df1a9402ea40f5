"""What Foreman discovers: features, versions, states and settings, and what whoever asks for something else is told."""

from pathlib import Path

import pytest

from netipl.servers.smartproxy.control import Module, Offer
from tests.contract.servers.smartproxy.lab import Proxy, asked, serving

KEYS = {"http_enabled", "https_enabled", "settings", "state", "capabilities"}
FOREMAN = "http://127.0.0.1:9"


def test_the_features_that_run_are_listed_in_order(tmp_path: Path) -> None:
    with serving(tmp_path, foreman=FOREMAN) as proxy:
        found = proxy.ask("GET", "/features")
        assert (found.status, found.media_type) == (200, "application/json")
        assert found.json == ["dhcp", "httpboot", "logs", "registration", "templates", "tftp"]


def test_the_version_has_those_of_the_modules(tmp_path: Path) -> None:
    with serving(tmp_path, foreman=FOREMAN) as proxy:
        found = proxy.ask("GET", "/version").json
        assert found["version"].startswith("3.11.0")
        assert set(found["modules"]) == {module.value for module in Module}


def test_every_module_has_exactly_five_keys_also_one_that_is_switched_off(tmp_path: Path) -> None:
    offer = Offer(
        modules=frozenset({Module.TFTP, Module.DHCP, Module.HTTPBOOT, Module.TEMPLATES}),
        server_name="tftp.example.com",
        template_url="http://127.0.0.1:18000",
    )
    with serving(tmp_path, offer=offer, foreman=FOREMAN) as proxy:
        found = proxy.ask("GET", "/v2/features").json
        assert all(set(each) == KEYS for each in found.values())
        assert found["tftp"] == {
            "http_enabled": True,
            "https_enabled": False,
            "settings": {"tftp_servername": "tftp.example.com"},
            "state": "running",
            "capabilities": [],
        }
        assert found["dhcp"]["capabilities"] == ["dhcp_filename_hostname", "dhcp_filename_ipv4"]
        assert found["httpboot"]["settings"] == {"http_port": 8000, "https_port": None}
        assert found["templates"]["settings"] == {"template_url": "http://127.0.0.1:18000"}
        assert (found["logs"]["state"], found["logs"]["http_enabled"]) == ("disabled", False)
        assert found["registration"]["settings"] == {"registration_url": None}
        assert proxy.ask("GET", "/features").json == ["dhcp", "httpboot", "templates", "tftp"]
        assert proxy.ask("GET", "/logs").status == 404


def test_what_needs_foreman_has_failed_where_nobody_says_where_it_is(proxy: Proxy) -> None:
    found = proxy.ask("GET", "/v2/features").json
    assert {name: each["state"] for name, each in found.items()} == {
        "dhcp": "running",
        "httpboot": "running",
        "logs": "running",
        "registration": "failed",
        "templates": "failed",
        "tftp": "running",
    }
    assert set(proxy.ask("GET", "/logs").json["info"]["failed_modules"]) == {"registration", "templates"}
    assert proxy.ask("GET", "/features").json == ["dhcp", "httpboot", "logs", "tftp"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("POST", "/features"),
        ("GET", "/tftp"),
        ("GET", "/tftp/other"),
        ("PUT", "/dhcp"),
    ],
)
def test_another_url_is_not_found_in_plain_text_called_json(proxy: Proxy, method: str, path: str) -> None:
    found = proxy.ask(method, path, [] if method == "POST" else None)
    assert (found.status, found.text, found.media_type) == (404, "Requested url was not found", "application/json")


def test_a_post_without_a_length_is_not_taken(proxy: Proxy) -> None:
    connection = proxy.https(proxy.shown) if proxy.authority is not None else proxy.http()
    connection.putrequest("POST", "/tftp/PXELinux/52:54:00:00:00:01")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


def test_a_body_that_is_too_large_is_not_taken(proxy: Proxy) -> None:
    found = proxy.ask("POST", "/tftp/PXELinux/52:54:00:00:00:01", b"", Content_Length=str(5 << 20))
    assert found.status == 413


def test_an_error_is_text_for_whoever_takes_no_json(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/nothing", Accept="text/html").media_type == "text/plain;charset=utf-8"


def test_head_is_get_without_a_body(proxy: Proxy) -> None:
    connection = proxy.https(proxy.shown) if proxy.authority is not None else proxy.http()
    found = asked(connection, "HEAD", "/version")
    assert (found.status, found.body) == (200, b"")
