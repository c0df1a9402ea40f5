"""The daemon as a step: a network that it begins to serve, or serves no more, takes a restart of it.

Where systemd keeps it, that is done here; elsewhere whoever has started it is told. One that runs is known by who
listens at its API's socket.
"""

import os
import signal
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import NetiplError, UnavailableError
from netipl.hosting.networks.step import Step
from netipl.hosting.serving.settings_file import WriteSettings
from netipl.integrations import systemctl

_PEER: Final = struct.Struct("=3i")  # ucred: process, user, group; unix(7)


@dataclass(slots=True)
class RestartDaemon:
    """`was_active`: it ran before."""

    was_active: bool
    words: str
    consequences: tuple[str, ...] = ()
    difference: str = ""

    def apply(self) -> None:
        systemctl.restart()

    def undo(self) -> None:
        systemctl.restart() if self.was_active else systemctl.stop()


@dataclass(slots=True)
class StopDaemon:
    """It has nothing to serve any more."""

    words: str = f"stop {systemctl.UNIT}, which has nothing to serve any more"
    consequences: tuple[str, ...] = ()
    difference: str = ""

    def apply(self) -> None:
        systemctl.stop()

    def undo(self) -> None:
        systemctl.restart()


@dataclass(slots=True)
class ReloadDaemon:
    """The process of a daemon that was started by hand: it answers no more in networks that are gone from the file."""

    pid: int
    consequences: tuple[str, ...] = ()
    difference: str = ""

    @property
    def words(self) -> str:
        return f"have netipl serve (process {self.pid}) read its settings again"

    def apply(self) -> None:
        try:
            os.kill(self.pid, signal.SIGHUP)
        except OSError as error:
            raise UnavailableError(f"process {self.pid}: {error.strerror}", remedy="do this as root") from error

    def undo(self) -> None:
        self.apply()


@dataclass(slots=True)
class LetGo:
    """The settings are `written`, and the daemon hears of it: one step, for it hears of their return as well."""

    written: WriteSettings
    daemon: Step

    @property
    def words(self) -> str:
        return f"{self.written.words}, and {self.daemon.words}"

    @property
    def difference(self) -> str:
        return self.written.difference

    @property
    def consequences(self) -> tuple[str, ...]:
        return self.written.consequences

    def apply(self) -> None:
        self.written.apply()
        try:
            self.daemon.apply()
        except NetiplError:
            self.written.undo()
            raise

    def undo(self) -> None:
        self.written.undo()
        self.daemon.undo()


def process(api_socket: Path) -> int | None:
    """The daemon that listens there; None where nobody does, or nobody may be asked."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(api_socket))
            said = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        except OSError:
            return None
    pid, _, _ = _PEER.unpack(said)
    return int(pid) or None
