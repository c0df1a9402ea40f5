"""`netipl guest` and `netipl token` with a real daemon behind the real API, on loopback and without DHCP. No root."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from netipl.images import kernel
from tests.network_namespaces import DEADLINE, eventually

NETIPL = [sys.executable, "-m", "netipl.cli.main"]
SETTINGS = """\
[server]
state_directory = "state"
run_directory = "run"
[dhcp]
enabled = false
[tftp]
enabled = false
[http]
enabled = false
[networks.lab]
interface = "lo"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
[profiles.debian12]
kernel = "kernel"
initrd = "initrd"
append = "auto url={answers}"
[profiles.broken]
kernel = "initrd"
[guests.fixed]
mac = "52:54:00:00:00:01"
"""
MACS = [f"52:54:00:13:33:1{number}" for number in range(4)]


class Place:
    """A daemon's directory, and the commands that speak to it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = os.environ | {"NETIPL_API": str(directory / "run" / "api.sock")}
        self.config = directory / "netipl.toml"
        self.config.write_text(SETTINGS)
        image = bytearray(kernel.HEADER_SIZE)
        image[kernel.MAGIC_OFFSET : kernel.MAGIC_OFFSET + len(kernel.MAGIC)] = kernel.MAGIC
        (directory / "kernel").write_bytes(image)
        (directory / "initrd").write_bytes(bytes(4096))

    def run(self, *words: str | Path, status: int = 0) -> str:
        """`netipl WORDS`, which ends so; what it says on standard output, or, if it fails, on the other."""
        done = subprocess.run(
            [*NETIPL, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stderr

    @contextmanager
    def watching(self, output: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
        """`netipl guest watch WORDS --json`, whose lines go into a file."""
        command = [*NETIPL, "guest", "watch", *words, "--json"]
        with (
            output.open("w") as lines,
            subprocess.Popen(command, env=self.environment, stdout=lines, text=True) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """`netipl serve`, from its word that it serves on, until it is killed."""
        command = [*NETIPL, "serve", "--config", str(self.config)]
        log = self.directory / "log"
        with log.open("w") as output, subprocess.Popen(command, stderr=output, text=True) as process:
            try:
                eventually(lambda: "serving" in log.read_text() or process.poll() is not None, "it serves")
                assert process.poll() is None, log.read_text()
                yield process
            finally:
                process.kill()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def served(place: Place) -> Iterator[Place]:
    with place.serving():
        yield place


def add(place: Place, name: str, mac: str) -> None:
    place.run("guest", "add", name, "--mac", mac, "--network", "lab", "--profile", "debian12")


def shown(place: Place, name: str) -> dict[str, object]:
    return dict(json.loads(place.run("guest", "show", name, "--json")))


def test_a_guest_from_its_beginning_to_its_end(served: Place) -> None:
    add(served, "web1", MACS[0])
    assert shown(served, "web1")["status"] == "registered"
    assert "the guests web1 and web2 are both" in served.run(
        "guest", "add", "web2", "--mac", MACS[0], "--network", "lab", status=2
    )
    served.run("guest", "set", "web1", "--disk", "0.0.0001", "--append", "quiet")
    served.run("guest", "set", "web1", "--append", "")
    assert {"disk": "0.0.0001"}.items() <= shown(served, "web1").items()
    assert "append" not in shown(served, "web1")
    served.run("guest", "build", "web1")
    assert shown(served, "web1")["status"] == "waiting"
    assert "netipl guest cancel web1" in served.run("guest", "build", "web1", status=1)
    served.run("guest", "cancel", "web1")
    served.run("guest", "build", "web1")
    assert [line.split()[0] for line in served.run("guest", "list", "--status", "waiting").splitlines()[1:]] == ["web1"]
    served.run("guest", "remove", "web1", "--yes")
    served.run("guest", "show", "web1", status=1)
    assert "settings file" in served.run("guest", "remove", "fixed", "--yes", status=1)


def test_a_plan_is_shown_as_the_firmware_sees_it(served: Place) -> None:
    add(served, "web1", MACS[0])
    to_disk, to_install = (served.run("guest", "show", "web1", *words) for words in (["--plan"], ["--build"]))
    assert "purpose     disk" in to_disk
    assert f"pxelinux.cfg/01-{MACS[0].replace(':', '-')}" in to_install
    assert "append auto url=http://192.0.2.1:" in to_install
    secret = json.loads(served.run("guest", "show", "web1", "--build", "--secrets", "--json"))
    [text] = [each["text"] for each in secret["files"] if each["text"]]
    assert text.split("/answers/")[1].split()[0] not in to_install
    served.run("guest", "set", "web1", "--profile", "broken")
    served.run("guest", "show", "web1", "--build", status=1)
    assert "netipl guest show web1 --plan --build" in served.run("guest", "build", "web1", status=1)


@pytest.mark.parametrize("form", ["yaml", "csv", "json"])
def test_an_export_comes_back_byte_for_byte(served: Place, tmp_path: Path, form: str) -> None:
    for number, mac in enumerate(MACS):
        add(served, f"web{number}", mac)
    served.run("guest", "set", "web1", "--append", 'a, "b" # c', "--method", "probe-default")
    first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
    served.run("guest", "export", "-o", first)
    served.run("guest", "remove", "web0", "web1", "web2", "web3", "--yes")
    add(served, "gone", MACS[0])
    assert "gone" in served.run("guest", "import", first, "--prune", "--dry-run")
    assert "4 added, 0 changed, 1 removed" in served.run("guest", "import", first, "--prune", "--yes")
    assert "0 added, 0 changed, 0 removed, 4 as they were" in served.run("guest", "import", first)
    served.run("guest", "export", "-o", second)
    assert second.read_bytes() == first.read_bytes()


def test_an_import_is_all_or_nothing(served: Place, tmp_path: Path) -> None:
    file = tmp_path / "guests.csv"
    file.write_text(f"name,mac,network\nweb1,{MACS[1]},lab\nweb2,{MACS[1]},lab\n")
    assert "web1" in served.run("guest", "import", file, status=2)
    assert json.loads(served.run("guest", "list", "--json"))["name"] == "fixed"


def test_a_token_lets_programs_in(served: Place) -> None:
    secret = served.run("token", "create", "deploy", "--read-only")
    assert len(secret.split()) == 1
    assert "deploy" in served.run("token", "list")
    served.run("token", "revoke", "deploy")
    assert "deploy" not in served.run("token", "list")


def test_what_happens_while_the_daemon_is_away_is_watched_when_it_is_back(place: Place, tmp_path: Path) -> None:
    output, changes = tmp_path / "watched", count()

    def is_watching() -> bool:
        place.run("guest", "set", "web1", "--append", f"change={next(changes)}")
        return "guest-changed" in output.read_text()

    with place.serving() as first:
        add(place, "web1", MACS[0])
        place.run("guest", "build", "web1")
        with place.watching(output, "web1", "--until", "installed") as watch:
            eventually(is_watching, "it watches")
            first.send_signal(signal.SIGKILL)
            first.wait(DEADLINE)
            with place.serving():
                place.run("guest", "cancel", "web1")
                assert watch.wait(DEADLINE) == 1
    told = [json.loads(line) for line in output.read_text().splitlines()]
    assert told[-1]["what"] == "build-cancelled"
    numbers = [each["number"] for each in told]
    assert numbers == sorted(set(numbers))


def test_a_timeline_tells_who_did_what(served: Place, tmp_path: Path) -> None:
    add(served, "web1", MACS[0])
    served.run("guest", "build", "web1")
    served.run("guest", "cancel", "web1")
    lines = served.run("guest", "timeline", "web1").splitlines()
    assert [words in line for words, line in zip(["added", "asked for", "cancelled"], lines, strict=True)] == [True] * 3
    assert all("(by user " in line for line in lines)
    assert json.loads(served.run("guest", "timeline", "web1", "--json").splitlines()[0])["what"] == "guest-added"
    served.run("guest", "timeline", "web1", "--csv", "-o", tmp_path / "timeline.csv")
    assert len((tmp_path / "timeline.csv").read_text().splitlines()) == 4
    assert "has not booted yet" in served.run("guest", "timeline", "web1", "--last", status=1)


def completed_by(place: Place, words: str) -> list[str]:
    """What the shell would offer after `words`."""
    variables = {"_NETIPL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = "import sys; from netipl.cli import main; sys.argv = ['netipl']; main.main()"
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=place.environment | variables, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    return done.stdout.split()


def test_names_are_completed_by_the_daemon(served: Place) -> None:
    add(served, "web1", MACS[0])
    add(served, "web10", MACS[1])

    assert completed_by(served, "netipl guest show web1") == ["web1", "web10"]
    assert completed_by(served, "netipl guest add x --profile d") == ["debian12"]
    assert completed_by(served, "netipl guest add x --network l") == ["lab"]
