"""What is done with machines, as the timeline has it."""

from datetime import UTC, datetime

from netipl.guests.guest import Guest
from netipl.provisioning.changes import Happened
from netipl.provisioning.timeline import Deed, Event


def deed(what: Deed, guest: Guest, domain: str, *, by: str = "", **detail: str | int) -> Happened:
    """Done now to the machine of `guest`, the domain of that name."""
    return Happened(
        Event(
            at=datetime.now(UTC),
            what=what,
            network=guest.network or "",
            guest=guest.name,
            by=by,
            detail={"domain": domain, **detail},
        )
    )
