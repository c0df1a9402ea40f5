"""Restarts a network, and puts back what was on its bridge, which goes and comes with it.

Whoever has left meanwhile is nobody's loss. What could not be put back does not take the restart back: that would only
cut it off once more.
"""

from collections.abc import Callable

from netipl.errors import UnavailableError
from netipl.hosting.networks import kept_ports
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import LeftOverError
from netipl.integrations import bridges
from netipl.integrations.bridges import Port
from netipl.integrations.libvirt import networks
from netipl.integrations.libvirt.network_xml import facts


def restart(situation: Situation, *, fallback: str) -> None:
    """Stop and start it. `fallback` is the definition if it does not start.

    Raises UnavailableError for the reason if it had to fall back, and LeftOverError as `put_back` does.
    """
    kept = (*bridges.ports(situation.now.bridge), *situation.stray)
    kept_ports.write(situation.defined.uuid, kept)
    try:
        _over_losses(situation, lambda: _anew(situation))
    except UnavailableError as error:
        if situation.connection.is_lost:
            raise _down(error, situation, kept) from error
        try:
            _over_losses(situation, lambda: _as_before(situation, fallback))
        except UnavailableError as second:
            raise _down(second, situation, kept) from error
        try:
            bring_back(situation, kept)
        except LeftOverError as left:
            error.add_note(left.in_one_line)
        raise
    bring_back(situation, kept)


def start(situation: Situation) -> None:
    """Start it, with what lost its bridge when it was stopped. Raises UnavailableError, and as `put_back` does."""
    situation.network.start()
    bring_back(situation, situation.stray)


def stop_again(situation: Situation) -> None:
    """What `start` has started. Raises UnavailableError."""
    if situation.interrupted is not None:
        kept_ports.write(situation.defined.uuid, situation.interrupted)
    situation.network.stop()


def _anew(situation: Situation) -> None:
    """Wherever it stands. A libvirtd that is killed while it stops a network leaves the bridge."""
    if situation.network.is_active:
        situation.network.stop()
    elif bridges.bridge(situation.now.bridge) is not None:
        bridges.remove(situation.now.bridge)
    situation.network.start()


def _as_before(situation: Situation, definition: str) -> None:
    networks.define(situation.connection, definition)
    if not situation.network.is_active:
        _anew(situation)


def _over_losses(situation: Situation, change: Callable[[], None]) -> None:
    """Make `change`; once more if libvirtd ends meanwhile, when it is there again. Raises UnavailableError."""
    try:
        change()
    except UnavailableError:
        if not situation.connection.is_lost:
            raise
        situation.connection.renew()
        situation.network.renew(situation.connection)
        change()


def _down(error: UnavailableError, situation: Situation, kept: tuple[Port, ...]) -> UnavailableError:
    """With what a person does when libvirt starts the network no more."""
    devices = dict.fromkeys(port.device for port in kept)
    attached = [f"ip link set dev {device} master {situation.now.bridge}" for device in devices]
    remedy = "; ".join((f"when libvirtd runs: virsh net-start {situation.name}", *attached))
    return UnavailableError(f"{situation.name} is stopped: {error}", remedy=remedy)


def bring_back(situation: Situation, ports: tuple[Port, ...]) -> None:
    """To the bridge of the network as it runs now. Raises UnavailableError, and as `put_back` does."""
    put_back(ports, facts(situation.network.xml()).bridge)
    kept_ports.forget(situation.defined.uuid)


def put_back(ports: tuple[Port, ...], bridge: str) -> None:
    """Those that are on no bridge now, to `bridge`. Raises LeftOverError, after all were tried."""
    failed = []
    for port in filter(bridges.is_stray, ports):
        try:
            bridges.attach(port, bridge)
        except UnavailableError as error:
            if bridges.is_stray(port):  # else it has ended meanwhile
                failed.append((port.device, error))
    if failed:
        devices = " ".join(device for device, _ in failed)
        remedy = f"for each: ip link set dev DEVICE master {bridge}"
        raise LeftOverError(f"not on {bridge} any more: {devices}: {failed[0][1]}", remedy=remedy) from failed[0][1]
