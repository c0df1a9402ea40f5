"""What the life of a guest's machine means for its boots: it is kept, and a boot whose machine is gone is over.

A firmware that fails ends in a disabled wait, which the hypervisor calls a crash: that tells sooner than any silence.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from netipl.guests.guest import Guest
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.story import Story
from netipl.provisioning.timeline import Event, Observation, Seen

SEEN: Final = frozenset({Seen.MACHINE_STARTED, Seen.MACHINE_STOPPED, Seen.MACHINE_CRASHED, Seen.MACHINE_RESET})
_ENDS: Final[Mapping[Seen, bool]] = {Seen.MACHINE_STOPPED: False, Seen.MACHINE_CRASHED: True}
"""What ends a boot, and whether by a crash."""
_LOADS: Final = frozenset({BootState.ASKING, BootState.ADDRESSED, BootState.LOADING})


def observed(inventory: Inventory, boots: Boots, observation: Observation) -> Event | None:
    """What is kept of it; None where it is of no guest here. The story of its boot is told how it ended."""
    guest = inventory.guest(observation.guest) if observation.guest is not None else None
    if guest is None or guest.network is None:
        return None
    boot = newest(boots, guest) if observation.seen in _ENDS else None
    if boot is not None and boot.began <= observation.at:
        story = boots.story(boot)
        story.left, story.has_crashed = observation.at, _ENDS[observation.seen]
    return Event(
        at=observation.at,
        what=observation.seen,
        network=guest.network,
        guest=guest.name,
        boot=boot.id if boot is not None else None,
        build=boot.build if boot is not None else None,
        mac=observation.mac,
        address=boot.address if boot is not None else None,
        detail=observation.detail,
    )


def newest(boots: Boots, guest: Guest) -> Boot | None:
    """By any of its interfaces."""
    found = [boot for mac in guest.macs if (boot := boots.of(mac)) is not None and boot.guest == guest.name]
    return max(found, key=lambda boot: boot.began, default=None)


def has_crashed(story: Story, now: datetime, settled: timedelta) -> bool:
    """Whether its machine crashed under it, so long ago that all is told that was before."""
    return story.has_crashed and _is_gone(story, now, settled)


def was_stopped(boot: Boot, story: Story, now: datetime, settled: timedelta) -> bool:
    """Whether somebody switched its machine off while its firmware was at work."""
    return not story.has_crashed and boot.state in _LOADS and _is_gone(story, now, settled)


def _is_gone(story: Story, now: datetime, settled: timedelta) -> bool:
    return story.left is not None and now - story.left > settled
