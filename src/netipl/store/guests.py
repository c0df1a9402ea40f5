"""Guests that were added or discovered, as rows: each its document. Those of the settings are never here."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from netipl.guests import document
from netipl.guests.guest import Guest, Origin
from netipl.store.tables import guests
from netipl.store.unreadable import naming


def read(connection: Connection, networks: Collection[str]) -> Iterator[Guest]:
    """The guests of `networks`, by name. Raises UnavailableError for a row that is none."""
    found = connection.execute(select(guests).where(guests.c.network.in_(networks)).order_by(guests.c.name))
    return map(guest, found.all())


def row(guest: Guest) -> dict[str, object]:
    """Of `guest`, which has a network."""
    return {
        "network": guest.network,
        "name": guest.name,
        "origin": guest.origin.value,
        "document": json.dumps(document.document(guest), separators=(",", ":")),
    }


def guest(row: Row[Any]) -> Guest:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"guest {row.name} in network {row.network}"):
        kept = json.loads(row.document)
        if not isinstance(kept, dict) or (kept.get("network"), kept.get("name")) != (row.network, row.name):
            raise ValueError("its document is that of another")
        origin = Origin(row.origin)
        if origin is Origin.SETTINGS:
            raise ValueError("guests of the settings have no row")
        return document.guest(kept, origin=origin)
