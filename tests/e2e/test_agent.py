"""The agent in real guests: images written to virtio disks, refused, resumed, and booted from them.

Most of them are started with the agent as QEMU's -kernel, and reach a server on loopback through QEMU's user network;
one goes the whole way of a build.
"""

import hashlib
import json
import random
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import ssh_guest
from tests.e2e.serving import BRIDGE, Place
from tests.e2e.test_install import added, lab_with, settings
from tests.integration.payload.moody_server import Request, moody, status, whole

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

_LONGEST = 240.0
"""Seconds that a guest may take, on a machine that has much to do."""
HOST = "10.0.2.2"
"""This machine, as a guest of QEMU's user network sees it."""
NUMBER = "0.0.1234"
OLD = 0xAA


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(slots=True)
class Lab:
    """Files that are served, what the guest called, and its console."""

    root: Path
    medium: Path
    calls: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    console: str = ""

    @property
    def disk(self) -> Path:
        return self.root / "disk"

    def reply(self, request: Request) -> bytes:
        path = request.target.partition("?")[0]
        if path.startswith("/callback/"):
            self.calls.append(path.rpartition("/")[2])
            self.bodies.append(request.body)
            return status("204 No Content")
        return self.image(request) if path == "/image" else whole((self.root / path[1:]).read_bytes())(request)

    def image(self, request: Request) -> bytes:
        return whole((self.root / "image").read_bytes())(request)

    def orders(self, port: int, **image: object) -> None:
        document = {
            "version": 1,
            "do": "write-image",
            "image": {"url": f"http://{HOST}:{port}/image", "sha256": digest(self.root / "image"), **image},
            "disk": NUMBER,
            "callback": f"http://{HOST}:{port}/callback/token",
            "then": "power-off",
        }
        (self.root / "orders.json").write_text(json.dumps(document))

    def command(self, port: int, *devices: str) -> list[str]:
        parameters = f"console=ttysclp0 quiet netipl.orders=http://{HOST}:{port}/orders.json"
        return [
            *("qemu-system-s390x", "-M", "s390-ccw-virtio", "-m", "512", "-nodefaults", "-nographic"),
            *("-serial", "stdio", "-kernel", f"{self.medium}/kernel", "-initrd", f"{self.medium}/initrd"),
            *("-append", parameters, "-netdev", "user,id=net", "-device", "virtio-net-ccw,netdev=net"),
            *("-drive", f"if=none,id=disk,format=raw,file={self.disk}"),
            *(devices or ("-device", f"virtio-blk-ccw,drive=disk,devno=fe.0.{NUMBER[-4:]}")),
        ]

    def boot(self, port: int, *devices: str) -> None:
        """To its end."""
        done = subprocess.run(
            self.command(port, *devices), stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_LONGEST
        )
        self.console = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")

    def install(self, *devices: str, **image: object) -> None:
        with moody(self.reply) as server:
            self.orders(server.port, **image)
            self.boot(server.port, *devices)


@pytest.fixture
def agents(tmp_path: Path, medium: Path) -> Lab:
    """With an image of 6 MiB, a third of it zeros, and a disk of 8 MiB that is full of something else."""
    data = random.Random(5).randbytes(2 << 20)
    (tmp_path / "raw").write_bytes(data + bytes(2 << 20) + data)
    (tmp_path / "disk").write_bytes(bytes([OLD]) * (8 << 20))
    return Lab(tmp_path, medium)


def packed(agents: Lab, *command: str) -> None:
    """Make the image that is served of the raw one."""
    with (agents.root / "image").open("wb") as output:
        subprocess.run([*command, agents.root / "raw"], stdout=output, check=True)


def is_written(agents: Lab) -> bool:
    raw = (agents.root / "raw").read_bytes()
    found = agents.disk.read_bytes()
    return found[: len(raw)] == raw and found[len(raw) : 7 << 20] == bytes([OLD]) * ((7 << 20) - len(raw))


@pytest.mark.parametrize(
    ("form", "command"),
    [
        pytest.param("xz", ("xz", "-c", "-1"), id="xz"),
        pytest.param("zstd", ("zstd", "-qc"), id="zstd"),
    ],
)
def test_the_disk_is_the_image(agents: Lab, form: str, command: tuple[str, ...]) -> None:
    packed(agents, *command)
    agents.install(format=form, raw={"sha256": digest(agents.root / "raw"), "size": 6 << 20})
    assert is_written(agents), agents.console
    assert [call for call in agents.calls if call != "progress"] == ["started", "done"]


def test_a_disk_behind_virtio_scsi(agents: Lab) -> None:
    packed(agents, "gzip", "-c")
    agents.install(
        *("-device", f"virtio-scsi-ccw,id=adapter,devno=fe.0.{NUMBER[-4:]}"),
        *("-device", "scsi-hd,drive=disk,bus=adapter.0"),
        format="gz",
    )
    assert is_written(agents), agents.console


@pytest.mark.parametrize(
    ("image", "said"),
    [
        pytest.param({"sha256": "0" * 64}, b"and not 0000", id="a broken sum"),
        pytest.param({"raw": {"size": 9 << 20}, "format": "gz"}, b"too small", id="a disk that is too small"),
    ],
)
def test_refused_with_the_log(agents: Lab, image: dict[str, Any], said: bytes) -> None:  # Any: JSON
    packed(agents, "gzip" if "format" in image else "cat", *(["-c"] if "format" in image else []))
    agents.install(**image)
    assert [call for call in agents.calls if call != "progress"] == ["started", "failed"], agents.console
    assert said in agents.bodies[-1]
    found = agents.disk.read_bytes()[: 1 << 20]
    assert found == (bytes([OLD]) * (1 << 20) if "raw" in image else bytes(1 << 20))


@pytest.fixture
def port() -> int:
    """One that is free for as long as nobody else asks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found: int = listening.getsockname()[1]
    return found


def test_a_server_killed_in_the_middle_and_started_again(agents: Lab, port: int) -> None:
    packed(agents, "cat")
    agents.orders(port)
    document = json.loads((agents.root / "orders.json").read_text())
    del document["callback"]
    (agents.root / "orders.json").write_text(json.dumps(document))
    serve = [sys.executable, "-m", "tests.e2e.image_server", str(agents.root), str(port)]
    first = subprocess.Popen([*serve, str(3 << 20)])
    guest = subprocess.Popen(
        agents.command(port), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert first.wait(_LONGEST) == 0
        with subprocess.Popen(serve) as second:
            try:
                output, _ = guest.communicate(timeout=_LONGEST)
            finally:
                second.kill()
    finally:
        first.kill()
        guest.kill()
        guest.wait()
    assert is_written(agents), output.decode(errors="replace")
    assert b"again in" in output


SETTINGS = """
[server]
state_directory = "state"
run_directory = "state/run"
[networks.lab]
interface = "br0"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
[limits]
kernel = "0"
[profiles.debian]
kernel = "agent/kernel"
initrd = "agent/initrd"
append = "console=ttysclp0 quiet netipl.orders={answers} netipl.callback={callback}"
answers = "orders.json"
"""
PORT = 8123


@pytest.mark.root
def test_an_image_is_installed_by_a_build_and_its_system_boots_from_the_disk(
    lab: Place, medium: Path, bootable: Path
) -> None:
    place = lab.directory
    shutil.copytree(medium, place / "agent")
    subprocess.run(["zstd", "-q", bootable, "-o", place / "image.zst"], check=True)
    script = "#!/bin/sh\nwget -q -O /dev/null http://192.0.2.1:8069/callback?boot=$1\n"
    orders = {
        "version": 1,
        "do": "write-image",
        "image": {
            "url": f"http://192.0.2.1:{PORT}/image.zst",
            "format": "zstd",
            "sha256": digest(place / "image.zst"),
            "raw": {"sha256": digest(bootable), "size": bootable.stat().st_size},
        },
        "disk": NUMBER,
        "seed": {"meta-data": "instance-id: first\n", "user-data": script},
    }
    (place / "orders.json").write_text(json.dumps(orders))
    server = [sys.executable, "-m", "tests.e2e.image_server", str(place), str(PORT)]
    with lab_with(lab, SETTINGS) as (_, ask, machine, disk), lab.namespace.running(*server):
        disk.write_bytes(bytes([OLD]) * (40 << 20))
        added(ask)
        ask("guest", "build", "web1")
        machine.start()
        watched = ask.watched("installed")
        assert watched.returncode == 0, (watched.stdout, watched.stderr, machine.story())
        assert machine.says("netipl: the installed system, boot 1"), machine.story()
        assert machine.says("netipl: a seed for first"), machine.story()
        assert machine.says("netipl: the seed's script is done"), machine.story()
        machine.destroy()
        machine.start()
        assert machine.says("netipl: the installed system, boot 2"), machine.story()


@pytest.mark.root
def test_a_medium_that_is_a_disk_image_is_installed_by_the_agent_of_another(
    lab: Place, medium: Path, bootable: Path
) -> None:
    """Both are imported; the profile is the image's own, and the orders are made."""
    with lab_with(lab, settings()) as (_, ask, machine, disk):
        disk.write_bytes(bytes([OLD]) * (40 << 20))
        ask("medium", "add", "agent", str(medium))
        ask("medium", "add", "cloud", str(bootable))
        added(ask)
        ask(
            "guest", "set", "web1", "--profile", "cloud", "--append", "console=ttysclp0", "--set", "timezone=Asia/Tokyo"
        )
        assert "0 errors" in ask("profile", "check", "cloud", "--guest", "web1")
        ask("guest", "build", "web1")
        machine.start()
        watched = ask.watched("installed")
        assert watched.returncode == 0, (watched.stdout, watched.stderr, machine.story())
        assert machine.says("netipl: the installed system, boot 1"), machine.story()
        told = ask("guest", "timeline", "web1", "--json")
        assert not [words for words in ("answers-fetched", "media/agent", "media/cloud") if words not in told], told


_ADDRESS = "192.0.2.10"
"""That of web1."""


def in_seed(disk: Path, key: str) -> Any:  # Any: YAML's JSON
    """What the seed on that disk says of `key`."""
    found = re.search(rb"\b" + key.encode() + rb": ([\[\"].*)\n", disk.read_bytes())
    assert found is not None, key
    return json.loads(found[1])


@pytest.mark.root
def test_an_image_is_installed_when_its_finish_script_has_run(lab: Place, medium: Path, bootable: Path) -> None:
    """Its own system has no SSH server: one with the host key that its seed has stands at its address afterwards."""
    finish = lab.directory / "finish.sh"
    finish.write_text(f"echo finished >{lab.directory}/finished\necho all is well\n")
    with lab_with(lab, settings()) as (daemon, ask, machine, disk):
        disk.write_bytes(bytes([OLD]) * (40 << 20))
        ask("medium", "add", "agent", str(medium))
        ask("medium", "add", "cloud", str(bootable))
        added(ask)
        ask("profile", "add", "finished", "--medium", "cloud", "--append", "console=ttysclp0", "--finish", str(finish))
        ask("guest", "build", "web1", "--profile", "finished")
        machine.start()
        assert machine.says("netipl: the installed system, boot 1"), machine.story()
        assert json.loads(ask("guest", "show", "web1", "--json"))["build"]["state"] == "finishing"
        machine.destroy()
        lab.namespace.ip("address", "add", f"{_ADDRESS}/32", "dev", BRIDGE)
        [login], host_key = in_seed(disk, "ssh_authorized_keys"), in_seed(disk, "ed25519_private")
        server = ssh_guest.command(lab.directory, f"{_ADDRESS}:22", host_key=host_key, login=login)
        with lab.namespace.running(*server):
            watched = ask.watched("installed")
        assert watched.returncode == 0, (watched.stdout, watched.stderr, ask("guest", "timeline", "web1"))
        assert (lab.directory / "finished").read_text() == "finished\n"
        assert "the finish script ran | all is well" in ask("guest", "timeline", "web1")
        secret = host_key.splitlines()[3].encode()
        kept = [path for path in (lab.directory / "state").rglob("*") if path.is_file()]
        assert not [path for path in (daemon.log, *kept) if secret in path.read_bytes()]
