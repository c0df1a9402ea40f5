"""Where the API of the daemon is: what was named, or else the first socket that answers. Reads the environment.

A daemon that was started a moment ago has no socket yet: commands wait for one for some seconds, and say so.
"""

import os
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from netipl.errors import UnavailableError, UsageError

VARIABLE: Final = "NETIPL_API"
TOKEN: Final = "NETIPL_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE: Final = "NETIPL_TOKEN_FILE"  # noqa: S105

SYSTEM: Final = Path("/run/netipl/api.sock")
SETTINGS: Final = Path("/etc/netipl/netipl.toml")
_START: Final = "start the daemon with `netipl serve` or `systemctl start netipl`, or name its API with --api"
_ASK: Final = "ask to be taken into the group that this socket belongs to (`ls -l` shows it)"
STARTING: Final = 5.0
"""Seconds that are enough for a daemon to start."""
_AGAIN: Final = 0.1
_SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A Unix socket, or else a URL."""

    socket: Path | None = None
    url: str = "http://localhost"

    def __str__(self) -> str:
        return str(self.socket) if self.socket is not None else self.url


def found(named: str | None, environment: Mapping[str, str] = os.environ, *, within: float = 0.0) -> Place:
    """The place that is `named`, or the socket that answers `within` so many seconds. Raises UnavailableError, which
    says what was tried.
    """
    if named is None:
        return _waited_for(list(dict.fromkeys(_usual(environment))), within)
    if "://" not in named:
        return _waited_for([Path(named)], within)
    if not named.startswith(_SCHEMES):
        raise UsageError(f"{named!r} is no place of an API", remedy="give the path of a socket, or an http(s):// URL")
    return Place(url=named.rstrip("/"))


def token(environment: Mapping[str, str] = os.environ) -> str | None:
    """What says who asks, where a Unix socket does not. Raises UnavailableError and UsageError."""
    secret, source = environment.get(TOKEN), TOKEN
    if secret is None and (file := environment.get(TOKEN_FILE)):
        source = file
        try:
            secret = Path(file).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            remedy = f"name in {TOKEN_FILE} what `netipl token create` printed into a file"
            raise UnavailableError(f"{file}: {error.strerror}", remedy=remedy) from error
    secret = (secret or "").strip()
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise UsageError(f"{source} holds no token", remedy="make one with `netipl token create`")
    return secret or None


def _usual(environment: Mapping[str, str]) -> Iterator[Path]:
    yield SYSTEM
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "netipl", "api.sock")
    if (configured := _configured(SETTINGS)) is not None:
        yield configured


def _configured(settings: Path) -> Path | None:
    """The socket that the settings name. Whatever else is wrong with them is told by `netipl serve`."""
    try:
        table = tomllib.loads(settings.read_text()).get("api")
    except (OSError, ValueError):
        return None
    named = table.get("socket") if isinstance(table, dict) else None
    return Path(named) if isinstance(named, str) else None


def _waited_for(candidates: list[Path], seconds: float) -> Place:
    until, told = monotonic() + seconds, False
    while True:
        try:
            return _answering(candidates)
        except UnavailableError as error:
            if monotonic() >= until or error.remedy == _ASK:
                raise
        if not told:
            sys.stderr.write(f"netipl: no daemon answers; waiting {seconds:.0f} s for one that is just starting\n")
            told = True
        sleep(_AGAIN)


def _answering(candidates: list[Path]) -> Place:
    tried = []
    for path in candidates:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
            try:
                probe.connect(str(path))
            except OSError as error:
                tried.append((path, error))
            else:
                return Place(socket=path)
    denied = any(isinstance(error, PermissionError) for _, error in tried)
    words = "; ".join(f"{path}: {_why(error)}" for path, error in tried)
    raise UnavailableError(f"there is no daemon to ask ({words})", remedy=_ASK if denied else _START)


def _why(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens"
    return error.strerror or str(error)
