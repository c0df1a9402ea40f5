"""Profiles that were added, as rows: each its document. They are of no network. Those of the settings have none."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from netipl.guests import profile_document
from netipl.guests.profile import Profile
from netipl.store.tables import profiles
from netipl.store.unreadable import naming


def read(connection: Connection) -> Iterator[Profile]:
    """All, by name. Raises UnavailableError for a row that is none."""
    return map(profile, connection.execute(select(profiles).order_by(profiles.c.name)))


def row(profile: Profile) -> dict[str, object]:
    """Of `profile`."""
    document = json.dumps(profile_document.document(profile), separators=(",", ":"))
    return {"name": profile.name, "document": document}


def profile(row: Row[Any]) -> Profile:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"profile {row.name}"):
        kept = json.loads(row.document)
        if not isinstance(kept, dict) or kept.get("name") != row.name:
            raise ValueError("its document is that of another")
        return profile_document.profile(kept)
