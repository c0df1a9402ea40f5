"""The tables of the database as they are now; `migrations/` has how they came to be so.

Only types that SQLite and PostgreSQL share. A test compares this with what the migrations make.
"""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, DateTime, Dialect, LargeBinary, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware `datetime` in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


class OutsideText(TypeDecorator[str]):
    """Text that may come from outside. What a database cannot hold (NUL, half a surrogate pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - theirs
        return value and value.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "replace"
        )


metadata = MetaData()

leases = Table(
    "leases",
    metadata,
    Column("network", OutsideText, primary_key=True),
    Column("address", String(15), primary_key=True),
    Column("mac", String(17), nullable=False),
    Column("client_id", LargeBinary),
    Column("guest", OutsideText),
    Column("state", String(16), nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("xid", BigInteger, nullable=False),
)
