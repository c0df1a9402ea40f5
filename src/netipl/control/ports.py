"""What the control plane needs of the store."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from netipl.guests.build import Build
from netipl.provisioning.boots import Boot
from netipl.provisioning.changes import Change
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.timeline import Event


class Journal(Protocol):
    """What is needed of the store."""

    def submit(self, changes: Iterable[Change], done: Callable[[Exception | None], None]) -> None: ...


class Archive(Protocol):
    """What is asked of the store beside its journal; each in a thread of its own."""

    def builds(self, guest: str | None, limit: int) -> Sequence[Build]: ...

    def boots(self, query: BootQuery) -> Sequence[Boot]: ...

    def events(self, query: EventQuery) -> Sequence[Event]: ...
