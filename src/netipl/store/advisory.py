"""Who has which network of a PostgreSQL database: advisory locks of the very session that writes the leases.

Whoever loses the session loses the right to write with it, so no commit passes without the locks; the server frees
them when the session ends, by whatever end. `use` is shared by all daemons and exclusive to who changes the schema.
Source: PostgreSQL manual, 13.3.5 (advisory locks), 54.12 (pg_locks).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from time import sleep
from typing import Final

from sqlalchemy import Connection, Engine, TextClause, text

from netipl.store import schema
from netipl.store.holder import Holder, taken
from netipl.store.location import shown
from netipl.store.postgresql import NAME

_KEY: Final = "hashtextextended('netipl ' || coalesce(current_schema(), '') || ' ' || :what, 0)"
_TAKE: Final = text(f"SELECT pg_try_advisory_lock({_KEY})")
_GIVE: Final = text(f"SELECT pg_advisory_unlock({_KEY})")
_SHARE: Final = text(f"SELECT pg_try_advisory_lock_shared({_KEY})")
_TAKE_ALONE: Final = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
_WAIT_FOR: Final = text(f"SELECT pg_advisory_xact_lock({_KEY})")
_PATIENCE: Final = text("SET LOCAL lock_timeout = '10s'")
_HOLDER: Final = text(f"""
    SELECT application_name, backend_start
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32 | objid::bigint) = {_KEY}
    ORDER BY backend_start LIMIT 1
""")  # noqa: S608 - made of nothing but constants
_NAMED: Final = re.compile(rf"{NAME} (\d+)@(.*)", re.DOTALL)
_ATTEMPTS, _BETWEEN = 20, 0.05  # seconds
_USE, _UPGRADE, _NETWORK = "use", "upgrade", "network {}"


class SessionClaims:
    """Of one database."""

    def connect(self, engine: Engine) -> Connection:
        """A session that may write, to the newest schema. Raises UnavailableError and RefusedError."""
        connection = engine.connect()
        try:
            with connection.begin():
                _wait_for_upgrades(connection)
                if not schema.is_newest(connection):
                    _take_alone(connection)
                    schema.upgrade(connection)
                _take(connection, _SHARE, _USE, shown(engine.url))
        except BaseException:
            connection.close()
            raise
        return connection

    def take(self, connection: Connection, network: str) -> None:
        """Raises UnavailableError that says who has it."""
        with connection.begin():
            _take(connection, _TAKE, _NETWORK.format(network), f"network {network}")

    def give(self, connection: Connection, network: str) -> None:
        """Let others have it."""
        with connection.begin():
            connection.execute(_GIVE, {"what": _NETWORK.format(network)})

    @contextmanager
    def alone(self, engine: Engine) -> Iterator[Connection]:
        """A transaction while no daemon uses the database. Raises UnavailableError."""
        with engine.begin() as connection:
            _wait_for_upgrades(connection)
            _take_alone(connection)
            yield connection

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """One state of the database, while daemons go on to write."""
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Nothing: the session has ended, and its locks with it."""


def _wait_for_upgrades(connection: Connection) -> None:
    """Until this transaction ends, nobody else changes the schema."""
    connection.execute(_PATIENCE)
    connection.execute(_WAIT_FOR, {"what": _UPGRADE})


def _take_alone(connection: Connection) -> None:
    _take(connection, _TAKE_ALONE, _USE, shown(connection.engine.url))


def _take(connection: Connection, statement: TextClause, what: str, words: str) -> None:
    """A session that was ended a moment ago may still be there."""
    for _ in range(_ATTEMPTS):
        if connection.execute(statement, {"what": what}).scalar():
            return
        sleep(_BETWEEN)
    raise taken(words, _holder(connection, what))


def _holder(connection: Connection, what: str) -> Holder | None:
    row = connection.execute(_HOLDER, {"what": what}).first()
    named = _NAMED.fullmatch(row.application_name or "") if row is not None else None
    if row is None or named is None or row.backend_start is None:
        return None
    return Holder(host=named[2], pid=int(named[1]), since=row.backend_start.astimezone(UTC))
