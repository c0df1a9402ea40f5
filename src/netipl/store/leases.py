"""Leases as rows."""

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import Connection, Row, select

from netipl.guests.lease import Lease, LeaseState
from netipl.net import Mac
from netipl.store.tables import leases
from netipl.store.unreadable import moment, naming


def read(connection: Connection, networks: Collection[str]) -> Iterator[Lease]:
    """The leases of `networks`, in no order. Raises UnavailableError for a row that is none."""
    return map(lease, connection.execute(select(leases).where(leases.c.network.in_(networks))).all())


def row(lease: Lease) -> dict[str, object]:
    """Of `lease`."""
    return {
        "network": lease.network,
        "address": str(lease.address),
        "mac": str(lease.mac),
        "client_id": lease.client_id,
        "guest": lease.guest,
        "state": lease.state.value,
        "expires": lease.expires,
        "xid": lease.xid,
        "hostname": lease.hostname or None,
    }


def lease(row: Row[Any]) -> Lease:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"the lease of {row.address} in network {row.network}"):
        return Lease(
            network=row.network,
            address=IPv4Address(row.address),
            mac=Mac.parse(row.mac),
            client_id=row.client_id,
            guest=row.guest,
            state=LeaseState(row.state),
            expires=moment(row.expires),
            xid=row.xid,
            hostname=row.hostname or "",
        )
