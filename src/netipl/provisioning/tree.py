"""The TFTP tree as each client sees it: its own plan first, then what is for everybody.

A configuration whose files are still on their way is on its way, too: the firmware gives each name 21 silent seconds,
and would fail with a kernel that takes longer, but looks for its configuration under a dozen names. Served is who holds
a lease, and who is in a prefix that the settings allow; to anybody else all is denied, so the server is no amplifier
for attacks in others' names.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath
from typing import Final

from netipl.errors import RefusedError
from netipl.guests.lease import Lease, LeaseState
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution, checked
from netipl.provisioning.boots import Boots
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan

Public = Callable[[str], Resolution]
"""What a checked name stands for to everybody."""

PlanOf = Callable[[Lease], Plan | None]
"""What whoever holds a lease boots without a build, made anew: for a boot that this process does not know."""


MEDIA: Final = "media/"
"""Names that begin so are of media: no firmware looks for a configuration there, so no guest is kept from them."""

_PROBED: Final = "pxelinux.cfg"
"""The directory in which the firmware looks for a configuration under one name after the other."""


def nothing_public(_name: str) -> Resolution:
    """The tree without a directory for everybody."""
    return Missing()


class Tree:
    """Looks names up; owns none of what it is given."""

    def __init__(
        self,
        inventory: Inventory,
        boots: Boots,
        *,
        plan_of: PlanOf,
        allowed: Sequence[IPv4Network] = (),
        public: Public = nothing_public,
        promised: Public | None = None,
        strangers: Public = nothing_public,
    ) -> None:
        """`promised` are names that the client's own plan promises, else as `public`; `strangers` see what is for
        clients that are served and have no lease, before what is public.
        """
        self._inventory = inventory
        self._boots = boots
        self._plan_of = plan_of
        self._allowed = tuple(allowed)
        self._public = public
        self._promised = promised or public
        self._strangers = strangers

    def resolve(self, name: bytes, peer: IPv4Address) -> Resolution:
        """What `name` stands for to the client at `peer`."""
        lease = self._lease(peer)
        if lease is None and not any(peer in prefix for prefix in self._allowed):
            return Denied(f"{peer} has no lease")
        if lease is not None and (guest := self._inventory.guest_of(lease)) is not None and not guest.is_approved:
            return Denied(f"guest {guest.name} waits for approval")
        try:
            path = checked(name)
        except RefusedError as error:
            return Denied(str(error))
        plan = self._plan(lease) if lease is not None else None
        if plan is not None and not isinstance(found := self._planned(plan, path), Missing):
            return found
        if plan is not None and plan.closed and not path.startswith(MEDIA):
            return Missing()
        theirs = self._strangers(path) if lease is None else Missing()
        return self._public(path) if isinstance(theirs, Missing) else theirs

    def _planned(self, plan: Plan, path: str) -> Resolution:
        """What `path` is of the client's own plan."""
        if path in plan.promised:
            return self._promised(path)
        found = plan.tree.get(path)
        if found is None and plan.promised and PurePosixPath(path).parent.name == _PROBED:
            found = next(iter(plan.tree.values()), None)  # all of it that is no promise is the configuration
        if found is None:
            return Missing()
        is_early = any(isinstance(self._promised(name), Arriving) for name in plan.promised)
        return Arriving() if is_early else found

    def _lease(self, peer: IPv4Address) -> Lease | None:
        lease = self._inventory.lease_with(peer)
        return None if lease is None or lease.state is LeaseState.DECLINED else lease

    def _plan(self, lease: Lease) -> Plan | None:
        boot = self._boots.of(lease.mac)
        if boot is not None and boot.address == lease.address and boot.plan is not None:
            return boot.plan
        return self._plan_of(lease)
