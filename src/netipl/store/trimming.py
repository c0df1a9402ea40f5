"""Lets go of what is old: boots, and what was observed. Who changed what stays, and so do builds.

Done in steps, each a short transaction, between which others are served. Events are told old by their numbers, which
are microseconds since 1970 of when they were journalled.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, select

from netipl.store.tables import boots, events

STEP: Final = 500
"""Rows that one transaction looks at."""

_OLD_BOOTS = (
    select(boots.c.id)
    .where(boots.c.network == bindparam("of"), boots.c.began < bindparam("before"))
    .order_by(boots.c.began)
    .limit(STEP)
)
_FORGET_BOOTS = delete(boots).where(boots.c.network == bindparam("of"), boots.c.id.in_(_OLD_BOOTS))
_OLD_EVENTS = (
    select(events.c.number)
    .where(
        events.c.network == bindparam("of"),
        events.c.number > bindparam("after"),
        events.c.number < bindparam("before"),
    )
    .order_by(events.c.number)
    .limit(STEP)
    .subquery()
)
_LAST_OLD_EVENT = select(func.max(_OLD_EVENTS.c.number))
_FORGET_EVENTS = delete(events).where(
    events.c.network == bindparam("of"),
    events.c.number > bindparam("after"),
    events.c.number <= bindparam("last"),
    events.c.by == "",
)


class Trimming:
    """Of all that is older than `before`."""

    def __init__(self, before: datetime) -> None:
        self._before = before
        self._number = int(before.timestamp() * 1_000_000)
        self._passed: dict[str, int] = {}
        """Up to which number the events of a network have been looked at: some stay."""
        self.removed = 0
        """Rows so far."""

    def step(self, connection: Connection, networks: Collection[str]) -> bool:
        """One transaction's part of it; whether there may be more."""
        return any(self._boots(connection, network) or self._events(connection, network) for network in networks)

    def _boots(self, connection: Connection, network: str) -> bool:
        gone = connection.execute(_FORGET_BOOTS, {"of": network, "before": self._before}).rowcount
        self.removed += gone
        return gone > 0

    def _events(self, connection: Connection, network: str) -> bool:
        after = self._passed.get(network, 0)
        last = connection.scalar(_LAST_OLD_EVENT, {"of": network, "after": after, "before": self._number})
        if last is None:
            return False
        self._passed[network] = last
        self.removed += connection.execute(_FORGET_EVENTS, {"of": network, "after": after, "last": last}).rowcount
        return True
