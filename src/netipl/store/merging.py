"""One question asked of several networks, the answers in one order.

Each network is asked by itself: every index begins with it, so no database has a reason to sort or to read more.
"""

from collections.abc import Callable, Collection, Iterator
from heapq import merge
from typing import Any, Final

from sqlalchemy import Connection, Row, Select

_AT_ONCE: Final = 500  # rows


def merged(
    connection: Connection,
    query: Select[Any],  # Any: SQLAlchemy cannot say the columns of a Table
    networks: Collection[str],
    *,
    key: Callable[[Row[Any]], Any],
    reverse: bool = False,
) -> Iterator[Row[Any]]:
    """The rows of `query`, whose parameter `of` is a network, and which orders by `key`, descending if `reverse`."""
    answers = (connection.execute(query, {"of": network}).yield_per(_AT_ONCE) for network in sorted(networks))
    return merge(*answers, key=key, reverse=reverse)
