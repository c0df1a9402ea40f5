"""Tells systemd how far the daemon is, and has it hold sockets over a restart: sd_notify(3), without its library.

What the manager holds it hands to the next process that it starts for the service, as sd_listen_fds(3) says, and closes
when the service is stopped. Without systemd nothing is told, and a message that is lost is no reason to stop serving.
"""

import os
import socket
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from time import CLOCK_MONOTONIC, clock_gettime_ns
from typing import Final, NamedTuple

_FIRST_DESCRIPTOR: Final = 3  # SD_LISTEN_FDS_START


class Held(NamedTuple):
    """A socket of the process before, under the name by which the manager has it."""

    name: str
    socket: socket.socket


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

    def hold(self, sockets: Iterable[socket.socket], *, instead_of: Iterable[Held] = ()) -> None:
        """Has the manager hold these sockets alone; what it held before and is not among them is closed."""
        named = {_name(each): each for each in sockets}
        for name, before in instead_of:
            if name not in named:
                before.close()
                self._send(f"FDSTOREREMOVE=1\nFDNAME={name}")
        for name, each in named.items():
            # Unless told not to look, it lets go of a socket on which an ICMP error waits.
            self._send(f"FDSTORE=1\nFDPOLL=0\nFDNAME={name}", [each.fileno()])

    def _send(self, message: str, descriptors: Sequence[int] = ()) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
            sending.connect(self._address)
            socket.send_fds(sending, [message.encode()], descriptors)


def held(environment: MutableMapping[str, str] = os.environ) -> list[Held]:
    """What the manager has kept for this process, to be asked for once: no program started later is to think it his."""
    process, count, names = (environment.pop(key, "") for key in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"))
    if process != str(os.getpid()) or not count.isdecimal():
        return []
    found = []
    for descriptor, name in enumerate(names.split(":")[: int(count)], start=_FIRST_DESCRIPTOR):
        try:
            before = socket.socket(fileno=descriptor)
        except OSError:  # no socket, or not even open
            continue
        before.set_inheritable(inheritable=False)
        found.append(Held(name, before))
    return found


def _name(of: socket.socket) -> str:
    """The same in every process, and no other's as long as the socket is open."""
    return f"socket-{os.fstat(of.fileno()).st_ino}"


def _line(text: str) -> str:
    """A line break would begin another variable."""
    return " ".join(text.splitlines())
