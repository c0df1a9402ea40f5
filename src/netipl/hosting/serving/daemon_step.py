"""The daemon as a step: a network that it begins to serve, or serves no more, takes a restart of it.

Where systemd keeps it, that is done here; elsewhere whoever has started it is told.
"""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import NetiplError, UnavailableError
from netipl.hosting.networks.step import Step
from netipl.hosting.serving import running
from netipl.hosting.serving.settings_file import WriteSettings
from netipl.integrations import systemctl

_BETWEEN_LOOKS: Final = 0.05
"""Seconds."""


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
    """The process of a daemon that was started by hand: when this is done, it serves `interface` no more.

    A daemon that cannot read its settings goes on as before, and says so in its log alone; so it is asked for
    `patience` seconds.
    """

    pid: int
    api_socket: Path
    interface: str
    patience: float = 10
    consequences: tuple[str, ...] = ()
    difference: str = ""

    @property
    def words(self) -> str:
        return f"have netipl serve (process {self.pid}) read its settings again"

    def apply(self) -> None:
        self._signal()
        deadline = time.monotonic() + self.patience
        while self.interface in running.interfaces(self.api_socket):
            if time.monotonic() > deadline:
                message = (
                    f"netipl serve (process {self.pid}) was told to let go of {self.interface}, and serves it still"
                )
                remedy = f"its log says why: it may not be able to read its settings; or end it first: kill {self.pid}"
                raise UnavailableError(message, remedy=remedy)
            time.sleep(_BETWEEN_LOOKS)

    def undo(self) -> None:
        self._signal()

    def _signal(self) -> None:
        try:
            os.kill(self.pid, signal.SIGHUP)
        except OSError as error:
            raise UnavailableError(f"process {self.pid}: {error.strerror}", remedy="do this as root") from error


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
            with suppress(NetiplError):  # the first reason is told
                self.daemon.undo()
            raise

    def undo(self) -> None:
        self.written.undo()
        self.daemon.undo()
