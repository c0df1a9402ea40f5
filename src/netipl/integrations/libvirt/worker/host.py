"""What every part of the worker shares: the binding, the open connection, the way to the daemon, and who wants to know
of domains.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from netipl.errors import UnavailableError
from netipl.integrations.libvirt.worker.protocol import Notice

Libvirt = Any  # Any: the binding and its objects have no types

Happened = Callable[[Libvirt, str], None]
"""Called with a domain and what happened to it (lifecycle.py), in the thread of events, before the daemon is told."""
Paused = Callable[[Libvirt], None]
"""Called with a domain that is being started and has not run yet, in the thread of the call."""


@dataclass(slots=True)
class Host:
    """`tell` may be called from any thread; what is told arrives in the order of the calls."""

    binding: Libvirt
    uri: str
    tell: Callable[[Notice], None]
    happened: list[Happened] = field(default_factory=list)
    paused: list[Paused] = field(default_factory=list)
    """A domain is started paused where anybody wants to know, and resumed then."""
    unsent: Callable[[], int] = lambda: 0
    """Bytes that the daemon has not taken yet."""
    current: Libvirt = None
    """The open connection, or None."""

    @property
    def connection(self) -> Libvirt:
        """Raises UnavailableError while there is none."""
        if self.current is None:
            raise UnavailableError(f"{self.uri} is not connected", remedy="is libvirtd running?")
        return self.current
