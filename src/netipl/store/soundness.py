"""Whether a database is what it should be: its file or its server, its tables, and what the rows say together."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Generic, TypeVar

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Row, Table, select

from netipl.errors import NetiplError, UsageError
from netipl.provisioning.identity import Guests
from netipl.store import boots, builds, credentials, deployed, events, guests, leases, profiles, schema, tables
from netipl.wire import printable

_Kind = TypeVar("_Kind")
_AT_ONCE: Final = 1000  # rows

Check = Callable[[Connection], Iterator[str]]


def problems(connection: Connection) -> list[str]:
    """All that is wrong, in words. Reads every row."""
    found = [problem for check in _STORAGE[connection.dialect.name] for problem in check(connection)]
    wrong_schema = [*_schema(connection)]
    found += wrong_schema or [problem for check in _ROWS for problem in check(connection)]
    return found


def _sqlite_file(connection: Connection) -> Iterator[str]:
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield f"the file is damaged: {line}"
    for table, row, other, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to a row of {other} that is not there"


def _postgresql_server(connection: Connection) -> Iterator[str]:
    for setting in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {setting}").scalar() == "off":
            yield f"the server has {setting} = off: when its machine crashes, leases that were acknowledged are lost"


def _schema(connection: Connection) -> Iterator[str]:
    """Nothing else is asked of tables of another schema."""
    present = schema.present(connection)
    if present != schema.newest():
        schema.check_known(present)
        yield f"it has schema {present or 'none'}, not {schema.newest()}: `netipl db upgrade` brings it there"
        return
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
    for difference in compare_metadata(context, tables.metadata):
        yield f"its tables are not those of schema {present}: {printable(repr(difference))}"


def _is_ours(_found: object, _name: str | None, kind: str, reflected: bool, known: object) -> bool:  # noqa: FBT001 - alembic's
    """A table of somebody else in the same schema is no difference."""
    return not (kind == "table" and reflected and known is None)


def _leases(connection: Connection) -> Iterator[str]:
    found = _Found(connection, tables.leases, leases.lease)
    addresses = Counter((lease.network, lease.address) for lease in found)
    yield from found.problems
    for (network, address), count in addresses.items():
        if count > 1:
            yield f"{address} in network {network} has {count} leases"


def _guests(connection: Connection) -> Iterator[str]:
    found = _Found(connection, tables.guests, guests.guest)
    known: dict[str | None, Guests] = defaultdict(lambda: Guests(()))
    for guest in found:
        try:
            known[guest.network].add(guest)
        except UsageError as error:
            yield printable(f"network {guest.network}: {error}")
    yield from found.problems


def _builds(connection: Connection) -> Iterator[str]:
    found = _Found(connection, tables.builds, builds.build)
    waiting = Counter((build.network, build.guest) for build in found if build.is_open)
    yield from found.problems
    for (network, guest), count in waiting.items():
        if count > 1:
            yield printable(f"guest {guest} in network {network} has {count} builds that are not over")


def _all_others(connection: Connection) -> Iterator[str]:
    for table, decode in (
        (tables.boots, boots.boot),
        (tables.events, events.event),
        (tables.api_tokens, credentials.token),
        (tables.profiles, profiles.profile),
        (tables.foreman_configurations, deployed.configuration),
        (tables.foreman_reservations, deployed.reservation),
        (tables.foreman_files, deployed.boot_file),
    ):
        found = _Found(connection, table, decode)
        for _ in found:
            pass
        yield from found.problems


class _Found(Generic[_Kind]):
    """All rows of `table` that can be read, once; then `problems` has the others."""

    def __init__(self, connection: Connection, table: Table, decode: Callable[[Row[Any]], _Kind]) -> None:
        self._rows = connection.execute(select(table), execution_options={"yield_per": _AT_ONCE})
        self._decode = decode
        self.problems: list[str] = []

    def __iter__(self) -> Iterator[_Kind]:
        for row in self._rows:
            try:
                yield self._decode(row)
            except NetiplError as error:
                self.problems.append(str(error))


_STORAGE: Final[Mapping[str, tuple[Check, ...]]] = {
    "sqlite": (_sqlite_file,),
    "postgresql": (_postgresql_server,),
}
_ROWS: Final[tuple[Check, ...]] = (_leases, _guests, _builds, _all_others)
