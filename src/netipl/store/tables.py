"""The tables of the database as they are now; `migrations/` has how they came to be so.

Only types that SQLite and PostgreSQL share. Every key and index begins with the network: a question is asked for each
network by itself, and the rows that it wants lie side by side. A test compares this with what the migrations make.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware `datetime` in UTC, whatever the database makes of it: SQLite keeps no zone, PostgreSQL answers in that
    of the server. Text that is no time comes back as it is.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:  # Any: as declared
        process = super().result_processor(dialect, coltype)

        def processed(value: Any) -> Any:
            try:
                return value if process is None else process(value)
            except (ValueError, TypeError):  # SQLite keeps what it is given: who reads the row names it
                return value

        return processed


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
    Column("hostname", OutsideText),
)

guests = Table(
    "guests",
    metadata,
    Column("network", OutsideText, primary_key=True),
    Column("name", OutsideText, primary_key=True),
    Column("origin", String(16), nullable=False),
    Column("document", Text, nullable=False),  # JSON: guests/document.py
)

builds = Table(
    "builds",
    metadata,
    Column("network", OutsideText, primary_key=True),
    Column("id", OutsideText, primary_key=True),
    Column("guest", OutsideText, nullable=False),
    Column("profile", OutsideText, nullable=False),
    Column("asked", UtcDateTime, nullable=False),
    Column("by", OutsideText, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("boot", String(64)),
    Column("ended", UtcDateTime),
    Column("cause", OutsideText, nullable=False),
    Column("remedy", OutsideText, nullable=False),
    Index("builds_of_guest", "network", "guest", "asked"),
    Index("builds_by_time", "network", "asked"),
)

boots = Table(
    "boots",
    metadata,
    Column("network", OutsideText, primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("mac", String(17), nullable=False),
    Column("xid", BigInteger, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("guest", OutsideText),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime),
    Column("address", String(15)),
    Column("purpose", String(16)),
    Column("build", OutsideText),
    Column("rule", String(64)),
    Column("cause", OutsideText, nullable=False),
    Index("boots_of_guest", "network", "guest", "began"),
    Index("boots_of_mac", "network", "mac", "began"),
    Index("boots_by_time", "network", "began"),
)

events = Table(
    "events",
    metadata,
    Column("network", OutsideText, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(32), nullable=False),
    Column("guest", OutsideText),
    Column("boot", String(64)),
    Column("build", OutsideText),
    Column("mac", String(17)),
    Column("address", String(15)),
    Column("by", OutsideText, nullable=False),
    Column("detail", Text, nullable=False),  # JSON: an object of text and numbers
    Index("events_of_guest", "network", "guest", "number"),
    Index("events_of_boot", "network", "boot", "number"),
    Index("events_of_build", "network", "build", "number"),
)

profiles = Table(
    "profiles",
    metadata,
    Column("name", OutsideText, primary_key=True),
    Column("document", Text, nullable=False),  # JSON: guests/profile_document.py
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("name", OutsideText, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("by", OutsideText, nullable=False),
)
