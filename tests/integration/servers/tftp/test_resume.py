"""Transfers outlive their worker and their daemon, however often they die, past every lap of the block number."""

import random
from hashlib import sha256
from pathlib import Path

import pytest

from netipl.protocols.tftp.packet import Ack
from tests.integration.servers.tftp.serving import Client, Service, eventually, serving


def reborn(service: Service) -> None:
    """Kills the daemon, which takes its workers with it, and starts another."""
    service.kill()
    service.start()


def test_a_transfer_outlives_its_worker(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        data = random.Random(1).randbytes(300_000)
        (service.root / "file").write_bytes(data)
        client = Client(service)
        assert client.fetch("file", at={50: service.kill_workers, 120: service.kill_workers}) == data
        client.close()
        service.wait_for("tftp-finished")


def test_a_transfer_outlives_its_daemon(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        data = random.Random(2).randbytes(300_000)
        (service.root / "file").write_bytes(data)
        client = Client(service)
        assert client.fetch("file", at={50: lambda: reborn(service)}) == data
        client.close()


def test_while_the_daemon_is_away_no_packet_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        (service.root / "file").write_bytes(bytes(1000))
        client = Client(service)
        assert client.fetch("file") == bytes(1000), "its worker is there"
        client.socket.connect(client.server)  # so that "port unreachable" raises here
        service.kill()
        for _ in range(3):
            client.say(Ack(block=1))
            assert client.hear() is None
        service.start()
        assert client.fetch("file") == bytes(1000)
        client.close()


def test_a_transfer_outlives_another_number_of_workers(tmp_path: Path) -> None:
    with serving(tmp_path, workers="3") as service:
        data = random.Random(3).randbytes(300_000)
        (service.root / "file").write_bytes(data)

        def fewer() -> None:
            service.settings["workers"] = "1"
            reborn(service)

        clients = [Client(service) for _ in range(4)]
        assert clients[0].fetch("file", at={50: fewer}) == data
        for client in clients:
            client.close()


def test_a_changed_file_is_not_taken_up(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        (service.root / "file").write_bytes(bytes(300_000))

        def change() -> None:
            service.kill()
            (service.root / "file").write_bytes(b"x" * 300_000)
            service.start()

        client = Client(service)
        with pytest.raises(AssertionError, match="the file changed"):
            client.fetch("file", at={50: change})
        client.close()


def test_every_lap_is_right_with_worker_and_daemon_killed_around_each(tmp_path: Path) -> None:
    """More than 131,072 blocks: two laps, and the receiver compares the sum."""
    size = 8 * 133_000 + 3
    data = random.Random(4).randbytes(size)
    with serving(tmp_path) as service:
        (service.root / "file").write_bytes(data)
        kill_worker, kill_daemon = service.kill_workers, lambda: reborn(service)
        at = {
            65_530: kill_worker,
            65_535: kill_daemon,
            65_536: kill_worker,
            65_537: kill_daemon,
            65_545: kill_worker,
            131_070: kill_daemon,
            131_071: kill_worker,
            131_072: kill_daemon,
            131_073: kill_worker,
            131_080: kill_daemon,
        }
        client = Client(service)
        got = client.fetch("file", block_size=8, at=at)
        client.close()
        assert (len(got), sha256(got).digest()) == (size, sha256(data).digest())


def test_a_log_that_cannot_be_written_does_not_end_transfers(tmp_path: Path) -> None:
    """As far as a full disk goes: the slots are there already, and what is written does not grow."""
    with serving(tmp_path) as service:
        log = tmp_path / "run" / "tftp-transfers"
        size = log.stat().st_size
        data = random.Random(5).randbytes(100_000)
        (service.root / "file").write_bytes(data)
        clients = [Client(service) for _ in range(5)]
        assert [client.fetch("file") for client in clients] == [data] * 5
        for client in clients:
            client.close()
        assert log.stat().st_size == size


def test_workers_end_with_their_daemon(tmp_path: Path) -> None:
    with serving(tmp_path, workers="2") as service:
        eventually(lambda: len(service.workers()) == 2, "two workers")
        workers = service.workers()
        service.kill()
        eventually(lambda: not any(Path(f"/proc/{worker}/exe").exists() for worker in workers), "their end")
        service.start()
