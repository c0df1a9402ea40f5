"""Opens the database that a URL names: the one place that tells SQLite from PostgreSQL, and says what ails one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from netipl.errors import NetiplError, UnavailableError, UsageError
from netipl.store import postgresql, sqlite
from netipl.store.advisory import SessionClaims
from netipl.store.location import file_of, parsed, shown

_REMEDIES = {"sqlite": sqlite.REMEDIES, "postgresql": postgresql.REMEDIES}


class Claims(Protocol):
    """The rights to a database and to networks in it, for as long as they are held."""

    def connect(self, engine: Engine) -> Connection: ...

    def take(self, connection: Connection, network: str) -> None: ...

    def give(self, connection: Connection, network: str) -> None: ...

    def alone(self, engine: Engine) -> AbstractContextManager[Connection]: ...

    def reading(self, engine: Engine) -> AbstractContextManager[Connection]: ...

    def close(self) -> None: ...


class Database:
    """A database, whether or not it is there: nothing is opened before a connection is asked for."""

    def __init__(self, url: str) -> None:
        """Raises UsageError."""
        self.url = parsed(url)
        self.name = shown(self.url)
        self.engine = _engine(self.url)
        self.claims: Claims = (
            sqlite.FileClaims(file_of(self.url)) if self.engine.dialect.name == "sqlite" else SessionClaims()
        )

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction while no daemon has the database. Raises UnavailableError that says who has."""
        with self.explaining(), self.claims.alone(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the database, which daemons may go on to write to. Raises UnavailableError."""
        with self.explaining(), self.claims.reading(self.engine) as connection:
            yield connection

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """What the database raises becomes UnavailableError."""
        try:
            yield
        except SQLAlchemyError as error:
            raise self.explained(error) from error

    def explained(self, error: SQLAlchemyError) -> NetiplError:
        """`error` with the remedy for its cause."""
        text = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        remedies = (remedy for words, remedy in _REMEDIES[self.engine.dialect.name].items() if words in text)
        return UnavailableError(f"{self.name}: {text}", remedy=next(remedies, ""))

    def close(self) -> None:
        self.engine.dispose()
        self.claims.close()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=NullPool)
        sqlite.prepare(engine)
        return engine
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=postgresql.arguments(url))
    except ImportError as error:
        remedy = "pip install 'netipl[postgresql]'; where that has no libpq: apt-get install libpq5"
        raise UsageError(f"PostgreSQL: {error}", remedy=remedy) from error
    postgresql.prepare(engine)
    return engine
