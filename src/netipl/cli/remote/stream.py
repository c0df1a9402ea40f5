"""The events of a daemon as they come, over restarts of the daemon and of the line: each once, in order.

Sources: HTML standard, "Server-sent events" (`Last-Event-ID`); the numbers are netipl.provisioning.timeline's.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from netipl.cli.remote.api import Api, Json
from netipl.errors import UnavailableError

PAUSE: Final = 1.0
_TRIES: Final = 120
"""How often in a row, with a pause between, a daemon that is away is asked again."""

_MANY: Final = 50
"""More names than this are not written into the address of a request."""


def newest(api: Api) -> int:
    """The number of the newest event; 0 where there is none."""
    items = api.get("events", newest_first=True, limit=1).json["items"]
    return int(items[0]["number"]) if items else 0


def follow(
    api: Api,
    guests: Sequence[str],
    after: int,
    *,
    away: Callable[[UnavailableError], None],
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Json]:
    """Every event of `guests`, or of all where there are none, that is numbered after `after`; it never ends by itself.

    `away` is told once each time that the daemon cannot be reached. Raises NetiplError.
    """
    query = {"guest": list(guests)} if 0 < len(guests) <= _MANY else {}
    wanted, failures = frozenset(guests), 0
    while True:
        try:
            with api.events(query, after) as sent:
                for each in sent:
                    failures = 0
                    if not each.data:  # it says when to come back
                        continue
                    event = json.loads(each.data)
                    after = max(after, int(event.get("number") or 0))
                    if not wanted or event.get("guest") in wanted:
                        yield event
        except UnavailableError as error:
            failures += 1
            if failures == 1:
                away(error)
            if failures == _TRIES:
                raise
        pause(PAUSE)
