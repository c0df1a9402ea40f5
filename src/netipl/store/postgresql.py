"""How a PostgreSQL database is opened: durable commits, and a connection that ends when the other side is gone.

Either side notices within half a minute: keepalives while it waits, TCP_USER_TIMEOUT while it sends. The server is
told the same, since its session holds the networks (`advisory`). What the URL says goes before what stands here.
Sources: PostgreSQL manual, 20.3.2 (tcp_keepalives_idle and those after it), 20.5.1 (synchronous_commit), 34.1.2.
"""

import os
import socket
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

NAME: Final = "netipl"
"""What the names of our sessions begin with: `netipl PID@HOST`, as pg_stat_activity shows them."""

REMEDIES: Final[Mapping[str, str]] = {
    "password": "correct the password: in the URL, in the file of PGPASSFILE, or in PGPASSWORD",
    "pg_hba.conf": "let pg_hba.conf of the server admit this host, user and database",
    "does not exist": "make it (createuser, createdb), or correct the URL",
    "Permission denied": "let this user enter the directory of the socket, or connect by TCP",
    "permission denied": "give this user the rights: ALTER DATABASE NAME OWNER TO USER",
    "read-only": "name the primary server: this one is a standby",
    "lock timeout": "wait until the upgrade or the restore of this database has ended",
    "No space left": "make room on the disk of the server",
    "too many": "raise max_connections of the server",
    "remaining connection slots": "raise max_connections of the server",
    "": "see whether the server runs and can be reached; netipl connects again by itself",
}
"""What helps, by words of the error."""

_DEFAULTS: Final[Mapping[str, str | int]] = {
    "client_encoding": "utf8",  # in a database of SQL_ASCII text would else come as bytes
    "connect_timeout": 10,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}
_OF_THE_SERVER: Final = {
    "tcp_keepalives_idle": "keepalives_idle",
    "tcp_keepalives_interval": "keepalives_interval",
    "tcp_keepalives_count": "keepalives_count",
    "tcp_user_timeout": "tcp_user_timeout",
}
_LONGEST_NAME = 63  # bytes (NAMEDATALEN - 1)
_SYNCHRONOUS = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


def arguments(url: URL) -> dict[str, str | int]:
    """Of libpq, beside those in `url`."""
    name = f"{NAME} {os.getpid()}@{socket.gethostname()}"
    wanted: dict[str, str | int] = {
        **_DEFAULTS,
        "application_name": name.encode()[:_LONGEST_NAME].decode("utf-8", "ignore"),
    }
    return {keyword: value for keyword, value in wanted.items() if keyword not in url.query}


def prepare(engine: Engine) -> None:
    """Give every session of `engine` what it must have."""
    limits = {**_DEFAULTS, **engine.url.query}

    def connected(connection: Any, _record: ConnectionPoolEntry) -> None:  # Any: psycopg is an extra
        connection.execute(_SYNCHRONOUS)
        for setting, keyword in _OF_THE_SERVER.items():
            connection.execute("SELECT set_config(%s, %s, false)", (setting, str(limits[keyword])))
        connection.commit()

    event.listen(engine, "connect", connected)
