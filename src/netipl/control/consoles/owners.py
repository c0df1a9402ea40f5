"""Which domain's console is whose."""

from collections.abc import Iterator

from netipl.control.machines.known import Domains
from netipl.guests.guest import Guest
from netipl.net import Mac


class Owners:
    """By the `domains` that libvirt has."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains

    def guests(self) -> Iterator[tuple[Guest, str]]:
        """Those that have a domain, with its UUID."""
        for domain in self._domains:
            if (guest := self._domains.guest_of(domain)) is not None:
                yield guest, domain.uuid

    def whose(self, uuid: str) -> tuple[Guest, Mac | None] | None:
        """The guest of that domain, and the MAC that both have."""
        domain = self._domains.with_uuid(uuid)
        guest = self._domains.guest_of(domain) if domain is not None else None
        if domain is None or guest is None:
            return None
        return guest, next((mac for mac in guest.macs if str(mac) in domain.macs), None)
