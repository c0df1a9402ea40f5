"""Checks that every runtime dependency can be had on s390x: a wheel, pure Python, or a Debian package named below.

Reads the dependencies of the installed netipl, with the markers as an s390x machine would see them. Downloads the
wheels into the directory given, for each Python that Debian 12 and 13 ship, and so needs pip's access to packages.
"""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.13")

EXTRAS = ("postgresql",)
"""Of psycopg the pure Python part, which uses Debian's libpq5: there is no psycopg-binary for s390x."""

FROM_DEBIAN = {
    "markupsafe": "python3-markupsafe",  # no s390x wheel; its C part is optional, so its source installs anywhere too
}

PLATFORMS = ("manylinux2014_s390x", "manylinux_2_17_s390x", "manylinux_2_28_s390x")


def closure(root: str, python: str) -> dict[str, str]:
    """Name -> exact version of all that `root` needs at run time on s390x."""
    found: dict[str, str] = {}
    waiting = [(root, ""), *((root, extra) for extra in EXTRAS)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if name != root:
            found[name] = distribution(name).version
        for requirement in _requirements(name, python, extra):
            needed = canonicalize_name(requirement.name)
            waiting += [(needed, ""), *((needed, wanted) for wanted in requirement.extras)]
    return found


def _requirements(name: str, python: str, extra: str) -> Iterator[Requirement]:
    environment = {
        "platform_machine": "s390x",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "extra": extra,
    }
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield requirement


def download(pins: list[str], python: str, directory: Path) -> bool:
    """Whether pip found a wheel for every one of `pins`; a list that was fetched before is not fetched again."""
    stamp = directory / "complete"
    if stamp.is_file() and stamp.read_text().split() == pins:
        return True
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.whl"):
        old.unlink()
    platforms = [argument for platform in PLATFORMS for argument in ("--platform", platform)]
    target = ["--only-binary=:all:", "--python-version", python, "--implementation", "cp", *platforms]
    command = [
        sys.executable,
        "-m",
        "pip",
        "-qq",
        "download",
        "--no-deps",
        *target,
        "--dest",
        str(directory),
        *pins,
    ]
    if subprocess.run(command, check=False).returncode != 0:
        return False
    stamp.write_text("\n".join(pins))
    return True


def main(directory: Path) -> int:
    """Exit status 1 when a dependency has no wheel and no exception."""
    status = 0
    for python in PYTHONS:
        needed = closure("netipl", python)
        pins = sorted(f"{name}=={version}" for name, version in needed.items() if name not in FROM_DEBIAN)
        if download(pins, python, directory / python):
            excepted = sorted(FROM_DEBIAN[name] for name in needed if name in FROM_DEBIAN)
            print(f"s390x, Python {python}: {len(pins)} wheels; from Debian: {', '.join(excepted) or 'none'}")
        else:
            print(f"s390x, Python {python}: not every dependency has a wheel", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
