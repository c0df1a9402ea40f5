"""The life of real guests by the command line: added, built, watched, cancelled, failed with a cause, sent to disk.

What is "installed" is Debian's small Linux of the demonstration, which calls back as an installer does; the disk that a
guest goes to is one of tests/e2e/reipl, and no boot may change a byte of it.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import media_trees, postgresql, synthetic_media
from tests.e2e.reipl.disks import saying
from tests.e2e.reipl.test_reipl import built
from tests.e2e.serving import BRIDGE, NETIPL, SERVER, Guest, Place, Serve, guest, mac, serving

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

DISK_NUMBER = "0.0.1234"
_LONGEST = 120.0
"""Seconds that a command may take."""
SECRET = re.compile(rb"netipl_[A-Za-z0-9_-]{20,}")
ON_DISK = "netipl: disk A waits"


def settings(profiles: str = "", limits: str = 'kernel = "0"', database: str = "") -> str:
    """Without a limit for the kernel, which takes its time on a busy machine, unless `limits` say one."""
    return f"""
[server]
state_directory = "state"
run_directory = "state/run"
{database}
[networks.lab]
interface = "{BRIDGE}"
subnet = "192.0.2.0/24"
server = "{SERVER}"
[limits]
{limits}
[profiles.debian]
kernel = "kernel"
initrd = "debian/initrd"
append = "console=ttysclp0 netipl.callback={{callback}}/done"
{profiles}
"""


class Asking:
    """The command line, as an administrator on this machine has it."""

    def __init__(self, where: Place) -> None:
        self.socket = where.directory / "state/run/api.sock"

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "NETIPL_API": str(self.socket)}
        return subprocess.run(
            [*NETIPL, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=_LONGEST
        )

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def shown(self, name: str = "web1") -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = json.loads(self("guest", "show", name, "--json"))
        return found

    def watched(self, until: str) -> "subprocess.CompletedProcess[str]":
        return self.run("guest", "watch", "web1", "--until", until, "--json")


@contextmanager
def lab_with(lab: Place, text: str) -> Iterator[tuple[Serve, Asking, Guest, Path]]:
    """A daemon for `text`, and guest 1 with a bootable disk, off."""
    initrd = next((lab.directory / "debian").glob("*initrd*"))
    if initrd.name != "initrd":
        initrd.rename(initrd.with_name("initrd"))
    lab.write(text)
    disk = lab.directory / "disk"
    disk.write_bytes(saying(built("disk.S", lab.directory), "disk A waits"))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.devices = (
            *("-drive", f"if=none,id=disk,format=raw,file={disk}"),
            *("-device", f"virtio-blk-ccw,drive=disk,devno=fe.0.{DISK_NUMBER[-4:]}"),
        )
        yield daemon, Asking(lab), machine, disk


def added(ask: Asking) -> None:
    ask(
        "guest", "add", "web1", "--mac", mac(1), "--address", "192.0.2.10", "--profile", "debian", "--disk", DISK_NUMBER
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The key of the settings that names it."""
    if request.param == "sqlite":
        yield ""
    else:
        with postgresql.server() as server:
            yield f'database = "{server.url}"'


def test_a_guest_is_installed_once_and_then_only_ever_goes_to_its_disk(lab: Place, database: str) -> None:
    with lab_with(lab, settings(database=database)) as (daemon, ask, machine, disk):
        before = digest(disk)
        added(ask)
        assert ask.shown()["status"] == "registered"
        ask("guest", "build", "web1")
        assert ask.shown()["status"] == "waiting"
        machine.start()
        watched = ask.watched("installed")
        assert watched.returncode == 0, (watched.stdout, watched.stderr, machine.story())
        assert machine.says("netipl: called back"), machine.story()
        shown = ask.shown()
        assert (shown["status"], shown["build"]["state"]) == ("installed", "done")
        for _ in range(2):
            machine.destroy()
            machine.start()
            assert machine.says(ON_DISK), machine.story()
        machine.destroy()
        assert digest(disk) == before
        told = [
            ask("guest", "timeline", "web1", "--json"),
            ask("guest", "show", "web1", "--plan"),
            ask("guest", "list"),
        ]
        kept = [path.read_bytes() for path in (lab.directory / "state").rglob("*") if path.is_file()]
        for text in (daemon.log.read_bytes(), *kept, *(each.encode() for each in told)):
            assert not SECRET.search(text)


def test_reset_in_the_middle_of_an_installation_it_goes_to_its_disk(lab: Place) -> None:
    with lab_with(lab, settings()) as (_, ask, machine, disk):
        before = digest(disk)
        added(ask)
        ask("guest", "build", "web1")
        machine.start()
        assert machine.says("Linux version"), machine.story()
        machine.destroy()
        machine.start()
        assert machine.says(ON_DISK), machine.story()
        machine.destroy()
        assert digest(disk) == before


def test_a_build_survives_a_boot_that_failed_in_its_firmware(lab: Place) -> None:
    with lab_with(lab, settings()) as (daemon, ask, machine, _):
        added(ask)
        ask("guest", "build", "web1")
        machine.start()
        daemon.wait_for_middle_of("kernel")
        machine.destroy()
        assert ask.shown()["build"]["state"] == "loading"
        machine.start()
        assert machine.says("netipl: called back"), machine.story()
        assert ask.watched("installed").returncode == 0


def test_cancelled_after_its_ack_it_installs_and_before_it_goes_to_the_disk(lab: Place, database: str) -> None:
    with lab_with(lab, settings(database=database)) as (daemon, ask, machine, _):
        added(ask)
        ask("guest", "build", "web1")
        ask("guest", "cancel", "web1")
        machine.start()
        assert machine.says(ON_DISK), machine.story()
        machine.destroy()
        ask("guest", "build", "web1")
        before = daemon.middles_of("kernel")
        machine.start()
        daemon.wait_for_middle_of("kernel", before + 1)
        ask("guest", "cancel", "web1")
        assert machine.says("Linux version"), machine.story()


GZIPPED = '[profiles.gzipped]\nkernel = "gzipped"\ninitrd = "debian/initrd"\n'


def test_a_build_that_the_firmware_would_not_boot_is_refused(lab: Place) -> None:
    subprocess.run(["gzip", "-k", "-S", ".gz", lab.directory / "kernel"], check=True)
    (lab.directory / "kernel.gz").rename(lab.directory / "gzipped")
    with lab_with(lab, settings(GZIPPED)) as (_, ask, _, _):
        added(ask)
        done = ask.run("guest", "build", "web1", "--profile", "gzipped")
        shown = ask.run("guest", "show", "web1", "--plan", "--build", "--profile", "gzipped")
        assert (done.returncode, shown.returncode) == (1, 1)
        assert "kernel-is-none" in shown.stdout
        assert "would not boot" in done.stderr


def test_two_causes_that_silence_tells_of(lab: Place, database: str) -> None:
    """A kernel that says nothing, and a guest destroyed in mid-transfer."""
    broken = '[profiles.broken]\nkernel = "broken"\ninitrd = "debian/initrd"\n'
    kernel = (lab.directory / "kernel").read_bytes()
    (lab.directory / "broken").write_bytes(kernel[:0x12000] + bytes(len(kernel) - 0x12000))
    with lab_with(lab, settings(broken, 'kernel = "15s"\nloading = "10s"', database)) as (daemon, ask, machine, _):
        added(ask)
        ask("guest", "build", "web1", "--profile", "broken")
        machine.start()
        assert ask.watched("installed").returncode == 1
        assert "kernel-silent" in ask("guest", "timeline", "web1", "--json")
        machine.destroy()
        ask("guest", "build", "web1")
        before = daemon.middles_of("kernel")
        machine.start()
        daemon.wait_for_middle_of("kernel", before + 1)
        machine.destroy()
        assert ask.watched("installed").returncode == 1
        assert "transfer-silent" in ask("guest", "timeline", "web1", "--json")


def test_an_installer_that_gives_up_says_why(lab: Place, database: str) -> None:
    gives_up = '[profiles.gives-up]\nkernel = "kernel"\ninitrd = "debian/initrd"\n'
    gives_up += 'append = "console=ttysclp0 netipl.callback={callback}/failed?no+disk"\n'
    with lab_with(lab, settings(gives_up, database=database)) as (_, ask, machine, _):
        added(ask)
        ask("guest", "build", "web1", "--profile", "gives-up")
        machine.start()
        assert ask.watched("installed").returncode == 1
        assert "installer-failed" in ask("guest", "timeline", "web1", "--json")
        assert ask.shown()["build"]["cause"] == "no disk"


def medium_with(kernel: bytes, initrd: bytes) -> dict[str, bytes]:
    """A tree of Fedora whose boot files are these, with their sums."""
    tree = dict(media_trees.rhel("Fedora", "41"))
    info = tree[".treeinfo"].decode()
    for name, data in (("images/kernel.img", kernel), ("images/initrd.img", initrd)):
        info = info.replace(hashlib.sha256(tree[name]).hexdigest(), hashlib.sha256(data).hexdigest())
        tree[name] = data
    return tree | {".treeinfo": info.encode()}


def test_a_medium_is_imported_and_installs_by_a_profile_that_was_added(lab: Place) -> None:
    with lab_with(lab, settings()) as (daemon, ask, machine, _):
        boot = (lab.directory / "kernel").read_bytes(), (lab.directory / "debian/initrd").read_bytes()
        ask(
            "medium",
            "add",
            "fedora41",
            str(synthetic_media.write(medium_with(*boot), lab.directory / "tree")),
            "--tree",
        )
        ask(
            "profile",
            "add",
            "web",
            "--medium",
            "fedora41",
            "--append",
            "console=ttysclp0 netipl.callback={callback}/done",
        )
        added(ask)
        ask("guest", "set", "web1", "--profile", "web", "--set", "dasd=0.0.0200")
        assert "0 errors" in ask("profile", "check", "web", "--guest", "web1")
        ask("guest", "build", "web1")
        machine.start()
        watched = ask.watched("installed")
        assert watched.returncode == 0, (watched.stdout, watched.stderr, machine.story())
        told = ask("guest", "timeline", "web1", "--json")
        assert "/images/kernel.img" in told
        assert re.search(r"inst\.ks=http://\S+/answers/\S+/ks\.cfg .* rd\.dasd=0\.0\.0200", machine.story())
        assert not SECRET.search(daemon.log.read_bytes())
        machine.destroy()
        machine.start()
        assert machine.says(ON_DISK), machine.story()
