"""Builds as rows."""

from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select

from netipl.guests.build import Build, BuildState
from netipl.store.merging import merged
from netipl.store.tables import builds
from netipl.store.unreadable import moment, naming

_HERE = builds.c.network == bindparam("of")
_LAST = select(builds.c.guest, func.max(builds.c.asked).label("asked")).where(_HERE).group_by(builds.c.guest).subquery()
_NEWEST = (
    select(builds)
    .join(_LAST, and_(builds.c.guest == _LAST.c.guest, builds.c.asked == _LAST.c.asked))
    .where(_HERE)
    .order_by(builds.c.id)
)


def newest(connection: Connection, networks: Collection[str]) -> Iterator[Build]:
    """Of each guest of `networks`. Raises UnavailableError for a row that is none."""
    for network in sorted(networks):
        yield from map(build, connection.execute(_NEWEST, {"of": network}).all())


def page(connection: Connection, networks: Collection[str], guest: str | None, limit: int) -> Sequence[Build]:
    """Of one guest or of all, the newest first. Raises UnavailableError."""
    query = select(builds).where(_HERE)
    if guest is not None:
        query = query.where(builds.c.guest == guest)
    query = query.order_by(builds.c.asked.desc(), builds.c.id.desc()).limit(limit)
    found = merged(connection, query, networks, key=attrgetter("asked", "id"), reverse=True)
    return [build(row) for _, row in zip(range(limit), found, strict=False)]


def row(build: Build) -> dict[str, object]:
    """Of `build`."""
    return {
        "network": build.network,
        "id": build.id,
        "guest": build.guest,
        "profile": build.profile,
        "asked": build.asked,
        "by": build.by,
        "expires": build.expires,
        "attempts": build.attempts,
        "state": build.state.value,
        "boot": build.boot,
        "ended": build.ended,
        "cause": build.cause,
        "remedy": build.remedy,
    }


def build(row: Row[Any]) -> Build:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"build {row.id} in network {row.network}"):
        return Build(
            id=row.id,
            guest=row.guest,
            network=row.network,
            profile=row.profile,
            asked=moment(row.asked),
            by=row.by,
            expires=moment(row.expires),
            attempts=int(row.attempts),
            state=BuildState(row.state),
            boot=row.boot,
            ended=None if row.ended is None else moment(row.ended),
            cause=row.cause,
            remedy=row.remedy,
        )
