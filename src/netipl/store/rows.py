"""All changes of the inventory as rows, each kind in its own table, and all that a daemon reads when it begins."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from netipl.provisioning.changes import Change, LeaseForgotten, LeaseSet
from netipl.provisioning.inventory import Stored
from netipl.store import leases


def write(connection: Connection, changes: Iterable[Change]) -> None:
    """Apply `changes`, given in the order in which they were made."""
    leases.write(connection, (change for change in changes if isinstance(change, LeaseSet | LeaseForgotten)))


def read(connection: Connection, networks: Collection[str]) -> Stored:
    """What there is of `networks`. Raises UnavailableError for a row that is none."""
    return Stored(leases=tuple(leases.read(connection, networks)))
