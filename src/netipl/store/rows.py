"""All changes of the inventory as rows, each kind in its own table, and all that a daemon reads when it begins."""

from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import Connection, Delete, Dialect, Insert, Table, bindparam, delete, insert

from netipl.guests.guest import Origin
from netipl.provisioning.changes import (
    BootFileForgotten,
    BootFileSet,
    BootSet,
    BuildSet,
    Change,
    ConfigurationForgotten,
    ConfigurationSet,
    CredentialForgotten,
    CredentialSet,
    GuestForgotten,
    GuestSet,
    Happened,
    LeaseForgotten,
    LeaseSet,
    OfForeman,
    ProfileForgotten,
    ProfileSet,
    ReservationForgotten,
    ReservationSet,
)
from netipl.provisioning.inventory import Stored
from netipl.store import boots, builds, credentials, deployed, events, guests, leases, profiles, tables
from netipl.store.upsert import upsert

Row = dict[str, object]


def write(connection: Connection, changes: Iterable[Change]) -> None:
    """Apply `changes`, given in the order in which they were made: of each row only the last; every event."""
    last: dict[object, tuple[Table, Row, bool]] = {}
    for number, change in enumerate(changes):
        table, row, stays = _wanted(change)
        key = number if table is tables.events else (table.name, *(row[column] for column in _keys(table)))
        last[key] = table, row, stays
    groups: dict[tuple[Table, bool], list[Row]] = {}
    for table, row, stays in last.values():
        groups.setdefault((table, stays), []).append(row if stays else {_of(key): row[key] for key in _keys(table)})
    for (table, stays), group in groups.items():
        connection.execute(_set(table, connection.dialect) if stays else _forget(table), group)


def read(connection: Connection, networks: Collection[str]) -> Stored:
    """What there is of `networks`. Raises UnavailableError for a row that is none."""
    return Stored(
        leases=tuple(leases.read(connection, networks)),
        guests=tuple(guests.read(connection, networks)),
        builds=tuple(builds.newest(connection, networks)),
        boots=tuple(boots.newest(connection, networks)),
        tokens=tuple(credentials.read(connection)),
        profiles=tuple(profiles.read(connection)),
        configurations=tuple(deployed.configurations(connection)),
        reservations=tuple(deployed.reservations(connection, networks)),
        boot_files=tuple(deployed.boot_files(connection)),
        number=events.newest_number(connection, networks),
    )


def _wanted(change: Change) -> tuple[Table, Row, bool]:
    """A table, and the row that is to be there, or, if that is to go, what tells it from others."""
    match change:
        case LeaseSet(lease=lease):
            return tables.leases, leases.row(lease), True
        case LeaseForgotten(network=network, address=address):
            return tables.leases, {"network": network, "address": str(address)}, False
        case GuestSet(guest=guest):
            return tables.guests, guests.row(guest), guest.origin is not Origin.SETTINGS
        case GuestForgotten(network=network, name=name):
            return tables.guests, {"network": network, "name": name}, False
        case BuildSet(build=build):
            return tables.builds, builds.row(build), True
        case BootSet(boot=boot):
            return tables.boots, boots.row(boot), True
        case Happened(event=event):
            return tables.events, events.row(event), True
        case CredentialSet() | CredentialForgotten() | ProfileSet() | ProfileForgotten():
            return _of_no_network(change)
        case _:
            return _of_foreman(change)


def _of_no_network(
    change: CredentialSet | CredentialForgotten | ProfileSet | ProfileForgotten,
) -> tuple[Table, Row, bool]:
    match change:
        case CredentialSet(token=token):
            return tables.api_tokens, credentials.row(token), True
        case CredentialForgotten(name=name):
            return tables.api_tokens, {"name": name}, False
        case ProfileSet(profile=profile):
            return tables.profiles, profiles.row(profile), True
        case ProfileForgotten(name=name):
            return tables.profiles, {"name": name}, False


def _of_foreman(change: OfForeman) -> tuple[Table, Row, bool]:
    match change:
        case ConfigurationSet(configuration=configuration):
            return tables.foreman_configurations, deployed.configuration_row(configuration), True
        case ConfigurationForgotten(station=station, variant=variant):
            return tables.foreman_configurations, {"station": station, "variant": variant.value}, False
        case ReservationSet(reservation=reservation):
            return tables.foreman_reservations, deployed.reservation_row(reservation), True
        case ReservationForgotten(network=network, mac=mac):
            return tables.foreman_reservations, {"network": network, "mac": str(mac)}, False
        case BootFileSet(file=file):
            return tables.foreman_files, deployed.boot_file_row(file), True
        case BootFileForgotten(name=name):
            return tables.foreman_files, {"name": name}, False


def _set(table: Table, dialect: Dialect) -> Insert:
    """An event is never replaced: that two have one number fails the commit."""
    return _insert(table) if table is tables.events else upsert(table, dialect)


@cache  # making a statement costs SQLAlchemy more than running it
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _forget(table: Table) -> Delete:
    return delete(table).where(*(table.c[key] == bindparam(_of(key)) for key in _keys(table)))


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _of(key: str) -> str:
    return f"of_{key}"
