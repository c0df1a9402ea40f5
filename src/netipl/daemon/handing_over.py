"""Takes over what other DHCP servers knew of our networks, when the daemon begins: once, and durably."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from netipl.errors import NetiplError
from netipl.provisioning.changes import Change, LeaseSet
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.taking_over import taken_over
from netipl.store import handover

BY: Final = "network enable"
"""Who has added the guests, in the events."""

_log = structlog.get_logger("netipl")


async def take_over(
    state_directory: Path, inventory: Inventory, commit: Callable[[Iterable[Change]], Awaitable[None]]
) -> None:
    """For each network that there is something for; what cannot be taken over now stays for the next start."""
    for network in inventory.networks:
        try:
            handed = handover.read(state_directory, network.name)
            if handed is None:
                continue
            taken = taken_over(inventory, handed, by=BY, now=datetime.now(UTC))
            await commit(taken.changes)
            handover.remove(state_directory, network.name)
        except NetiplError as error:
            _log.error("leases are not taken over", network=network.name, reason=str(error), remedy=error.remedy)
            continue
        leases = sum(isinstance(change, LeaseSet) for change in taken.changes)
        _log.info("leases are taken over", network=network.name, leases=leases)
        for reason in taken.left_out:
            _log.warning("a reservation is not taken over", network=network.name, reason=reason)
