"""The service over real sockets, asked by a client that behaves as the firmware."""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.packet import Ack, Data, Error, OptionAck, Packet, WriteRequest, encode
from netipl.servers.tftp import sockets
from tests.integration.servers.tftp.serving import Client, Service, eventually, serving


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    it = Client(service)
    yield it
    it.close()


def made(service: Service, name: str, size: int) -> bytes:
    data = random.Random(size).randbytes(size)
    (service.root / name).write_bytes(data)
    return data


@pytest.mark.parametrize("size", [0, 1, 1427, 1428, 1429, 4095, 4096, 4097, 14_280, 1_000_000])
def test_a_file_of_any_size_arrives_whole(service: Service, client: Client, size: int) -> None:
    data = made(service, "file", size)
    assert client.fetch("/file") == data
    assert service.wait_for("tftp-finished")[0]["size"] == size


def test_answers_come_from_the_port_that_was_asked(service: Service, client: Client) -> None:
    made(service, "file", 10_000)
    client.fetch("file")
    assert client.sources == {("127.0.0.1", service.port)}


def test_answers_come_from_the_address_that_was_asked(tmp_path: Path) -> None:
    with serving(tmp_path, addresses="127.0.0.1 127.0.0.77") as service:
        made(service, "file", 5000)
        client = Client(service, server="127.0.0.77")
        client.fetch("file")
        client.close()
        assert client.sources == {("127.0.0.77", service.port)}


@pytest.mark.parametrize("block_size", [8, 64, 512, 1428, 65464])
def test_parts_join_without_a_seam_at_any_block_size(service: Service, client: Client, block_size: int) -> None:
    kernel, initrd = made(service, "kernel", 20_005), made(service, "initrd", 30_000)
    expected = b"head" + kernel[5:] + bytes(10_001) + initrd + b"tail"
    assert client.fetch("combined", block_size=block_size) == expected


def test_a_miss_is_told_at_once_and_once(service: Service, client: Client) -> None:
    missing = Error(code=ErrorCode.FILE_NOT_FOUND, message=b"file not found")
    assert client.ask("pxelinux.cfg/default") == missing
    assert client.hear() is None
    assert service.wait_for("tftp-missing")[0]["name"] == "pxelinux.cfg/default"


@pytest.mark.parametrize("name", ["../secret", "a/../../secret", "..\\secret", "link", "directory-link/secret"])
def test_nothing_outside_the_root_is_read(service: Service, client: Client, name: str) -> None:
    (service.directory / "secret").write_text("secret")
    (service.root / "link").symlink_to(service.directory / "secret")
    (service.root / "directory-link").symlink_to(service.directory)
    assert client.ask(name) == Error(code=ErrorCode.ACCESS_VIOLATION, message=b"access denied")
    assert service.wait_for("tftp-denied")[0]["name"] == name


def test_a_name_that_breaks_the_resolver_ends_no_service(service: Service, client: Client) -> None:
    refused = Error(code=ErrorCode.ACCESS_VIOLATION, message=b"access denied")
    assert client.ask("n" * 300) == refused  # OSError, as this file system takes no name so long
    assert service.wait_for("tftp-denied")[0]["reason"] == "the server failed"
    data = made(service, "file", 100)
    assert client.fetch("file") == data


@pytest.mark.parametrize(("number", "level"), [(signal.SIGTERM, "debug"), (signal.SIGKILL, "error")])
def test_a_worker_is_replaced_and_only_one_that_failed_is_an_error(
    service: Service, client: Client, number: signal.Signals, level: str
) -> None:
    data = made(service, "file", 100)
    [worker] = service.workers()
    os.kill(worker, number)

    def died() -> list[str]:
        return [line for line in service.log.read_text().splitlines() if "tftp worker died" in line]

    eventually(died, "the worker's death")
    assert level in died()[0]
    assert f"status={-number}" in re.sub(r"\x1b\[[0-9;]*m", "", died()[0])
    assert client.fetch("file") == data


def test_a_write_is_refused(client: Client) -> None:
    client.ask("the service is up once it has answered")
    client.say(WriteRequest(name=b"file"))
    assert client.hear() == Error(code=ErrorCode.ACCESS_VIOLATION, message=b"nothing is written here")


def test_netascii_is_converted(service: Service, client: Client) -> None:
    (service.root / "text").write_bytes(b"a\nb\r")
    assert client.ask("text", block_size=None, mode="netascii") == Data(block=1, data=b"a\r\nb\r\0")


def test_a_file_that_is_arriving_is_waited_for(service: Service, client: Client) -> None:
    (service.root / "kernel.part").touch()
    client.ask("the service is up once it has answered")
    request = b"\0\1kernel\0octet\0"
    client.socket.sendto(request, client.server)
    assert client.hear() is None
    data = made(service, "kernel", 100)
    (service.root / "kernel.part").unlink()
    eventually(lambda: client.hear() == Data(block=1, data=data), "the file")


def test_a_file_that_never_arrives_is_an_error(tmp_path: Path) -> None:
    with serving(tmp_path, arriving="0.3") as service:
        (service.root / "kernel.part").touch()
        client = Client(service)
        assert client.ask("kernel") == Error(code=ErrorCode.UNDEFINED, message=b"the file is still arriving")
        client.close()


@pytest.mark.parametrize(
    "left", [0, 3_000, 8_192, 10_000, 190_000, 199_999], ids=lambda left: f"{left} of 200000 bytes left"
)
def test_a_file_that_shrinks_is_an_error_and_never_a_crash(service: Service, client: Client, left: int) -> None:
    made(service, "file", 200_000)
    other = made(service, "other", 50_000)

    def shrink() -> None:
        os.truncate(service.root / "file", left)

    with pytest.raises(AssertionError, match="the file changed"):
        client.fetch("file", at={3: shrink})
    assert client.fetch("other") == other
    assert "changed" in service.wait_for("tftp-failed")[0]["reason"]
    assert len(service.workers()) == 1


def test_a_file_that_is_overwritten_is_an_error(service: Service, client: Client) -> None:
    made(service, "file", 200_000)

    def overwrite() -> None:
        (service.root / "file").write_bytes(bytes(200_000))

    with pytest.raises(AssertionError, match="the file changed"):
        client.fetch("file", at={3: overwrite})


def test_a_file_that_is_replaced_is_sent_as_it_was(service: Service, client: Client) -> None:
    data = made(service, "file", 200_000)

    def replace() -> None:
        new = service.root / "new"
        new.write_bytes(b"new")
        new.rename(service.root / "file")

    assert client.fetch("file", at={3: replace}) == data


def test_a_repeated_request_gets_no_second_answer(service: Service, client: Client) -> None:
    made(service, "file", 10)
    client.ask("file", block_size=None)
    client.say(Ack(block=1))
    client.socket.sendto(b"\0\1file\0octet\0", client.server)
    assert client.hear() is None


def test_a_new_request_ends_the_old_transfer(service: Service, client: Client) -> None:
    made(service, "file", 10_000)
    assert isinstance(client.ask("file"), OptionAck)
    client.say(Ack(block=0))
    client.hear()
    answer: Packet | None = client.ask("none")
    while isinstance(answer, Data):  # sent again before the request came
        answer = client.hear()
    assert answer == Error(code=ErrorCode.FILE_NOT_FOUND, message=b"file not found")
    assert client.hear() is None
    service.wait_for("tftp-failed")


def test_a_drop_silences_a_transfer(service: Service, client: Client) -> None:
    made(service, "file", 10_000)
    client.ask("file")
    client.say(Ack(block=0))
    client.hear()
    service.wait_for("tftp-started")
    service.drop("127.0.0.1")
    while client.hear() is not None:
        pass
    client.say(Ack(block=1))
    assert client.hear() is None
    assert service.wait_for("tftp-failed")[0]["reason"] == "the guest began another boot"


def test_transfers_of_one_address_are_limited(tmp_path: Path) -> None:
    with serving(tmp_path, transfers_per_address="2") as service:
        made(service, "file", 10_000)
        clients = [Client(service) for _ in range(3)]
        answers = [type(client.ask("file")) for client in clients]
        for client in clients:
            client.close()
        assert answers == [OptionAck, OptionAck, Error]
        eventually(lambda: "raise transfers_per_address" in service.log.read_text(), "a line with the remedy")


def test_garbage_is_dropped_and_reported_and_nothing_else(service: Service, client: Client) -> None:
    data = made(service, "file", 5_000)
    generator = random.Random(0)
    for _ in range(2_000):
        client.socket.sendto(generator.randbytes(generator.randrange(1200)), client.server)
    client.socket.sendto(b"", client.server)
    while client.hear() is not None:
        pass
    assert client.fetch("file") == data
    eventually(lambda: "tftp datagrams dropped" in service.log.read_text(), "a line about them")
    assert service.log.read_text().count("\n") < 30


def test_hundreds_of_transfers_run_side_by_side(tmp_path: Path) -> None:
    with serving(tmp_path, workers="2", transfers_per_address="300") as service:
        data = made(service, "file", 3_000)
        clients = [Client(service) for _ in range(300)]
        assert all(isinstance(client.ask("file"), OptionAck) for client in clients)
        got = [client.receive(at={}) for client in clients]
        for client in clients:
            client.close()
        assert got == [data] * len(clients)


def test_an_address_may_come_later() -> None:
    [waiting] = sockets.bound(IPv4Address("192.0.2.1"), 0, 1)
    with waiting:
        assert waiting.getsockname()[0] == "192.0.2.1"


def test_a_port_in_use_is_told_with_a_remedy(service: Service, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    match = r"Address already in use.*stop the other TFTP server"
    with pytest.raises(AssertionError, match=match), serving(tmp_path / "other", port=str(service.port)):
        pass


def test_a_run_directory_that_is_not_there_is_told_with_a_remedy(tmp_path: Path) -> None:
    match = r"cannot be written.*make .* a directory"
    with pytest.raises(AssertionError, match=match), serving(tmp_path, run_directory="/nonexistent/run"):
        pass


def test_two_daemons_do_not_share_a_run_directory(service: Service) -> None:
    with pytest.raises(AssertionError, match="another netipl uses"), serving(service.directory):
        pass


def test_the_worker_imports_neither_asyncio_nor_pydantic_nor_sql() -> None:
    script = "import sys, netipl.servers.tftp.worker; print(*sys.modules, sep='\\n')"
    modules = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    heavy = {"asyncio", "pydantic", "sqlalchemy", "sqlite3", "structlog", "alembic", "typer", "rich"}
    assert not heavy & {module.partition(".")[0] for module in modules.split()}


def test_an_oversized_datagram_is_dropped(service: Service, client: Client) -> None:
    client.socket.sendto(encode(Data(block=1, data=bytes(3000))), client.server)
    assert client.hear() is None
    assert len(service.workers()) == 1
