"""What can be asked about what was: events and boots, page by page."""

from datetime import datetime

from netipl.values import value


@value(kw_only=True)
class EventQuery:
    """Which events: of a guest, a boot, a build; those with numbers after `after`; `newest` first or last."""

    guest: str | None = None
    boot: str | None = None
    build: str | None = None
    after: int = 0
    before: int | None = None
    limit: int = 100
    newest_first: bool = False


@value(kw_only=True)
class BootQuery:
    """Which boots: of a guest, begun before a time; the newest first."""

    guest: str | None = None
    before: datetime | None = None
    limit: int = 100
