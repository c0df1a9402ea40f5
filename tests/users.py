"""Runs a program of the tests as root or as a normal user; either needs root, or to be the user that runs the tests."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest import SkipTest

ROOT = Path(__file__).parents[1]
NOBODY_IN_PARTICULAR = 12345  # a user id that no one has
_IDENTITY = [
    *("setpriv", f"--reuid={NOBODY_IN_PARTICULAR}", f"--regid={NOBODY_IN_PARTICULAR}", "--clear-groups"),
    *("env", "HOME=/nonexistent"),
]

USERS = ("root", "user")
_OPEN_TUN = "mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200"


def as_user(user: str) -> list[str]:
    """What to put before a command to run it as that one of `USERS`. Raises SkipTest where that cannot be."""
    if os.geteuid() != 0:
        if user == "root":
            raise SkipTest("needs root")
        return []
    if user == "root":
        return []
    if not _may(["test", "-r", __file__]):
        raise SkipTest(f"a normal user may not read {ROOT}")
    return _IDENTITY


def with_open_tun(command: Sequence[str]) -> list[str]:
    """`command` where everybody may open /dev/net/tun, as on most systems; to be run by root."""
    return ["unshare", "--mount", "sh", "-c", f'{_OPEN_TUN} && exec "$@"', "sh", *command]


def python(user: str, module: str, *arguments: str) -> list[str]:
    """The command line of a module of the tests for one of `USERS`, to be run in `ROOT`. Raises SkipTest.

    Where the interpreter belongs to root alone, the system's own is taken, with the libraries of ours.
    """
    before = as_user(user)
    if not before or _may(["test", "-x", sys.executable]):
        return [*before, sys.executable, "-m", module, *arguments]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    libraries = ":".join(path for path in sys.path if path.startswith(str(ROOT)))
    system = [*before, f"PYTHONPATH={libraries}", f"/usr/bin/python{version}"]
    if subprocess.run([*system, "-c", "import netipl.errors"], check=False, capture_output=True).returncode:
        raise SkipTest(f"a normal user may not run {sys.executable}, and there is no other Python {version}")
    return [*system, "-m", module, *arguments]


def _may(command: Sequence[str]) -> bool:
    return subprocess.run([*_IDENTITY, *command], check=False, capture_output=True).returncode == 0
