"""The daemon's side of TFTP: owns the sockets, keeps the workers running and answers their questions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning.timeline import Observation

Resolve = Callable[[bytes, IPv4Address, int, IPv4Address], Resolution]
"""From the name asked for, the client's address and port and our address that was asked."""

Observe = Callable[[Iterable[Observation]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one service takes on at most."""

    transfers: int = 4096
    transfers_per_address: int = 16
    arriving: timedelta = timedelta(seconds=15)
    """How long a request waits for a file that is still arriving."""


class TftpService:
    """Serves reads on `port` of each address, by `workers` processes, until cancelled."""

    def __init__(
        self,
        *,
        addresses: Sequence[IPv4Address],
        port: int = 69,
        workers: int = 1,
        run_directory: Path,
        resolve: Resolve,
        observe: Observe,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        raise NotImplementedError

    def open(self) -> None:
        """Binds every socket and opens the log of transfers; needs the right to bind `port`. Raises UnavailableError."""
        raise NotImplementedError

    async def run(self) -> None:
        """Runs the workers until cancelled, and starts those again that die."""
        raise NotImplementedError

    def drop(self, address: IPv4Address) -> None:
        """Ends all transfers to `address`, wherever they run: its guest has begun another boot."""
        raise NotImplementedError
