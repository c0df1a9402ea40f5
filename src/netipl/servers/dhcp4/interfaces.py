"""Which of the served interfaces exist, and when to look again.

The kernel's messages about links and addresses only wake us up: what they say is read anew, so a lost message (ENOBUFS)
costs nothing. An interface that was deleted and made again has another index. Source: Linux rtnetlink(7).
"""

import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

_RTMGRP_LINK: Final = 0x1
_RTMGRP_IPV4_IFADDR: Final = 0x10
_LARGEST: Final = 65536


def indexes(names: Iterable[str]) -> dict[str, int]:
    """The index of each interface that exists now."""
    found = {}
    for name in names:
        with suppress(OSError):
            found[name] = socket.if_nametoindex(name)
    return found


class Wakeups:
    """A descriptor that is readable when a link or an IPv4 address has changed."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._socket.bind((0, _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR))

    def fileno(self) -> int:
        return self._socket.fileno()

    def clear(self) -> None:
        """Forget what has been announced: whoever calls looks at the interfaces next."""
        try:
            while os.read(self._socket.fileno(), _LARGEST):
                pass
        except OSError:  # nothing left, or some were lost
            return

    def close(self) -> None:
        self._socket.close()
