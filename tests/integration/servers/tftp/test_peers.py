"""Foreign clients, and the firmware's peers on the other side: tftp-hpa, atftp and curl fetch the same bytes."""

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import peers
from tests.integration.servers.tftp.serving import Service, serving

Fetch = Callable[[Service, str, Path], None]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as running:
        yield running


def tftp_hpa(service: Service, name: str, to: Path, mode: str = "octet") -> None:
    command: list[str | Path] = [peers.program("tftp-hpa", "tftp"), "-m", mode, "127.0.0.1", str(service.port)]
    subprocess.run([*command, "-c", "get", name, to], check=True, env=peers.environment("tftp-hpa"))


def atftp(service: Service, name: str, to: Path, *options: str) -> None:
    arguments = [f"--option={option}" for option in options]
    command: list[str | Path] = [
        peers.program("atftp", "atftp"),
        *arguments,
        "--get",
        "-r",
        name,
        "-l",
        to,
        "127.0.0.1",
    ]
    subprocess.run([*command, str(service.port)], check=True, env=peers.environment("atftp"))


def atftp_with_every_option(service: Service, name: str, to: Path) -> None:
    atftp(service, name, to, "blksize 1400", "tsize 0", "timeout 3")


def atftp_with_windows(service: Service, name: str, to: Path) -> None:
    atftp(service, name, to, "blksize 512", "windowsize 8")


def curl(service: Service, name: str, to: Path, *options: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    url = f"tftp://127.0.0.1:{service.port}/{name}"
    subprocess.run(["curl", "--silent", "--show-error", *options, "--output", to, url], check=True)


def curl_without_options(service: Service, name: str, to: Path) -> None:
    curl(service, name, to, "--tftp-no-options")


CLIENTS: list[Fetch] = [tftp_hpa, atftp, atftp_with_every_option, atftp_with_windows, curl, curl_without_options]


@pytest.mark.parametrize("fetch", CLIENTS, ids=lambda fetch: fetch.__name__)
@pytest.mark.parametrize("size", [1, 512 * 3, 100_000])
def test_foreign_clients_fetch_what_is_there(service: Service, tmp_path: Path, fetch: Fetch, size: int) -> None:
    data = random.Random(size).randbytes(size)
    (service.root / "file").write_bytes(data)
    fetch(service, "file", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == data


def test_netascii_arrives_as_the_text_that_it_was(service: Service, tmp_path: Path) -> None:
    text = b"one\ntwo\r\nthree\rfour\n" * 200
    (service.root / "file").write_bytes(text)
    tftp_hpa(service, "file", tmp_path / "got", mode="netascii")
    assert (tmp_path / "got").read_bytes() == text
