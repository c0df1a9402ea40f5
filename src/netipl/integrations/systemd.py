"""Tells systemd how far the daemon is: the protocol of sd_notify(3), without its library.

Without systemd nothing is told, and a message that is lost is no reason to stop serving.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from time import CLOCK_MONOTONIC, clock_gettime_ns


class Notifier:
    """Sends to the socket that $NOTIFY_SOCKET names: a path, or with `@` an abstract address."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        named = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + named[1:] if named.startswith("@") else named

    def ready(self, status: str) -> None:
        """All ports are open; also after `reloading`."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def reloading(self) -> None:
        """The settings are being read anew (Type=notify-reload wants to know since when)."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={clock_gettime_ns(CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """No more is served from now on."""
        self._send("STOPPING=1")

    def status(self, status: str) -> None:
        """One line for people, as `systemctl status` shows it."""
        self._send(f"STATUS={_line(status)}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
            sending.sendto(message.encode(), self._address)


def _line(text: str) -> str:
    """A line break would begin another variable."""
    return " ".join(text.splitlines())
