"""What Foreman has deployed, as rows. Reservations are of their network; configurations and boot files are of none."""

import json
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import Connection, Row, select

from netipl.net import Mac
from netipl.provisioning.foreman.deployed import (
    DEFAULT,
    BootFile,
    Configuration,
    FileState,
    Reservation,
    Variant,
    station,
)
from netipl.store.tables import foreman_configurations, foreman_files, foreman_reservations
from netipl.store.unreadable import naming


def configurations(connection: Connection) -> Iterator[Configuration]:
    """All. Raises UnavailableError for a row that is none."""
    columns = foreman_configurations.c
    found = select(foreman_configurations).order_by(columns.station, columns.variant)
    return map(configuration, connection.execute(found))


def reservations(connection: Connection, networks: Collection[str]) -> Iterator[Reservation]:
    """Those of `networks`. Raises UnavailableError for a row that is none."""
    columns = foreman_reservations.c
    found = select(foreman_reservations).where(columns.network.in_(networks))
    return map(reservation, connection.execute(found.order_by(columns.network, columns.mac)).all())


def boot_files(connection: Connection) -> Iterator[BootFile]:
    """All. Raises UnavailableError for a row that is none."""
    return map(boot_file, connection.execute(select(foreman_files).order_by(foreman_files.c.name)))


def configuration_row(kept: Configuration) -> dict[str, object]:
    return {"station": kept.station, "variant": kept.variant.value, "data": kept.data}


def reservation_row(kept: Reservation) -> dict[str, object]:
    return {
        "network": kept.network,
        "mac": str(kept.mac),
        "address": str(kept.address),
        "name": kept.name,
        "hostname": kept.hostname,
        "options": json.dumps(kept.options, separators=(",", ":")),
    }


def boot_file_row(kept: BootFile) -> dict[str, object]:
    return {
        "name": kept.name,
        "url": kept.url,
        "state": kept.state.value,
        "detail": kept.detail,
        "validator": kept.validator,
    }


def configuration(row: Row[Any]) -> Configuration:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"the {row.variant} configuration of {row.station or 'all others'}"):
        if row.station != DEFAULT and station(row.station) != row.station:
            raise ValueError("it is of no station")
        return Configuration(station=row.station, variant=Variant(row.variant), data=bytes(row.data))


def reservation(row: Row[Any]) -> Reservation:  # Any: as above
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"the reservation of {row.mac} in network {row.network}"):
        return Reservation(
            network=row.network,
            mac=Mac.parse(row.mac),
            address=IPv4Address(row.address),
            name=row.name,
            hostname=row.hostname,
            options=tuple((str(key), str(said)) for key, said in json.loads(row.options)),
        )


def boot_file(row: Row[Any]) -> BootFile:  # Any: as above
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"the boot file {row.name}"):
        return BootFile(
            name=row.name, url=row.url, state=FileState(row.state), detail=row.detail, validator=row.validator
        )
