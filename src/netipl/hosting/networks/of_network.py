"""The steps by which the change of a network takes effect, and the taps that had lost their bridge get it back."""

from collections.abc import Iterator

from netipl.errors import RefusedError
from netipl.hosting.networks.network_change import NetworkChange, Way
from netipl.hosting.networks.put_back import putting_back
from netipl.hosting.networks.step import Step


def of_network(change: NetworkChange) -> Iterator[Step]:
    """None where all is as it is to be. Raises RefusedError where a restart would not give all back."""
    if change.is_needed:
        _require_no_mac_table(change)
        yield change
    if change.way is not Way.RESTART and (step := putting_back(change.before)) is not None:
        yield step


def _require_no_mac_table(change: NetworkChange) -> None:
    """Libvirt fills the table when a guest starts, with VLANs that nobody here has tried to give back."""
    before = change.before
    if change.way is Way.RESTART and before.guests and before.now.keeps_mac_table:
        message = f"{before.name} has macTableManager='libvirt': guests that run lose their connection by a restart"
        raise RefusedError(message, remedy=f"stop {', '.join(before.guests)} first, or say --no-restart")
