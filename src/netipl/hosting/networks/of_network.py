"""The steps by which the change of a network takes effect, and the taps that had lost their bridge get it back."""

import os
from collections.abc import Iterator
from typing import Final

from netipl.errors import RefusedError, UnavailableError
from netipl.hosting.networks.network_change import NetworkChange, Way
from netipl.hosting.networks.put_back import putting_back
from netipl.hosting.networks.step import Step

_PUTTING_BACK: Final = frozenset({Way.RESTART, Way.START})
"""Ways that put back by themselves."""


def of_network(change: NetworkChange) -> Iterator[Step]:
    """None where all is as it is to be. Raises NetiplError where a restart would not give all back."""
    if change.is_needed:
        _require_restartable(change)
        yield change
    if change.way not in _PUTTING_BACK and (step := putting_back(change.before)) is not None:
        yield step


def _require_restartable(change: NetworkChange) -> None:
    """Whatever is on the bridge has to get it back, with all that libvirt has set for it."""
    before = change.before
    if change.way not in _PUTTING_BACK:
        return
    if change.way is Way.RESTART and before.guests and before.now.set_for_guests:
        what = " and ".join(dict.fromkeys(before.now.set_for_guests))
        message = f"{before.name} has {what}, which guests that run would lose by a restart"
        raise RefusedError(message, remedy=f"stop {', '.join(before.guests)} first, or say --no-restart")
    if (before.ports or before.stray) and os.geteuid() != 0:
        message = f"{before.name} has to {change.way}, and only root can put back what belongs on {before.now.bridge}"
        raise UnavailableError(message, remedy="run it as root, or say --no-restart")
