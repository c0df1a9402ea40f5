"""A row that is not what any of us has written: how it is told, the same for every table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from netipl.errors import NetiplError, UnavailableError
from netipl.wire import printable


@contextmanager
def naming(what: str) -> Iterator[None]:
    """What is raised inside becomes an UnavailableError that names the row."""
    try:
        yield
    except (ValueError, TypeError, RecursionError, NetiplError) as error:
        remedy = "`netipl db check` names all such; correct or delete it"
        raise UnavailableError(printable(f"{what} cannot be read: {error}"), remedy=remedy) from None


def moment(value: object) -> datetime:
    """Raises ValueError: SQLite keeps whatever text it is given."""
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is no time")
    return value
