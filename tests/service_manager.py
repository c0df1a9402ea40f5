"""A real systemd for one service of the tests: PID 1 of its own namespaces, in a cgroup of its own; root only.

It starts `packaging/netipl.service`, sandbox and all, but for what hides the files of the tests from the service, or
would leave something behind. It knows no other unit, logs into a file, and sees a /run of its own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import SkipTest

from tests.network_namespaces import DEADLINE, Namespace, eventually
from tests.users import ROOT

SYSTEMD = Path("/usr/lib/systemd/systemd")
_INTO_CGROUP = 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"'
_INTO_NAMESPACES = """
exec unshare --mount --pid --cgroup --uts --fork --kill-child --mount-proc sh -ec '
    mount -t tmpfs none /run
    mount --bind /etc /etc
    mount -o remount,bind,ro /etc
    umount -R /sys/fs/cgroup 2>/dev/null || true
    mount -t cgroup2 none /sys/fs/cgroup
    exec env -i "PATH=$PATH" container=netipl "SYSTEMD_UNIT_PATH=$1" "$2" --system --unit=tests.target \\
        --log-target=console --show-status=no
' sh "$@"
"""
_TARGET = "[Unit]\nDefaultDependencies=no\n"
_DROP_IN = """
[Service]
ExecStart=
ExecStart={command}
StandardOutput=append:{log}
StandardError=append:{log}
DynamicUser=no
User=
StateDirectory=
PrivateTmp=no
ProtectHome=no
ReadWritePaths={directory}
"""


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """A running systemd, which `process` is the parent of."""

    process: "subprocess.Popen[bytes]"
    pid: int

    def systemctl(self, *arguments: str) -> str:
        """What it prints; it returns when the job is done."""
        spaces = ("--mount", "--pid", "--cgroup")
        command = ["nsenter", f"--target={self.pid}", *spaces, "systemctl", *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DEADLINE)
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout.strip()

    def property(self, name: str) -> str:
        """Of the service, as `systemctl show` says."""
        return self.systemctl("show", "--value", f"--property={name}", "netipl.service")


@contextmanager
def managing(namespace: Namespace, directory: Path, *, log: Path, config: Path) -> Iterator[ServiceManager]:
    """systemd in `namespace`, its service not started yet. Raises SkipTest where there is no systemd or no cgroup."""
    if not SYSTEMD.exists():
        raise SkipTest("needs systemd")
    units = directory / "units"
    (units / "netipl.service.d").mkdir(parents=True)
    shutil.copy(ROOT / "packaging/netipl.service", units)
    for target in ("tests", "sysinit", "basic", "shutdown"):
        (units / f"{target}.target").write_text(_TARGET)
    command = f"{sys.executable} -m netipl.cli.main serve --config {config} --verbose --json"
    (units / "netipl.service.d/tests.conf").write_text(_DROP_IN.format(command=command, log=log, directory=directory))
    inside = namespace.command("sh", "-ec", _INTO_NAMESPACES, "sh", units, SYSTEMD)
    with _cgroup() as group, (directory / "systemd.log").open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-ec", _INTO_CGROUP, "sh", group, *inside],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            eventually(lambda: process.poll() is not None or children.read_text().strip(), "its PID 1")
            assert process.poll() is None, (directory / "systemd.log").read_text()
            manager = ServiceManager(process, int(children.read_text()))
            eventually(lambda: _is_up(manager), "systemd answers")
            yield manager
        finally:
            process.kill()  # and with it PID 1, and with that all the others
            process.wait()


def _is_up(manager: ServiceManager) -> bool:
    assert manager.process.poll() is None, "systemd has ended"
    try:
        manager.systemctl("show-environment")
    except AssertionError:
        return False
    return True


@contextmanager
def _cgroup() -> Iterator[Path]:
    """A new one below that of this process. Raises SkipTest."""
    mounted = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines() if " - cgroup2 " in line]
    own = next((line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line[:3] == "0::"), None)
    if not mounted or own is None:
        raise SkipTest("needs cgroup2")
    group = Path(mounted[0][4], own.lstrip("/"), f"netipl-{os.getpid()}")
    try:
        group.mkdir()
    except OSError as error:
        raise SkipTest(f"no cgroup may be made here: {error}") from None
    try:
        yield group
    finally:
        eventually(lambda: _is_removed(group), "all that was in the cgroup has ended")


def _is_removed(group: Path) -> bool:
    try:
        for inner in sorted(group.glob("**/"), reverse=True):
            inner.rmdir()
    except OSError:  # EBUSY: a process in it is not gone yet
        return False
    return True
