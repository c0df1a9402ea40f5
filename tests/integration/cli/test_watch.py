"""`netipl guest watch` while a guest of the firmware model boots, from its first packet on; root only."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.serving import BRIDGE, NETIPL, SERVER, Place, place, serving
from tests.network_namespaces import DEADLINE, eventually
from tests.unit.images.kernels import kernel

pytestmark = pytest.mark.root

MAC = "52:54:00:13:a1:01"
KERNEL_SIZE = 64_000_000  # three times what a transfer sends between two words of its progress
SETTINGS = f"""
[server]
state_directory = "state"
run_directory = "run"
[networks.lab]
interface = "{BRIDGE}"
subnet = "192.0.2.0/24"
server = "{SERVER}"
[profiles.demo]
kernel = "kernel"
initrd = "initrd"
"""


@pytest.fixture
def lab() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "kernel").write_bytes(kernel(size=KERNEL_SIZE))
        (directory / "initrd").write_bytes(b"initrd" * 7777)
        with place(directory) as made:
            made.write(SETTINGS)
            with serving(made):
                yield made


def test_every_step_of_a_boot_is_told_as_it_happens(lab: Place) -> None:
    environment = os.environ | {"NETIPL_API": str(lab.directory / "run" / "api.sock")}

    def netipl(*words: str) -> str:
        done = subprocess.run([*NETIPL, *words], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    netipl("guest", "add", "web1", "--mac", MAC, "--address", "192.0.2.10", "--profile", "demo")
    netipl("guest", "build", "web1")
    watch = [*NETIPL, "guest", "watch", "web1", "--until", "ever", "--json"]
    watched = lab.directory / "watched"
    changes = count()

    def is_watching() -> bool:
        netipl("guest", "set", "web1", "--append", f"change={next(changes)}")
        return "guest-changed" in watched.read_text()

    with watched.open("w") as output, subprocess.Popen(watch, env=environment, stdout=output) as watching:
        try:
            eventually(is_watching, "it watches")
            boot = [*NETIPL, "simulate", "--interface", BRIDGE, "--mac", MAC, "--memory", "1024"]
            done = lab.namespace.run(*boot, timeout=4 * DEADLINE)
            assert "the kernel is started" in done.stdout
            eventually(lambda: "build-spent" in watched.read_text(), "the build is spent")
        finally:
            watching.kill()
    events = [json.loads(line) for line in watched.read_text().splitlines()]
    told = iter(each["what"] for each in events)
    steps = ("dhcp-discover", "build-pinned", "dhcp-ack", "tftp-started", "tftp-finished", "build-spent")
    assert [step for step in steps if step in told] == list(steps)
    sent = [each["detail"]["sent"] for each in events if each["what"] == "tftp-progress"]
    assert sent == sorted(sent)
    assert any(0 < each < KERNEL_SIZE for each in sent)
