"""Reads what names a database, and shows it without its secrets.

A path, `sqlite:////var/lib/netipl/netipl.db` and `postgresql://USER:PASSWORD@HOST/NAME` are taken; a query after that
has keywords of libpq. Source: PostgreSQL manual, 34.1.1 (connection strings) and 34.1.2 (keywords).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from netipl.errors import UsageError

_SECRET: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})
"""Keywords of libpq that nobody is shown."""

_DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def parsed(text: str) -> URL:
    """Raises UsageError, which does not repeat what may hold a password."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError(
            "the URL of the database cannot be read", remedy="write a path, sqlite:////PATH or postgresql://HOST/NAME"
        ) from None
    if url.drivername not in _DRIVERS:
        raise UsageError(f"{url.drivername}: no such kind of database", remedy="use SQLite or postgresql://HOST/NAME")
    url = url.set(drivername=_DRIVERS[url.drivername])
    if isinstance(password := url.query.get("password"), str):  # where nothing shows it
        url = url.difference_update_query(["password"]).set(password=password)
    return url


def shown(url: URL) -> str:
    """For people and logs: without driver and password; of a SQLite database its path."""
    if (path := file_of(url)) is not None:
        return str(path)
    return url.difference_update_query(_SECRET).set(drivername=url.get_backend_name()).render_as_string()


def file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None for one in memory or on a server."""
    in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(str(url.database)) if in_file else None
