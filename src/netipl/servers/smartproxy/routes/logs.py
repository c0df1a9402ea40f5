"""The Logs module: what Foreman shows on the page of this proxy."""

import math
from typing import Final

from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.logbook import SIZE, TAIL, Level
from netipl.servers.smartproxy.reply import Reply, of_json
from netipl.servers.smartproxy.request import Request
from netipl.servers.smartproxy.routes.route import Route


async def _logs(proxy: Proxy, request: Request, _parts: tuple[str, ...]) -> Reply:
    book = proxy.control.logbook
    info = {
        "size": SIZE,
        "tail_size": TAIL,
        "level": None,
        "level_tail": int(Level.ERROR),
        "failed_modules": dict(book.failed),
    }
    entries = book.since(_moment(request.asked("from_timestamp")))
    return of_json({"info": info, "logs": [each.shown() for each in entries]})


def _moment(text: str | None) -> float:
    """From the beginning, where it is no number."""
    try:
        found = float(text or 0)
    except ValueError:
        return 0
    return found if math.isfinite(found) else 0


ROUTES: Final = (Route("GET", ("logs",), _logs),)
