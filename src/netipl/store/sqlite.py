"""How a SQLite database is opened: durable commits, and one daemon alone.

journal_mode=WAL with synchronous=FULL, since one commit is then one fdatasync of the log, before COMMIT returns; a
rollback journal needs three or four and FULL does not cover its directory. NORMAL would leave commits to the next
checkpoint. Readers, `sqlite3` by hand too, go on beside the writer, so the other daemons are kept out by a lock file
and not by locking_mode=EXCLUSIVE. Sources: sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous.
"""

import fcntl
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from netipl.errors import UnavailableError

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",  # milliseconds; a checkpoint by a reader who closes is short
)


def prepare(engine: Engine) -> None:
    """Give every connection of `engine` these pragmas, and transactions that hold table changes too."""
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)


def _connected(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would commit before CREATE TABLE: BEGIN is ours
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Lock:
    """The right to write to the database at `path`, held until closed or until the process ends, however it does."""

    def __init__(self, path: Path) -> None:
        """Raises UnavailableError when another process has it, or when its file cannot be made."""
        place = path.resolve().with_name(f"{path.name}-lock")
        try:
            self._descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UnavailableError(
                f"{place}: {error.strerror}", remedy=f"make the directory {place.parent}, writable for this user"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise UnavailableError(
                f"another netipl (process {owner or 'unknown'}) uses {path}",
                remedy=f"end it (ps {owner}), or name another database",
            ) from None
        with suppress(OSError):  # a full disk: the database says so, with its remedy
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        os.close(self._descriptor)
