"""Whether a database is what it should be: its file or its server, its tables, and what the rows say together."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select

from netipl.errors import NetiplError
from netipl.store import leases, schema
from netipl.store.tables import metadata
from netipl.wire import printable

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
    for difference in compare_metadata(context, metadata):
        yield f"its tables are not those of schema {present}: {printable(repr(difference))}"


def _is_ours(_found: object, _name: str | None, kind: str, reflected: bool, known: object) -> bool:  # noqa: FBT001 - alembic's
    """A table of somebody else in the same schema is no difference."""
    return not (kind == "table" and reflected and known is None)


def _leases(connection: Connection) -> Iterator[str]:
    addresses: Counter[tuple[str, object]] = Counter()
    for row in connection.execute(select(metadata.tables["leases"])):
        try:
            lease = leases.lease(row)
        except NetiplError as error:
            yield str(error)
        else:
            addresses[lease.network, lease.address] += 1
    for (network, address), count in addresses.items():
        if count > 1:
            yield f"{address} in network {network} has {count} leases"


_STORAGE: Final[Mapping[str, tuple[Check, ...]]] = {
    "sqlite": (_sqlite_file,),
    "postgresql": (_postgresql_server,),
}
_ROWS: Final[tuple[Check, ...]] = (_leases,)
