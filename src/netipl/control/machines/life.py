"""What libvirt tells becomes observations of guests: domains started, stopped, crashed and reset.

What happened while libvirt was away is found by comparing what it has now with what it had before.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from netipl.control.machines.known import Domains
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.domain import Domain, domain
from netipl.integrations.libvirt.worker.protocol import Notice, Told
from netipl.provisioning.machine_view import CRASHED
from netipl.provisioning.timeline import Observation, Seen

_SEEN: Final[Mapping[str, Seen]] = {
    "started": Seen.MACHINE_STARTED,
    "stopped": Seen.MACHINE_STOPPED,
    "crashed": Seen.MACHINE_CRASHED,
    "reset": Seen.MACHINE_RESET,
}
"""By what the worker calls it."""
_AWAY: Final = "while libvirt was away"


class Life:
    """`crashed` is called with each guest whose machine has crashed, and with those that are found so; `unborn` with
    those whose machines are found paused before they have run.
    """

    def __init__(
        self,
        domains: Domains,
        *,
        observe: Callable[[Observation], None],
        crashed: Callable[[Guest], None],
        unborn: Callable[[Guest], None],
    ) -> None:
        self._domains = domains
        self._observe = observe
        self._crashed = crashed
        self._unborn = unborn
        self._was_connected = False
        self._told_of_crash = set[str]()
        """UUIDs of those that have crashed since they were started."""

    def hear(self, notice: Notice) -> None:
        """In the order in which it was told."""
        match notice.told:
            case Told.CONNECTED:
                self._connected([domain(each) for each in notice.detail["domains"]])
            case Told.LIFECYCLE:
                self._happened(notice.detail)

    def _connected(self, found: Iterable[Domain]) -> None:
        before = {each.uuid: each for each in self._domains} if self._was_connected else {}
        self._was_connected, now = True, datetime.now(UTC)
        self._domains.replace(found)
        for gone in before.keys() - {each.uuid for each in self._domains}:
            if before[gone].active:
                self._saw(before[gone], "stopped", now, reason=_AWAY)
        for each in self._domains:
            if (was := before.get(each.uuid)) is not None and was.active != each.active:
                what = "started" if each.active else CRASHED if each.state == CRASHED else "stopped"
                self._saw(each, what, now, reason=_AWAY)
            elif each.state == CRASHED and (guest := self._domains.guest_of(each)) is not None:
                self._crashed(guest)
            if each.is_unborn and (guest := self._domains.guest_of(each)) is not None:
                self._unborn(guest)

    def _happened(self, detail: Mapping[str, Any]) -> None:  # Any: JSON
        uuid, record = str(detail["uuid"]), detail.get("domain")
        before = self._domains.with_uuid(uuid)
        if record is not None:
            self._domains.put(domain(record))
        known = self._domains.with_uuid(uuid) or before
        if known is not None:
            event = self._event(uuid, str(detail["event"]), str(detail["reason"]))
            self._saw(known, event, datetime.fromtimestamp(detail["at"], UTC), reason=detail["reason"])
        if record is None:
            self._domains.forget(uuid)

    def _event(self, uuid: str, event: str, reason: str) -> str:
        """A machine that is switched off for its crash has crashed once."""
        if event == "started":
            self._told_of_crash.discard(uuid)
        elif event == CRASHED or (reason == CRASHED and uuid not in self._told_of_crash):
            self._told_of_crash.add(uuid)
            return CRASHED
        return event

    def _saw(self, known: Domain, event: str, at: datetime, *, reason: str) -> None:
        guest, seen = self._domains.guest_of(known), _SEEN.get(event)
        if guest is None or seen is None:
            return
        mac = next((each for each in guest.macs if str(each) in known.macs), None)
        detail = {"domain": known.name, **({"reason": reason} if reason and reason != event else {})}
        self._observe(Observation(at=at, seen=seen, guest=guest.name, mac=mac, detail=detail))
        if seen is Seen.MACHINE_CRASHED:
            self._crashed(guest)
