"""What goes wrong beside the transfers: counted, and told in one line of each kind whenever `tell` is called."""

import os
from collections import Counter
from ipaddress import IPv4Address

import structlog

from netipl.servers.complaints import told
from netipl.servers.tftp import control
from netipl.servers.unsent import remedy_for
from netipl.wire import printable

_log = structlog.get_logger()


class Troubles:
    """`counts` is how often each happened since the start."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()
        self._last: dict[str, dict[str, str]] = {}

    def dropped(self, message: control.Dropped) -> None:
        self._add("tftp datagrams dropped", message.datagrams, last=printable(message.last))

    def unsent(self, message: control.Unsent) -> None:
        self._add(
            "tftp packets cannot be sent",
            message.packets,
            source=str(IPv4Address(message.local)),
            error=os.strerror(message.error),
            remedy=remedy_for(message.error),
        )

    def refused(self, address: int, reason: str, remedy: str = "") -> None:
        """A request that was none of the kind that is never answered."""
        self._add("tftp requests refused", 1, client=str(IPv4Address(address)), reason=reason, remedy=remedy)

    def broken(self, name: bytes, bug: Exception) -> None:
        """A request that the server could not answer by a fault of its own."""
        self._add("a tftp request broke the server", 1, name=printable(name), error=told(bug))

    def tell(self) -> None:
        """Logs what has happened since the last call."""
        for event, count in self._untold.items():
            detail = {key: text for key, text in self._last[event].items() if text}
            _log.warning(event, count=count, **detail)
        self._untold.clear()

    def _add(self, event: str, count: int, **detail: str) -> None:
        self.counts[event] += count
        self._untold[event] += count
        self._last[event] = detail
