from ipaddress import ip_address
from pathlib import Path

import pytest

from netipl.net import Endpoint
from netipl.servers.api.listen import Listen
from tests.unit.settings.files import LAB, complaint, settings

TLS = 'tls_certificate = "any.crt"\ntls_key = "any.key"\n'


def test_what_is_not_said_is_the_socket_in_the_run_directory(directory: Path) -> None:
    found = settings(directory, LAB + '[server]\nrun_directory = "run"\n')
    assert found.api.enabled
    assert found.api_listen() == Listen(socket=directory / "run/api.sock")


def test_all_of_it_becomes_a_value(directory: Path) -> None:
    text = '[api]\nsocket = "api"\ngroup = "root"\nlisten = "192.0.2.1:8070"\n' + TLS
    assert settings(directory, LAB + text + '[server]\nuser = "root"\n').api_listen() == Listen(
        socket=directory / "api",
        group="root",
        user="root",
        endpoint=Endpoint(ip_address("192.0.2.1"), 8070),
        tls=(directory / "any.crt", directory / "any.key"),
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('listen = "127.0.0.1:8070"\n', id="loopback without TLS"),
        pytest.param('listen = "[::1]:8070"\n', id="loopback of IPv6"),
        pytest.param('listen = "192.0.2.1:8070"\n' + TLS, id="another address with TLS"),
        pytest.param('listen = "192.0.2.1:8070"\ninsecure = true\n', id="or for who insists"),
    ],
)
def test_where_tokens_are_safe_the_api_may_listen(directory: Path, text: str) -> None:
    settings(directory, f"{LAB}[api]\n{text}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('listen = "0.0.0.0:8070"\n', ["api.listen", "without TLS", "insecure = true"], id="no TLS"),
        pytest.param('listen = "8070"\n', ["api.listen", "no address with a port"], id="no address"),
        pytest.param(
            'listen = "127.0.0.1:1"\ntls_key = "kernel"\n', ["api.tls_key", "add api.tls_certificate"], id="half of TLS"
        ),
        pytest.param(TLS, ["api.tls_certificate", "no TCP port"], id="TLS for nothing"),
        pytest.param(
            'listen = "127.0.0.1:1"\ntls_certificate = "gone"\ntls_key = "kernel"\n',
            ["api.tls_certificate", "gone is no file"],
            id="a certificate that is not there",
        ),
        pytest.param('group = "nowhere"\n', ["api.group", "groupadd --system nowhere"], id="a group that is not there"),
    ],
)
def test_what_cannot_be_is_told(directory: Path, text: str, words: list[str]) -> None:
    told = complaint(directory, f"{LAB}[api]\n{text}")
    assert [word for word in words if word not in told] == []
