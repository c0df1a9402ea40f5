"""Boots as rows, without their plans: those are made again from what the settings and the files say."""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select

from netipl.firmware.rules import RuleId
from netipl.net import Mac
from netipl.provisioning.boots import MOST, Boot, BootState
from netipl.provisioning.history import BootQuery
from netipl.provisioning.plan import Purpose
from netipl.store.merging import merged
from netipl.store.tables import boots
from netipl.store.unreadable import moment, naming

_HERE = boots.c.network == bindparam("of")
_LAST = select(boots.c.mac, func.max(boots.c.began).label("began")).where(_HERE).group_by(boots.c.mac).subquery()
_NEWEST = (
    select(boots)
    .join(_LAST, and_(boots.c.mac == _LAST.c.mac, boots.c.began == _LAST.c.began))
    .where(_HERE)
    .order_by(boots.c.began.desc(), boots.c.id.desc())
    .limit(MOST)
)


def newest(connection: Connection, networks: Collection[str]) -> Sequence[Boot]:
    """Of each MAC seen in `networks`, the oldest first; no more than a daemon keeps in memory.

    Raises UnavailableError for a row that is none.
    """
    found = merged(connection, _NEWEST, networks, key=attrgetter("began", "id"), reverse=True)
    by_mac: dict[str, Boot] = {}
    for row in found:
        if row.mac not in by_mac:
            by_mac[row.mac] = boot(row)
        if len(by_mac) == MOST:
            break
    return [*reversed(by_mac.values())]


def page(connection: Connection, networks: Collection[str], query: BootQuery) -> Sequence[Boot]:
    """The newest first. Raises UnavailableError."""
    wanted = select(boots).where(_HERE)
    if query.guest is not None:
        wanted = wanted.where(boots.c.guest == query.guest)
    if query.before is not None:
        wanted = wanted.where(boots.c.began < query.before)
    wanted = wanted.order_by(boots.c.began.desc(), boots.c.id.desc()).limit(query.limit)
    found = merged(connection, wanted, networks, key=attrgetter("began", "id"), reverse=True)
    return [boot(row) for _, row in zip(range(query.limit), found, strict=False)]


def row(boot: Boot) -> dict[str, object]:
    """Of `boot`."""
    return {
        "network": boot.network,
        "id": boot.id,
        "mac": str(boot.mac),
        "xid": boot.xid,
        "began": boot.began,
        "guest": boot.guest,
        "state": boot.state.value,
        "since": boot.since,
        "address": None if boot.address is None else str(boot.address),
        "purpose": boot.purpose,
        "build": boot.build,
        "rule": boot.rule,
        "cause": boot.cause,
    }


def boot(row: Row[Any]) -> Boot:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"boot {row.id} in network {row.network}"):
        return Boot(
            mac=Mac.parse(row.mac),
            xid=int(row.xid),
            began=moment(row.began),
            network=row.network,
            guest=row.guest,
            state=BootState(row.state),
            since=None if row.since is None else moment(row.since),
            address=None if row.address is None else IPv4Address(row.address),
            purpose=None if row.purpose is None else Purpose(row.purpose),
            build=row.build,
            rule=None if row.rule is None else RuleId(row.rule),
            cause=row.cause,
        )
