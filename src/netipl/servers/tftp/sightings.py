"""What TFTP saw, as observations: gathered for a moment and handed over together, never in the way of an answer."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Final

from netipl.protocols.tftp.server import Reason
from netipl.provisioning.timeline import Observation, Seen
from netipl.servers.tftp.ledger import Entry

Observe = Callable[[Iterable[Observation]], None]

_GATHERED: Final = 0.05
"""Seconds."""


class Sightings:
    """Names in the details are Latin-1: any byte that a client sends has a character."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._gathered: list[Observation] = []

    def missing(self, address: int, name: bytes) -> None:
        self._add(Seen.TFTP_MISSING, address, name)

    def denied(self, address: int, name: bytes, reason: str) -> None:
        self._add(Seen.TFTP_DENIED, address, name, reason=reason)

    def started(self, entry: Entry) -> None:
        self._add(Seen.TFTP_STARTED, entry.address, entry.name, size=entry.size)

    def progressed(self, entry: Entry) -> None:
        self._add(Seen.TFTP_PROGRESS, entry.address, entry.name, size=entry.size, sent=entry.sent)

    def finished(self, entry: Entry, *, seconds: float, retransmitted: int) -> None:
        self._add(
            Seen.TFTP_FINISHED,
            entry.address,
            entry.name,
            size=entry.size,
            seconds=seconds,
            retransmitted=retransmitted,
        )

    def failed(self, entry: Entry, reason: Reason | str) -> None:
        self._add(Seen.TFTP_FAILED, entry.address, entry.name, sent=entry.sent, reason=str(reason))

    def hand_over(self) -> None:
        """Everything gathered so far."""
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._observe(gathered)

    def _add(self, seen: Seen, address: int, name: bytes, **detail: str | float) -> None:
        if not self._gathered:
            asyncio.get_running_loop().call_later(_GATHERED, self.hand_over)
        self._gathered.append(
            Observation(
                at=datetime.now(UTC),
                seen=seen,
                address=IPv4Address(address),
                detail={"name": name.decode("latin-1"), **detail},
            )
        )
