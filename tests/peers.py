"""Foreign programs to test and measure against, unpacked from Debian packages without installing them.

apt finds and checks the package and the dependencies that this system lacks; each peer gets a root of its own under
`.cache/peers/SYSTEM`, which git ignores. No package lists, no such package: PeerMissing, which pytest shows as a skip.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

_SYSTEM = platform.freedesktop_os_release()
VERSION = _SYSTEM.get("VERSION_ID", "next")
CACHE = Path(__file__).parents[1] / ".cache" / "peers" / f"{_SYSTEM['ID']}-{VERSION}"

_PROGRAM_DIRECTORIES = ("usr/sbin", "usr/bin", "sbin", "bin")


class PeerMissing(SkipTest):
    """This system's apt cannot give the package; the text says why."""


def peer(package: str) -> Path:
    """The root into which `package` and its missing dependencies are unpacked. Raises PeerMissing."""
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise PeerMissing(f"{package} is fetched with {tool}, which is not here")
    root = CACHE / package
    with _only_one(package):
        if not root.is_dir():
            _unpack(package, root)
    return root


def program(package: str, name: str) -> Path:
    """The path of the program `name` of `package`. Raises PeerMissing."""
    root = peer(package)
    for directory in _PROGRAM_DIRECTORIES:
        if (found := root / directory / name).exists():
            return found
    raise PeerMissing(f"{package} has no program {name} here")


def environment(package: str) -> dict[str, str]:
    """The environment in which the programs of `package` find their libraries. Raises PeerMissing."""
    directories = [path for path in peer(package).glob("**/lib/*-linux-*") if path.is_dir()]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, directories))}


@contextmanager
def _only_one(package: str) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unpack(package: str, root: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        downloads, unpacked = Path(name, "downloads"), Path(name, "root")
        downloads.mkdir()
        unpacked.mkdir()
        _apt("download", package, *_missing_dependencies(package), directory=downloads)
        for archive in sorted(downloads.glob("*.deb")):
            subprocess.run(["dpkg", "-x", archive, unpacked], check=True)
        unpacked.chmod(0o755)
        unpacked.rename(root)


def _missing_dependencies(package: str) -> list[str]:
    plan = _apt("--simulate", "--no-install-recommends", "install", package).splitlines()
    return [words[1] for line in plan if (words := line.split()) and words[0] == "Inst" and words[1] != package]


def _apt(*arguments: str, directory: Path | None = None) -> str:
    done = subprocess.run(
        ["apt-get", "--quiet", *arguments],
        cwd=directory,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PeerMissing(f"apt-get {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        sys.stdout.write(f"{peer(wanted)}\n")
