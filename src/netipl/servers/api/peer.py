"""The local user behind a connection of the Unix socket, as the kernel says it (unix(7), SO_PEERCRED)."""

import pwd
import socket
import struct
from typing import Final

_CREDENTIALS: Final = struct.Struct("=iII")
"""struct ucred: pid, uid and gid of the process that connected."""


def user_of(connected: socket.socket) -> str:
    """Its name, or its number where it has none. Looks the name up, which may take time. Raises OSError."""
    found = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(found)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
