"""Where nothing is fetched from, whatever way leads there; and files by FTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from netipl.errors import MissingError, RefusedError
from netipl.integrations.mirror import ftp
from netipl.integrations.mirror.client import Patience, TryAgainError
from netipl.integrations.mirror.guard import Guard

PATIENT = Patience(connect=5, read=5)


_V4 = ("127.0.0.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1")
_V6 = ("::1", "fe80::1%lo", "::", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::", "::ffff:169.254.169.254")


@pytest.mark.parametrize("address", [*_V4, *_V6])
def test_no_address_of_ours_or_of_nobody(address: str) -> None:
    with pytest.raises(RefusedError, match="from which nothing is fetched"):
        Guard().check("mirror.example.com", address)


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fd00::1"])
def test_others_are_for_whoever_deploys(address: str) -> None:
    assert Guard().check("m", address) == address


@pytest.mark.parametrize("host", ["a..b", "a" * 64])
def test_what_can_be_no_name_is_refused(host: str) -> None:
    with pytest.raises(RefusedError, match="is no name of a host"):
        Guard().resolved(host, 80)


def test_a_name_that_leads_to_loopback_is_loopback() -> None:
    with pytest.raises(RefusedError, match="localhost is"):
        Guard().resolved("localhost", 80)


@dataclass
class FtpServer:
    """Passive and anonymous, as RFC 959 has it; `cut` breaks the next transfer off after so many bytes."""

    files: dict[str, bytes]
    port: int = 0
    cut: int | None = None
    said: list[str] = field(default_factory=list)

    def serve(self, control: socket.socket) -> None:
        with control, control.makefile("rw", encoding="latin-1", newline="\r\n") as lines:
            lines.write("220 ready\n")
            lines.flush()
            rest, listening = 0, None
            for line in lines:
                command, _, argument = line.strip().partition(" ")
                self.said.append(line.strip())
                reply = {"USER": "331 word?", "PASS": "230 in", "TYPE": "200 ok", "QUIT": "221 bye"}.get(
                    command, "502 no"
                )
                if command == "SIZE":
                    data = self.files.get(argument)
                    reply = f"213 {len(data)}" if data is not None else "550 no such file"
                elif command == "EPSV":
                    reply = "500 no"
                elif command == "PASV":
                    listening = socket.create_server(("127.0.0.1", 0))
                    port = listening.getsockname()[1]
                    reply = f"227 ok (10,9,9,9,{port >> 8},{port & 255})"
                elif command == "REST":
                    rest, reply = int(argument), "350 ok"
                elif command == "RETR" and argument in self.files and listening is not None:
                    lines.write("150 here\n")
                    lines.flush()
                    with listening, listening.accept()[0] as data_connection:
                        data_connection.sendall(self.files[argument][rest : self.cut])
                    if self.cut is not None:
                        self.cut = None
                        return
                    reply = "226 done"
                elif command == "RETR" and listening is not None:
                    listening.close()
                    reply = "550 no such file"
                lines.write(f"{reply}\n")
                lines.flush()


@contextmanager
def ftp_server(files: dict[str, bytes]) -> Iterator[FtpServer]:
    made = FtpServer(files)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.port = listening.getsockname()[1]

        def accept() -> None:
            while True:
                try:
                    control, _ = listening.accept()
                except OSError:
                    return
                made.serve(control)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def fetched(server: FtpServer, path: Path, *, most: int = 1 << 20, allowed: str = "127.0.0.0/8") -> bytes:
    guard = Guard([IPv4Network(allowed)])
    ftp.fetch(f"ftp://127.0.0.1:{server.port}/pub/kernel.img", path, most=most, guard=guard, patience=PATIENT)
    return path.read_bytes()


def test_a_file_comes_by_ftp_and_is_continued(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    with ftp_server({"pub/kernel.img": data}) as server:
        server.cut = 100_000
        with pytest.raises(TryAgainError):
            fetched(server, tmp_path / "part")
        assert fetched(server, tmp_path / "part") == data
        assert "REST 100000" in server.said


def test_what_is_not_there_or_too_large_by_ftp(tmp_path: Path) -> None:
    with ftp_server({}) as server, pytest.raises(MissingError):
        fetched(server, tmp_path / "part")
    with ftp_server({"pub/kernel.img": bytes(100)}) as server, pytest.raises(RefusedError, match="more than 10 bytes"):
        fetched(server, tmp_path / "part", most=10)


def test_nothing_comes_by_ftp_from_where_nothing_is_fetched(tmp_path: Path) -> None:
    with ftp_server({"pub/kernel.img": b"x"}) as server:
        with pytest.raises(RefusedError, match="from which nothing is fetched"):
            fetched(server, tmp_path / "part", allowed="10.0.0.0/8")
        assert server.said == []
