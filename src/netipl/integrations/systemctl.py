"""The service `netipl` of this host's systemd, asked and told by systemctl. Source: systemctl(1)."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

UNIT: Final = "netipl.service"
_BOOTED: Final = Path("/run/systemd/system")
"""There where systemd is the init system: sd_booted(3)."""
_PATIENCE: Final = 120.0  # seconds; a start waits until the daemon serves


@dataclass(frozen=True, slots=True)
class Service:
    """`is_enabled`: it starts with the host."""

    is_active: bool
    is_enabled: bool


def service(booted: Path = _BOOTED) -> Service | None:
    """None where there is none. Raises UnavailableError."""
    if not booted.is_dir():
        return None
    properties = ("LoadState", "ActiveState", "UnitFileState")
    said = _run("show", f"--property={','.join(properties)}", UNIT)
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    if found.get("LoadState") != "loaded":
        return None
    return Service(
        is_active=found.get("ActiveState") in {"active", "reloading", "activating"},
        is_enabled=found.get("UnitFileState") in {"enabled", "enabled-runtime", "alias", "static"},
    )


def restart() -> None:
    """Begin anew, or begin: returns when it serves. Raises UnavailableError."""
    _run("restart", UNIT)


def stop() -> None:
    """Raises UnavailableError."""
    _run("stop", UNIT)


def _run(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["systemctl", "--no-pager", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"systemctl: {error}", remedy=f"systemctl status {UNIT}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise UnavailableError(f"systemctl {arguments[0]}: {said}", remedy=f"journalctl -u {UNIT} says why")
    return done.stdout
