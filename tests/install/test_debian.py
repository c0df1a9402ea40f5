"""Debian installed by the agent, by hand (`make test-install`): it takes as long as dpkg takes under TCG.

From a build to a login by SSH on the system that boots from its disk, and once more after a power cycle. What was seen
of it, with its times, is written to `.cache/test-install.txt`.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.integrations.debian import agent, packages
from tests.e2e.serving import Place, guest, mac, place, serving
from tests.e2e.test_install import Asking
from tests.network_namespaces import eventually
from tests.users import ROOT

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

_LONGEST = 3 * 3600.0
NUMBER = "0.0.1234"
ADDRESS = "192.0.2.10"
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
"""


@pytest.fixture
def lab() -> Iterator[Place]:
    """With the agent, the packages of Debian, and a key."""
    with tempfile.TemporaryDirectory(prefix="netipl-install-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        agent.write(agent.build(progress=print), directory / "agent")
        packages.write(directory / "packages", progress=print)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / "key"], check=True)
        with (directory / "disk").open("wb") as disk:
            disk.truncate(4 << 30)
        with place(directory) as made:
            yield made


def profile(directory: Path) -> Path:
    """The file of a profile."""
    key = (directory / "key.pub").read_text().strip()
    document = {
        "medium": "debian",
        "append": "console=ttysclp0 quiet",
        "timezone": "Europe/Prague",
        "root_ssh_keys": [key],
        "users": [{"name": "ann", "ssh_keys": [key], "admin": True}],
        "scripts": ["#!/bin/sh\ndate -u >/var/installed\n"],
    }
    file = directory / "server.yaml"
    file.write_text(json.dumps(document))  # which is YAML too
    return file


def said_by_ssh(lab: Place, user: str, command: str) -> str:
    """Once its SSH server answers."""
    options = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes")
    ssh = ("ssh", "-i", lab.directory / "key", *options, "-o", "ConnectTimeout=30", f"{user}@{ADDRESS}", command)
    found: list[str] = []

    def answers() -> bool:
        done = lab.namespace.run(*ssh, check=False, timeout=_LONGEST)
        found[:] = [done.stdout] if done.returncode == 0 else []
        return bool(found)

    eventually(answers, "it answers by SSH", within=_LONGEST)
    return found[0]


def test_debian_installs_itself_and_boots_from_its_disk(lab: Place) -> None:
    lab.write(SETTINGS)
    began = time.monotonic()
    record: list[str] = []

    def seen(words: str) -> None:
        record.append(f"{time.monotonic() - began:8.1f} s  {words}")

    with serving(lab), guest(lab) as machine:
        machine.machine = replace(machine.machine, memory=1024)
        machine.devices = (
            *("-drive", f"if=none,id=disk,format=raw,file={lab.directory}/disk"),
            *("-device", f"virtio-blk-ccw,drive=disk,devno=fe.0.{NUMBER[-4:]}"),
        )
        ask = Asking(lab)
        ask("medium", "add", "agent", str(lab.directory / "agent"))
        ask("medium", "add", "debian", str(lab.directory / "packages"))
        ask("profile", "add", "server", "--from", str(profile(lab.directory)))
        ask(*("guest", "add", "web1", "--mac", mac(1), "--address", ADDRESS, "--profile", "server", "--disk", NUMBER))
        ask("guest", "build", "web1")
        machine.start()
        seen("the guest is started")
        eventually(lambda: ask.shown()["status"] in {"installed", "failed"}, "it is installed", within=_LONGEST)
        assert ask.shown()["status"] == "installed", machine.story()
        seen("the guest is installed")
        for count in ("first", "second"):
            assert said_by_ssh(lab, "root", "cat /var/installed; findmnt -n -o FSTYPE /").endswith("ext4\n")
            assert said_by_ssh(lab, "ann", "sudo -n id -u") == "0\n"
            seen(f"the system answers by SSH, {count} boot from its disk")
            machine.destroy()
            machine.start()
        timeline = ask("guest", "timeline", "web1")
    written = ROOT / ".cache" / "test-install.txt"
    written.parent.mkdir(exist_ok=True)
    written.write_text("\n".join([*record, "", *machine.console, "", timeline]))
    print(written.read_text(), file=sys.__stderr__)
