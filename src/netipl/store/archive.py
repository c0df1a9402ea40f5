"""Questions about what was: builds, boots and events. Each uses a connection of its own, beside the journal."""

from collections.abc import Callable, Collection, Sequence

from netipl.guests.build import Build
from netipl.provisioning.boots import Boot
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.timeline import Event
from netipl.store import boots, builds, events
from netipl.store.database import Database


class Archive:
    """Of `database`, as far as it is of our `networks` now: others are another daemon's, whose events have other
    numbers. Everything here raises UnavailableError, and may be called from any thread.
    """

    def __init__(self, database: Database, networks: Callable[[], Collection[str]]) -> None:
        self._database = database
        self._networks = networks

    def builds(self, guest: str | None, limit: int) -> Sequence[Build]:
        """The newest first."""
        with self._database.reading() as connection:
            return builds.page(connection, self._networks(), guest, limit)

    def boots(self, query: BootQuery) -> Sequence[Boot]:
        """The newest first."""
        with self._database.reading() as connection:
            return boots.page(connection, self._networks(), query)

    def events(self, query: EventQuery) -> Sequence[Event]:
        """In the order of their numbers, or the newest first."""
        with self._database.reading() as connection:
            return events.page(connection, self._networks(), query)
