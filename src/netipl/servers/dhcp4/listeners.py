"""Keeps one UDP socket open on every served interface that exists, and follows those that go away and come back."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from netipl.errors import UnavailableError
from netipl.servers.dhcp4 import interfaces, sockets

_log = structlog.get_logger("netipl.dhcp4")

Watch = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True)
class _Listener:
    index: int
    socket: socket.socket


class Listeners:
    """`opened` is told of every new socket and `closing` before one is closed, so that an event loop can watch them."""

    def __init__(self, names: Sequence[str], port: int, *, opened: Watch, closing: Watch) -> None:
        self._names = names
        self._port = port
        self._opened = opened
        self._closing = closing
        self._listeners: dict[str, _Listener] = {}

    def open(self) -> None:
        """Open what exists. Raises UnavailableError when a port cannot be had; then nothing stays open."""
        present = interfaces.indexes(self._names)
        try:
            for name, index in present.items():
                self._open(name, index)
        except UnavailableError:
            self.close()
            raise
        for name in self._names:
            if name not in present:
                _log.warning("an interface does not exist yet", interface=name, remedy="`ip link` shows those that do")

    def follow(self) -> bool:
        """Look at the interfaces again. False when one is there and cannot be opened: try again soon."""
        present = interfaces.indexes(self._names)
        for name, listener in list(self._listeners.items()):
            if present.get(name) != listener.index:
                self._close(name)
                _log.warning("an interface went away", interface=name)
        wanted = {name: index for name, index in present.items() if name not in self._listeners}
        refused = [name for name, index in wanted.items() if not self._reopened(name, index)]
        return not refused

    def close(self) -> None:
        for name in list(self._listeners):
            self._close(name)

    def _reopened(self, name: str, index: int) -> bool:
        try:
            self._open(name, index)
        except UnavailableError as error:
            _log.error("an interface came back and cannot be served", error=str(error), remedy=error.remedy)
            return False
        _log.info("an interface came back", interface=name)
        return True

    def _open(self, name: str, index: int) -> None:
        sock = sockets.on_interface(name, self._port)
        self._listeners[name] = _Listener(index, sock)
        self._opened(sock)

    def _close(self, name: str) -> None:
        listener = self._listeners.pop(name)
        self._closing(listener.socket)
        listener.socket.close()
