"""How the sockets outlive the daemon: the workers of one that was killed hold them until the next one takes them.

While nobody has the port the kernel answers each packet with "port unreachable", and the firmware gives up at the first
(seen with QEMU 7.2). Each worker has a listening socket in the run directory; over it the sockets are handed over, with
all that has arrived in them meanwhile. A daemon that ends in order ends its workers, and its port is closed.
Sources: unix(7), SCM_RIGHTS; RFC 1122, 3.2.2.1.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from netipl.servers.tftp.control import MOST_DESCRIPTORS

HELD: Final = 20.0
"""Seconds that sockets are held: the firmware ends a transfer after as many of silence."""

_PATIENCE: Final = 15.0
"""Seconds in which a worker has noticed that its daemon is gone, on a busy machine too: a socket that is left with it
is still in the group of its port, and takes requests that nobody reads.
"""

_GIVEN: Final = b"sockets"


def listener(run_directory: Path, index: int) -> socket.socket:
    """Where worker `index` can be asked for its sockets. Raises OSError."""
    new = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with _address(run_directory, index) as path:
            path.unlink(missing_ok=True)
            new.bind(str(path))
            new.listen(1)
    except OSError:
        new.close()
        raise
    return new


def give(listening: socket.socket, descriptors: Sequence[int]) -> None:
    """In a worker without a daemon: hand the sockets to whoever asks, or let go of them after `HELD` seconds."""
    listening.settimeout(HELD)
    with suppress(OSError):  # nobody came
        asking, _ = listening.accept()
        with asking:
            socket.send_fds(asking, [_GIVEN], descriptors)


def taken(run_directory: Path) -> Iterator[socket.socket]:
    """The sockets that the workers of a daemon before hold now."""
    for path in sorted(run_directory.glob(_name("*"))):
        index = path.name.rpartition("-")[2]
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.settimeout(_PATIENCE)
            with _address(run_directory, index) as address:
                asking.connect(str(address))
            _, descriptors, _, _ = socket.recv_fds(asking, len(_GIVEN), MOST_DESCRIPTORS)
            for descriptor in descriptors:
                yield socket.socket(fileno=descriptor)


def _name(index: int | str) -> str:
    return f"tftp-sockets-{index}"


@contextmanager
def _address(run_directory: Path, index: int | str) -> Iterator[Path]:
    """By a short path to the directory: that of a socket has 108 bytes at most."""
    directory = os.open(run_directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{directory}", _name(index))
    finally:
        os.close(directory)
