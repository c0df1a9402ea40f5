"""How a SQLite database is opened: durable commits, and one daemon alone.

journal_mode=WAL with synchronous=FULL, since one commit is then one fdatasync of the log, before COMMIT returns; a
rollback journal needs three or four and FULL does not cover its directory. NORMAL would leave commits to the next
checkpoint. Readers, `sqlite3` by hand too, go on beside the writer, so the other daemons are kept out by a lock file
and not by locking_mode=EXCLUSIVE. Sources: sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous.
"""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from netipl.errors import UnavailableError
from netipl.store import schema
from netipl.store.holder import Holder, taken

REMEDIES: Final[Mapping[str, str]] = {
    "full": "make room on its file system (df shows how full it is)",
    "readonly": "make it writable: mount, owner and mode of the file and of its directory",
    "unable to open": "make its directory, writable for this user",
    "disk I/O": "look for errors of the disk in dmesg",
    "not a database": "name another file: this one is no SQLite database",
    "malformed": "restore the database from a backup (`netipl db restore`)",
    "locked": "end the program that holds the database open for writing",
}
"""What helps, by words of the error."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",  # milliseconds; a checkpoint by a reader who closes is short
)
_LONGEST = 4096  # bytes of a lock file that are read
_READING: Final = "netipl_reading"


def prepare(engine: Engine) -> None:
    """Give every connection of `engine` these pragmas, and transactions that hold table changes too."""
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)


def _connected(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would commit before CREATE TABLE: BEGIN is ours
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class FileClaims:
    """The right to write to the database at `path`: all networks at once, since a file has one daemon."""

    def __init__(self, path: Path | None) -> None:
        """None for a database in memory, which nobody else can open."""
        self._path = path
        self._lock: Lock | None = None

    def connect(self, engine: Engine) -> Connection:
        """A connection that may write, to the newest schema. Raises UnavailableError and RefusedError."""
        if self._path is None or self._lock is not None:
            return engine.connect()
        self._lock = Lock(self._path)
        try:
            with engine.begin() as connection:
                schema.upgrade(connection)
            return engine.connect()
        except BaseException:
            self.close()
            raise

    def take(self, connection: Connection, network: str) -> None:
        """Nothing: whoever has the file has its networks."""

    def give(self, connection: Connection, network: str) -> None:
        """Nothing."""

    @contextmanager
    def alone(self, engine: Engine) -> Iterator[Connection]:
        """A transaction while no daemon has the file. Raises UnavailableError."""
        assert self._path is not None  # nobody asks for that in memory
        lock = Lock(self._path)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            lock.close()

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """One state of the database, while a daemon goes on to write. Raises UnavailableError where there is none."""
        if self._path is not None and not self._path.exists():
            raise UnavailableError(f"{self._path}: there is no database", remedy="name it by --config or --database")
        with engine.connect().execution_options(**{_READING: True}) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let others have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class Lock:
    """The right to write to the database at `path`, held until closed or until the process ends, however it does."""

    def __init__(self, path: Path) -> None:
        """Raises UnavailableError when another process has it, or when its file cannot be made."""
        place = path.resolve().with_name(f"{path.name}-lock")
        self._descriptor = _opened(place)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _decoded(os.pread(self._descriptor, _LONGEST, 0))
            os.close(self._descriptor)
            raise taken(str(path), holder) from None
        with suppress(OSError):  # a full disk: the database says so, with its remedy
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, _encoded(Holder.here()), 0)
        with suppress(OSError):  # the database says why it cannot be made
            os.close(_made(path, os.O_RDWR, 0o644))

    def close(self) -> None:
        os.close(self._descriptor)


def _opened(place: Path) -> int:
    try:
        return _made(place, os.O_RDWR, 0o600)
    except OSError as error:
        raise UnavailableError(
            f"{place}: {error.strerror}", remedy=f"make the directory {place.parent}, writable for this user"
        ) from error


def _made(place: Path, flags: int, mode: int) -> int:
    """Opened; where root had to make it, it belongs to whom its directory belongs: the daemon is that user."""
    try:
        descriptor = os.open(place, flags | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        return os.open(place, flags | os.O_CREAT | os.O_CLOEXEC, mode)
    directory = place.parent.stat()
    if os.geteuid() == 0 and directory.st_uid != 0:
        os.fchown(descriptor, directory.st_uid, directory.st_gid)
    return descriptor


def _encoded(holder: Holder) -> bytes:
    return json.dumps({"host": holder.host, "pid": holder.pid, "since": holder.since.isoformat()}).encode() + b"\n"


def _decoded(data: bytes) -> Holder | None:
    """None for what no daemon has written whole."""
    try:
        fields = json.loads(data)
        return Holder(host=str(fields["host"]), pid=int(fields["pid"]), since=datetime.fromisoformat(fields["since"]))
    except (ValueError, KeyError, TypeError):
        return None
