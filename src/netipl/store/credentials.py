"""The named tokens of the API as rows. They are of no network."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from netipl.provisioning.credential import ApiToken, Role
from netipl.store.tables import api_tokens
from netipl.store.unreadable import moment, naming


def read(connection: Connection) -> Iterator[ApiToken]:
    """All, by name. Raises UnavailableError for a row that is none."""
    return map(token, connection.execute(select(api_tokens).order_by(api_tokens.c.name)))


def row(token: ApiToken) -> dict[str, object]:
    """Of `token`."""
    return {
        "name": token.name,
        "role": token.role.value,
        "digest": token.digest,
        "created": token.created,
        "by": token.by,
    }


def token(row: Row[Any]) -> ApiToken:  # Any: SQLAlchemy cannot say the columns of a Table
    """Raises UnavailableError for what nobody of us has written."""
    with naming(f"token {row.name}"):
        return ApiToken(name=row.name, role=Role(row.role), digest=row.digest, created=moment(row.created), by=row.by)
