"""Questions about what was: builds, boots and events. Each uses a connection of its own, beside the journal."""

from collections.abc import Sequence

from netipl.guests.build import Build
from netipl.provisioning.boots import Boot
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.timeline import Event
from netipl.store.database import Database


class Archive:
    """Of `database`. Everything here raises UnavailableError, and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def builds(self, guest: str | None, limit: int) -> Sequence[Build]:
        """The newest first."""
        raise NotImplementedError

    def boots(self, query: BootQuery) -> Sequence[Boot]:
        """The newest first."""
        raise NotImplementedError

    def events(self, query: EventQuery) -> Sequence[Event]:
        raise NotImplementedError
