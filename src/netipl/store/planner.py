"""Makes the plan of a guest from the files on disk that it is to boot, as they are at that moment."""

from collections.abc import Callable
from ipaddress import IPv4Address

from netipl.errors import NetiplError
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.net import Mac
from netipl.provisioning.plan import Plan, Subject, plan
from netipl.store import files

Complain = Callable[[str, NetiplError], None]
"""Told whose plan cannot be made, and why."""


class Planner:
    """`default` and `method` are for clients that are no guests, `default` for guests too that name no files."""

    def __init__(self, default: BootFiles | None, method: BootMethod, *, complain: Complain) -> None:
        self._default = default
        self._method = method
        self._complain = complain

    def plan_for(self, guest: Guest | None, mac: Mac, address: IPv4Address) -> Plan | None:
        """The plan of `guest`, or of an unknown client; None when it has nothing to boot, or that cannot be served."""
        boot = (guest.boot if guest is not None else None) or self._default
        if boot is None:
            return None
        name = guest.name if guest is not None else mac.dashed
        try:
            subject = Subject(
                name=name, mac=mac, uuid=guest.uuid if guest else None, address=address, images=files.images(boot)
            )
            return plan(guest.method if guest is not None else self._method, subject)
        except NetiplError as error:
            self._complain(name, error)
            return None
