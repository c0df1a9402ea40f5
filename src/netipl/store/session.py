"""The one connection by which a daemon writes, and the networks that it holds.

A connection that failed is forgotten; the next one holds the same networks, or there is none. Which right keeps others
out is the database's (`sqlite`, `advisory`).
"""

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from netipl.errors import NetiplError
from netipl.store.database import Database

_log = structlog.get_logger(__name__)


class Session:
    """Used by one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self.networks: frozenset[str] = frozenset()

    def connected(self) -> Connection:
        """Raises UnavailableError when another daemon has a network of ours by now, RefusedError for a newer schema."""
        if self._connection is None:
            claims = self._database.claims
            connection = claims.connect(self._database.engine)
            try:
                for network in sorted(self.networks):
                    claims.take(connection, network)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def hold(self, networks: frozenset[str]) -> frozenset[str]:
        """Hold these and no others; those that were not held before. Raises UnavailableError: then all stays."""
        connection, claims = self.connected(), self._database.claims
        new = networks - self.networks
        done = []
        try:
            for network in sorted(new):
                claims.take(connection, network)
                done.append(network)
        except NetiplError:
            for network in done:
                claims.give(connection, network)
            raise
        for network in self.networks - networks:
            claims.give(connection, network)
        self.networks = networks
        return new

    def forget(self) -> None:
        """Drop a connection that failed: the next one begins with the database as it is on disk."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError as failure:
                _log.warning("a broken connection to the database did not close", error=str(failure))
