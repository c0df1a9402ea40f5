"""Leases as rows: reads all of them, and writes a group of changes with one statement for each kind."""

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from netipl.errors import NetiplError, UnavailableError
from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.provisioning.changes import LeaseForgotten, LeaseSet
from netipl.store.tables import leases
from netipl.store.upsert import upsert
from netipl.wire import printable

_FORGET = delete(leases).where(leases.c.network == bindparam("of_network"), leases.c.address == bindparam("of_address"))


def read(connection: Connection, networks: Collection[str]) -> Iterator[Lease]:
    """The leases of `networks`, in no order. Raises UnavailableError for a row that is none."""
    return map(lease, connection.execute(select(leases).where(leases.c.network.in_(networks))))


def write(connection: Connection, changes: Iterable[LeaseSet | LeaseForgotten]) -> None:
    """Apply `changes`, given in the order in which they were made: only the last of each address is written."""
    last = {_key(change): change for change in changes}
    kept = [_row(change.lease) for change in last.values() if isinstance(change, LeaseSet)]
    forgotten = [
        {"of_network": change.network, "of_address": str(change.address)}
        for change in last.values()
        if isinstance(change, LeaseForgotten)
    ]
    if kept:
        connection.execute(upsert(leases, connection.dialect), kept)
    if forgotten:
        connection.execute(_FORGET, forgotten)


def _key(change: LeaseSet | LeaseForgotten) -> tuple[str, IPv4Address]:
    of = change.lease if isinstance(change, LeaseSet) else change
    return of.network, of.address


def _row(lease: Lease) -> dict[str, object]:
    return {
        "network": lease.network,
        "address": str(lease.address),
        "mac": str(lease.mac),
        "client_id": lease.client_id,
        "guest": lease.guest,
        "state": lease.state.value,
        "expires": lease.expires,
        "xid": lease.xid,
    }


def lease(row: Row[Any]) -> Lease:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    try:
        return Lease(
            network=row.network,
            address=IPv4Address(row.address),
            mac=Mac.parse(row.mac),
            client_id=row.client_id,
            guest=row.guest,
            state=LeaseState(row.state),
            expires=row.expires,
            xid=row.xid,
        )
    except (ValueError, NetiplError) as error:
        what = f"the lease of {row.address} in network {row.network} cannot be read: {error}"
        remedy = "`netipl db check` names all such; correct or delete it"
        raise UnavailableError(printable(what), remedy=remedy) from None
