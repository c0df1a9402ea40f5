"""The leases in the database, for whoever is not the daemon."""

from datetime import datetime

from sqlalchemy import inspect

from netipl.guests.lease import Lease, LeaseState
from netipl.store import leases, schema, tables
from netipl.store.database import Database
from netipl.store.location import file_of


def leased(database: Database, network: str, now: datetime) -> tuple[Lease, ...]:
    """By whom addresses are used or may be asked for again, by address; none where no daemon has made the database yet.

    Raises UnavailableError where it cannot be read, and RefusedError where a newer program has made it.
    """
    path = file_of(database.url)
    if path is not None and not path.exists():
        return ()
    with database.reading() as connection:
        schema.check_known(schema.present(connection))
        if not inspect(connection).has_table(tables.leases.name):
            return ()
        found = [each for each in leases.read(connection, {network}) if each.state is not LeaseState.DECLINED]
    return tuple(sorted((each for each in found if each.expires > now), key=lambda each: each.address))
