"""The daemon that runs, known by who listens at its API's socket: its process, and what it serves, as it says itself.

Source: unix(7), SO_PEERCRED; docs/reference/api.md, `networks`.
"""

import json
import socket
import struct
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

_PEER: Final = struct.Struct("=3i")  # ucred: process, user, group
_PATIENCE: Final = 5
"""Seconds for one answer."""


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


def interfaces(api_socket: Path) -> frozenset[str]:
    """Those that it serves now; none where nobody listens any more. Raises UnavailableError."""
    connection = HTTPConnection("localhost", timeout=_PATIENCE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_PATIENCE)
        try:
            asking.connect(str(api_socket))
        except (FileNotFoundError, ConnectionRefusedError):
            return frozenset()
        except OSError as error:
            raise _silent(api_socket, str(error.strerror or error)) from error
        connection.sock = asking
        try:
            connection.request("GET", "/api/v1/networks")
            answer = connection.getresponse()
            items = json.loads(answer.read())["items"] if answer.status == 200 else None
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise _silent(api_socket, str(error)) from error
    if items is None:
        raise _silent(api_socket, f"status {answer.status}")
    return frozenset(each["interface"] for each in items if each["interface"] is not None)


def _silent(api_socket: Path, why: str) -> UnavailableError:
    message = f"netipl serve does not say at {api_socket} which networks it serves: {why}"
    return UnavailableError(message, remedy="do this as root; if that is not it, end the daemon or restart it")
