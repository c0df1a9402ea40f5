"""Who has a database or a network: the words in which the next one is told, whatever keeps him out."""

import os
import socket
from datetime import UTC, datetime
from typing import Self

from netipl.errors import UnavailableError
from netipl.values import value
from netipl.wire import printable


@value(kw_only=True)
class Holder:
    """A process that holds something. `since` is in UTC."""

    host: str
    pid: int
    since: datetime

    @classmethod
    def here(cls) -> Self:
        """This process, from now on."""
        return cls(host=socket.gethostname(), pid=os.getpid(), since=datetime.now(UTC))

    @property
    def words(self) -> str:
        """For people."""
        return f"process {self.pid} on {printable(self.host)}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def taken(what: str, holder: Holder | None) -> UnavailableError:
    """The error of one who wants `what`, where `holder` has it; None where he cannot be told."""
    if holder is None:
        return UnavailableError(f"another netipl has {what}: an unknown process", remedy="see who that is, and end it")
    where = f"ps {holder.pid} on {printable(holder.host)}"
    return UnavailableError(f"another netipl has {what}: {holder.words}", remedy=f"end it ({where}), or wait for it")
