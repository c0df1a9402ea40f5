"""What libvirt tells of domains by itself, in words: started, stopped, crashed, reset (virDomainEventType).

libvirt calls back in the thread of its event loop, which must not wait for libvirt: what has to be asked about a domain
is asked in another thread, one event after the other.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Final

from netipl.integrations.libvirt.worker.host import Host, Libvirt
from netipl.integrations.libvirt.worker.protocol import Json, Notice, Told
from netipl.integrations.libvirt.worker.records import records

_EVENTS: Final[Mapping[int, str]] = {
    0: "defined",
    1: "undefined",
    2: "started",
    3: "suspended",
    4: "resumed",
    5: "stopped",
    6: "shutdown",
    7: "suspended",
    8: "crashed",
}
"""virDomainEventType. One that is switched off for its crash is told of twice: crashed, and stopped for that."""

_STOPPED: Final = 5
_WHY_STOPPED: Final[Mapping[int, str]] = {
    0: "shutdown",
    1: "destroyed",
    2: "crashed",
    3: "migrated",
    4: "saved",
    5: "failed",
    6: "snapshot",
}
"""virDomainEventStoppedDetailType."""


class Lifecycle:
    """Tells of the domains of `host`, whose parts hear of them first."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._events = ThreadPoolExecutor(1, "libvirt domains")

    def watch(self, connection: Libvirt) -> None:
        """From now on, beginning with all domains as they are. Raises libvirtError."""
        binding = self._host.binding
        connection.domainEventRegisterAny(None, binding.VIR_DOMAIN_EVENT_ID_LIFECYCLE, self._happened, None)
        connection.domainEventRegisterAny(None, binding.VIR_DOMAIN_EVENT_ID_REBOOT, self._reset, None)
        self._host.tell(Notice(Told.CONNECTED, {"domains": records(binding, connection.listAllDomains())}))

    def _happened(self, _: Libvirt, domain: Libvirt, event: int, detail: int, __: object) -> None:
        reason = _WHY_STOPPED.get(detail, str(detail)) if event == _STOPPED else ""
        self._events.submit(self._told, domain, _EVENTS.get(event, str(event)), reason, time())

    def _reset(self, _: Libvirt, domain: Libvirt, __: object) -> None:
        self._events.submit(self._told, domain, "reset", "", time())

    def _told(self, domain: Libvirt, event: str, reason: str, at: float) -> None:
        for happened in self._host.happened:
            happened(domain, event)
        shown: Json = next(iter(records(self._host.binding, [domain])), None)
        detail = {"uuid": domain.UUIDString(), "name": domain.name(), "event": event, "reason": reason, "at": at}
        self._host.tell(Notice(Told.LIFECYCLE, {**detail, "domain": shown}))
