"""Events as rows, and the pages of a timeline: by number, never by counting rows."""

import json
from collections.abc import Collection, Sequence
from ipaddress import IPv4Address
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select

from netipl.net import Mac
from netipl.provisioning.history import EventQuery
from netipl.provisioning.timeline import Deed, Event, Seen
from netipl.store.merging import merged
from netipl.store.tables import events
from netipl.store.unreadable import moment, naming

NOWHERE: Final = ""
"""The network of events that are of no network: they are everybody's."""

_HERE = events.c.network == bindparam("of")
_NEWEST = select(func.max(events.c.number)).where(_HERE)
_WHAT: Final = {each.value: each for each in (*Seen, *Deed)}


def newest_number(connection: Connection, networks: Collection[str]) -> int:
    """Of all events that a daemon of `networks` has to do with; 0 where there are none."""
    found = (connection.scalar(_NEWEST, {"of": network}) for network in {*networks, NOWHERE})
    return max((number for number in found if number is not None), default=0)


def page(connection: Connection, networks: Collection[str], query: EventQuery) -> Sequence[Event]:
    """Of `networks` and of none. Raises UnavailableError."""
    wanted = select(events).where(_HERE, events.c.number > query.after)
    if query.before is not None:
        wanted = wanted.where(events.c.number < query.before)
    for column in ("guest", "boot", "build"):
        if (value := getattr(query, column)) is not None:
            wanted = wanted.where(events.c[column] == value)
    order = events.c.number.desc() if query.newest_first else events.c.number
    wanted = wanted.order_by(order).limit(query.limit)
    found = merged(
        connection, wanted, {*networks, NOWHERE}, key=attrgetter("number", "network"), reverse=query.newest_first
    )
    return [event(row) for _, row in zip(range(query.limit), found, strict=False)]


def row(event: Event) -> dict[str, object]:
    """Of `event`, which has its number."""
    return {
        "network": event.network,
        "number": event.number,
        "at": event.at,
        "what": event.what.value,
        "guest": event.guest,
        "boot": event.boot,
        "build": event.build,
        "mac": None if event.mac is None else str(event.mac),
        "address": None if event.address is None else str(event.address),
        "by": event.by,
        "detail": json.dumps(dict(event.detail), separators=(",", ":")),
    }


def event(row: Row[Any]) -> Event:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"event {row.number} in network {row.network}"):
        if row.what not in _WHAT:
            raise ValueError(f"{row.what!r} is nothing that happens")
        return Event(
            at=moment(row.at),
            what=_WHAT[row.what],
            network=row.network,
            guest=row.guest,
            boot=row.boot,
            build=row.build,
            mac=None if row.mac is None else Mac.parse(row.mac),
            address=None if row.address is None else IPv4Address(row.address),
            by=row.by,
            detail=_detail(row.detail),
            number=row.number,
        )


def _detail(text: str) -> dict[str, str | int | float]:
    detail = json.loads(text)
    if not isinstance(detail, dict) or not all(isinstance(each, str | int | float) for each in detail.values()):
        raise ValueError("its detail is no object of text and numbers")
    return detail
