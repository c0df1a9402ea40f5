"""The guests in the database, for whoever is not the daemon: those added or discovered, and who had a build."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import inspect

from netipl.guests.guest import Guest
from netipl.store import builds, guests, schema, tables
from netipl.store.database import Database
from netipl.store.location import file_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """`built` are names, of guests of the settings too."""

    guests: tuple[Guest, ...] = ()
    built: frozenset[str] = frozenset()


def added(database: Database, networks: Collection[str]) -> Added:
    """Of `networks`; nothing where no daemon has made the database yet.

    Raises UnavailableError where it cannot be read, and RefusedError where a newer program has made it.
    """
    path = file_of(database.url)
    if path is not None and not path.exists():
        return Added()
    with database.reading() as connection:
        schema.check_known(schema.present(connection))
        if not inspect(connection).has_table(tables.guests.name):
            return Added()
        return Added(
            guests=tuple(guests.read(connection, networks)),
            built=frozenset(build.guest for build in builds.newest(connection, networks)),
        )
