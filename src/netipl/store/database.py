"""Opens the database that a URL names: the one place that tells SQLite from the others, and says what ails a database.

A path alone, `sqlite:////var/lib/netipl/netipl.db` and `postgresql+psycopg://...` are taken.
"""

from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from netipl.errors import NetiplError, UnavailableError, UsageError
from netipl.store import schema, sqlite

_REMEDIES = {
    "full": "make room on its file system (df shows how full it is)",
    "readonly": "make it writable: mount, owner and mode of the file and of its directory",
    "unable to open": "make its directory, writable for this user",
    "disk I/O": "look for errors of the disk in dmesg",
    "not a database": "name another file: this one is no SQLite database",
    "malformed": "restore the database from a copy",
    "locked": "end the program that holds the database open for writing",
}


class Database:
    """One open database, brought to this program's schema, and the lock that keeps other daemons out of it."""

    def __init__(self, url: str) -> None:
        """Raises UsageError for the URL, UnavailableError for the database, RefusedError for a newer one."""
        self.url = _parsed(url)
        self._lock = sqlite.Lock(path) if (path := _path(self.url)) else None
        try:
            self.engine = _engine(self.url)
            with self.engine.begin() as connection:
                schema.upgrade(connection)
        except BaseException as error:
            self._unlock()
            if isinstance(error, DBAPIError):
                raise self.explained(error) from error
            raise

    def explained(self, error: DBAPIError) -> NetiplError:
        """`error` with the remedy for its cause."""
        text = str(error.orig)
        remedies = (remedy for words, remedy in _REMEDIES.items() if words in text)
        return UnavailableError(f"{self.url.render_as_string()}: {text}", remedy=next(remedies, ""))

    def close(self) -> None:
        self.engine.dispose()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock:
            self._lock.close()


def _parsed(url: str) -> URL:
    try:
        return make_url(url) if "://" in url else URL.create("sqlite", database=url)
    except ArgumentError as error:
        raise UsageError(f"{url!r} names no database", remedy="write a path, or sqlite:////PATH") from error


def _path(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory or on a server."""
    in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(str(url.database)) if in_file else None


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, poolclass=NullPool)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(f"{url.drivername}: {error}", remedy="use SQLite, or install that driver") from error
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
    return engine
