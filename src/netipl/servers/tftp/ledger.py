"""The transfers that run, in memory and in a file of the run directory from which a new daemon takes them up.

The file is a row of slots of fixed size, allocated at the start and overwritten in place, so a disk that fills up
later does not matter. If it cannot be written all the same it is emptied: better no position than a wrong one.
A slot is written without fsync: it outlives processes, not the machine.
"""

import errno
import fcntl
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

SLOT: Final = 1024
_STATIC: Final = struct.Struct(">QIIH?Q8sIHQH")
"""number, local, address, port, netascii, size, fingerprint, block size, window, timeout, length of the name."""

_CHECKSUM: Final = struct.Struct(">I")
_POSITION: Final = struct.Struct(">Q")
_POSITION_AT: Final = SLOT - _POSITION.size
_LONGEST_NAME: Final = _POSITION_AT - _CHECKSUM.size - _STATIC.size

Peer = tuple[int, int, int]
"""Our address, the client's address, its port."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One transfer: whose, of what, on which terms, and how far (`acked` is an absolute block)."""

    number: int
    local: int
    address: int
    port: int
    name: bytes
    netascii: bool
    size: int
    fingerprint: bytes
    block_size: int
    window_size: int
    timeout: int
    acked: int = 0
    worker: int | None = None
    """Who runs it; None while it waits for its client to be heard of again."""
    since: float = 0.0
    """When it lost its worker (monotonic seconds)."""
    began_at: float = 0.0
    """Monotonic seconds."""
    slot: int | None = None

    @property
    def peer(self) -> Peer:
        return self.local, self.address, self.port

    @property
    def sent(self) -> int:
        """Bytes acknowledged."""
        return min(max(self.acked, 0) * self.block_size, self.size)


class Ledger:
    """At most `slots` transfers are kept in the file `path`, which one daemon holds at a time."""

    def __init__(self, path: Path, *, slots: int, complain: Callable[[OSError], None]) -> None:
        self.entries: dict[int, Entry] = {}
        self._by_peer: dict[Peer, Entry] = {}
        self._of_address: dict[int, set[int]] = {}
        self._path = path
        self._slots = slots
        self._complain = complain
        self._free: list[int] = []
        self._file = -1
        self._is_written = True

    def open(self) -> None:
        """Takes the file, or makes it, and reads the transfers of the daemon before. Raises UnavailableError."""
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise UnavailableError(
                f"the log of transfers {self._path} cannot be written: {error.strerror}",
                remedy=f"make {self._path.parent} a directory that this user may write to",
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UnavailableError(
                f"another netipl uses {self._path.parent}",
                remedy="stop it, or give this one a run directory of its own",
            ) from None
        for slot in range(self._slots):
            entry = _decode(os.pread(self._file, SLOT, slot * SLOT))
            if entry is None:
                self._free.append(slot)
            else:
                entry.slot = slot
                self._index(entry)
        self._allocate()

    def close(self) -> None:
        """Leaves the file as it is, for the next daemon."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def add(self, entry: Entry) -> None:
        """Remembers it, and writes it before any packet of it leaves: it can be taken up from its first ACK on."""
        self._index(entry)
        self._write(entry)

    def move(self, entry: Entry, acked: int) -> None:
        """Notes how far it is."""
        entry.acked = acked
        if entry.slot is not None:
            self._put(entry.slot * SLOT + _POSITION_AT, _POSITION.pack(max(acked, 0)))

    def remove(self, entry: Entry) -> None:
        """Forgets it."""
        del self.entries[entry.number]
        if self._by_peer.get(entry.peer) is entry:
            del self._by_peer[entry.peer]
        numbers = self._of_address[entry.address]
        numbers.discard(entry.number)
        if not numbers:
            del self._of_address[entry.address]
        if entry.slot is not None:
            self._put(entry.slot * SLOT, bytes(SLOT))
            self._free.append(entry.slot)
            entry.slot = None

    def renumber(self, entry: Entry, number: int) -> None:
        """Gives it another number."""
        self.entries[number] = self.entries.pop(entry.number)
        numbers = self._of_address[entry.address]
        numbers.discard(entry.number)
        numbers.add(number)
        entry.number = number
        self._write(entry)

    def of_peer(self, peer: Peer) -> Entry | None:
        return self._by_peer.get(peer)

    def of_address(self, address: int) -> list[Entry]:
        """All transfers to a client."""
        return [self.entries[number] for number in self._of_address.get(address, ())]

    def rewrite(self) -> None:
        """Writes everything anew, if that is possible now, after `complain` was called."""
        self._is_written = self._allocate()
        for entry in self.entries.values():
            self._write(entry)

    @property
    def is_written(self) -> bool:
        """False after a failure to write; `rewrite` may help."""
        return self._is_written

    def _index(self, entry: Entry) -> None:
        self.entries[entry.number] = entry
        self._by_peer[entry.peer] = entry
        self._of_address.setdefault(entry.address, set()).add(entry.number)

    def _write(self, entry: Entry) -> None:
        if entry.slot is None and self._free:
            entry.slot = self._free.pop()
        if entry.slot is not None:
            self._put(entry.slot * SLOT, _encode(entry))

    def _allocate(self) -> bool:
        try:
            os.posix_fallocate(self._file, 0, self._slots * SLOT)
        except OSError as error:
            self._give_up(error)
            return False
        return True

    def _put(self, offset: int, data: bytes) -> None:
        if not self._is_written:
            return
        try:
            if os.pwrite(self._file, data, offset) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        os.ftruncate(self._file, 0)
        if self._is_written:
            self._is_written = False
            self._complain(error)


def _encode(entry: Entry) -> bytes:
    name = entry.name[:_LONGEST_NAME]
    static = _STATIC.pack(
        entry.number,
        entry.local,
        entry.address,
        entry.port,
        entry.netascii,
        entry.size,
        entry.fingerprint,
        entry.block_size,
        entry.window_size,
        entry.timeout,
        len(name),
    )
    checked = (static + name).ljust(_POSITION_AT - _CHECKSUM.size, b"\0")
    return _CHECKSUM.pack(zlib.crc32(checked)) + checked + _POSITION.pack(max(entry.acked, 0))


def _decode(slot: bytes) -> Entry | None:
    """None for a slot that is empty or was not written to its end."""
    if len(slot) < SLOT:
        return None
    checked = slot[_CHECKSUM.size : _POSITION_AT]
    if _CHECKSUM.unpack_from(slot)[0] != zlib.crc32(checked):
        return None
    number, local, address, port, netascii, size, fingerprint, block_size, window, timeout, length = (
        _STATIC.unpack_from(checked)
    )
    return Entry(
        number=number,
        local=local,
        address=address,
        port=port,
        name=checked[_STATIC.size : _STATIC.size + length],
        netascii=netascii,
        size=size,
        fingerprint=fingerprint,
        block_size=block_size,
        window_size=window,
        timeout=timeout,
        acked=_POSITION.unpack_from(slot, _POSITION_AT)[0],
    )
