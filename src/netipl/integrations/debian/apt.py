"""Packages of another architecture by name, through apt, into directories of our own and without root.

The sources and keys are those of the system, so apt checks signatures and sums as it always does. Nothing of the
system's own package lists or caches is touched. Sources: apt.conf(5), apt-get(8), os-release(5).
"""

import fcntl
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from netipl.errors import UnavailableError

OS_RELEASE = Path("/etc/os-release")

Progress = Callable[[str], None]

_OTHER_WAY = "do it on another machine with Debian; demo and boot also take --kernel and --initrd"
_CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir::State "{directory}/state";
Dir::State::lists "{directory}/lists";
Dir::State::status "{directory}/status";
Dir::Cache "{directory}/cache";
Dir::Log "{directory}/log";
"""


class Apt:
    """apt for one architecture under `directory`, which is made if need be. Raises UnavailableError."""

    def __init__(self, directory: Path, architecture: str, progress: Progress) -> None:
        require_debian()
        self._directory = directory
        self._progress = progress
        self._configuration = directory / "apt.conf"
        for part in ("state", "lists/partial", "cache/archives/partial", "log", "packages"):
            (directory / part).mkdir(parents=True, exist_ok=True)
        (directory / "status").touch()
        self._configuration.write_text(_CONFIGURATION.format(directory=directory, architecture=architecture))

    def update(self) -> None:
        """Fetch the lists of packages. A source that cannot be reached is left out, or is as it was before."""
        self._progress("fetching Debian's lists of packages")
        self._run("apt-get", "update")

    def candidate(self, package: str) -> str:
        """The version of `package` that would be installed."""
        for line in self._run("apt-cache", "policy", package).splitlines():
            label, _, version = line.strip().partition(": ")
            if label == "Candidate" and version != "(none)":
                return version
        raise UnavailableError(
            f"the system's apt sources have no package {package} now",
            remedy=f"see what apt-get update says, or {_OTHER_WAY}",
        )

    def depends(self, package: str) -> list[str]:
        """The packages that `package` depends on, first choices only."""
        lines = self._run("apt-cache", "depends", "--important", package).splitlines()
        kinds = ("Depends: ", "PreDepends: ")
        return [line.split(": ", 1)[1].strip() for line in lines if line.lstrip().startswith(kinds)]

    def fetch(self, package: str) -> Path:
        """The newest `.deb` of `package`; from the disk if it is there."""
        version = self.candidate(package)
        kept = self._directory / "packages"
        wanted = f"{package}_{version.replace(':', '%3a')}_"
        for deb in kept.glob(f"{package}_*.deb"):
            if deb.name.startswith(wanted):
                return deb
        self._progress(f"fetching {package} {version}")
        self._run("apt-get", "download", f"{package}={version}", cwd=kept)
        found = [deb for deb in kept.glob(f"{package}_*.deb") if deb.name.startswith(wanted)]
        if not found:
            raise UnavailableError(f"apt did not leave {package} {version} in {kept}")
        return found[0]

    def closure(self, wanted: Iterable[str]) -> list[Path]:
        """The newest `.deb` of each package that `wanted`, patterns of apt, need on an empty system; fetched."""
        install = ("--yes", "--no-install-recommends", "install", *wanted)
        self._progress("fetching packages")
        self._run("apt-get", "--download-only", *install)
        said = re.findall(r"^Inst (\S+) \((\S+)", self._run("apt-get", "--simulate", *install), re.MULTILINE)
        archives = self._directory / "cache" / "archives"
        found = []
        for package, version in said:
            name = f"{package.partition(':')[0]}_{version.replace(':', '%3a')}_"
            found += [path for path in archives.glob("*.deb") if path.name.startswith(name)]
        if len(found) != len(said):
            raise UnavailableError(f"apt did not leave all {len(said)} packages in {archives}")
        return found

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        options = ["-c", str(self._configuration), "-q"]
        environment = os.environ | {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            [command[0], *options, *command[1:]],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))] or [done.stderr.strip()]
            raise UnavailableError(
                f"{' '.join(command)} failed: {' '.join(said)}",
                remedy=f"mend the system's apt sources, or {_OTHER_WAY}",
            )
        return done.stdout


def release(os_release: Path = OS_RELEASE) -> str:
    """The version of this Debian, whose packages are fetched, such as `12`; its code name while it has none."""
    fields = _fields(os_release)
    return fields.get("VERSION_ID") or fields.get("VERSION_CODENAME", "")


def _fields(os_release: Path) -> dict[str, str]:
    lines = (line.split("=", 1) for line in os_release.read_text().splitlines() if "=" in line)
    return {key: value.strip("\"'") for key, value in lines}


def require_debian(os_release: Path = OS_RELEASE) -> None:
    """Raise UnavailableError unless this is a Debian with apt, whose own sources have s390x."""
    if _fields(os_release).get("ID") != "debian":
        raise UnavailableError("only Debian's apt sources have what is needed here", remedy=_OTHER_WAY)
    for program in ("apt-get", "apt-cache", "dpkg-deb"):
        if shutil.which(program) is None:
            raise UnavailableError(f"the program {program} is not here", remedy=_OTHER_WAY)


@contextmanager
def unpacking(deb: Path) -> Iterator[tarfile.TarFile]:
    """The files of a package as a tar stream, to be read once from front to back. Raises UnavailableError."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # asked for
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            yield archive
        while process.stdout.read(1 << 20):  # so that dpkg-deb can end
            pass
    if process.returncode:
        raise UnavailableError(f"{deb} cannot be unpacked", remedy="delete it and try again")


@contextmanager
def locked(directory: Path, progress: Progress) -> Iterator[None]:
    """Alone in `directory`, of all processes that ask for it here."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another netipl that uses {directory}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
