"""Restarts a network, and puts back what was on its bridge, which goes and comes with it.

Whoever has left meanwhile is nobody's loss. What could not be put back does not take the restart back: that would only
cut it off once more.
"""

import shlex
from collections.abc import Callable

from netipl.errors import UnavailableError
from netipl.hosting.networks import kept as kept_file
from netipl.hosting.networks import lost_by_restart
from netipl.hosting.networks.kept import Kept
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import LeftOverError
from netipl.integrations.bridges import additions, bridges
from netipl.integrations.bridges.bridges import Port
from netipl.integrations.libvirt import network_names, networks
from netipl.integrations.libvirt.network_xml import facts

Failed = tuple[str, str]
"""What is missing, and the command that a person may try."""


def restart(situation: Situation, *, fallback: str) -> None:
    """Stop and start it. `fallback` is the definition if it does not start.

    Raises UnavailableError for the reason if it had to fall back, and LeftOverError as `put_back` does.
    """
    kept = lost_by_restart.kept(situation)
    kept_file.write(situation.defined.uuid, kept)
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
    bring_back(situation, situation.left)


def stop_again(situation: Situation) -> None:
    """What `start` has started. Raises UnavailableError."""
    if situation.interrupted is not None:
        kept_file.write(situation.defined.uuid, situation.interrupted)
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


def _down(error: UnavailableError, situation: Situation, kept: Kept) -> UnavailableError:
    """With what a person does when libvirt starts the network no more."""
    devices = dict.fromkeys(port.device for port in kept.ports)
    attached = [f"ip link set dev {device} master {situation.now.bridge}" for device in devices]
    remedy = "; ".join((f"when libvirtd runs: virsh net-start {situation.name}", *attached))
    is_so = "may be stopped" if situation.connection.hangs else "is stopped"
    return UnavailableError(f"{situation.name} {is_so}: {error}", remedy=f"{remedy}; or run this again then")


def bring_back(situation: Situation, kept: Kept) -> None:
    """To the network as it runs now. Raises UnavailableError, and as `put_back` does."""
    xml = situation.network.xml()
    bridge = facts(xml).bridge
    failed = _not_put_back(kept.ports, bridge)
    if not any(map(bridges.is_stray, kept.ports)):
        kept_file.forget(situation.defined.uuid)
    failed += ((f"{bridge} has lost a setting", command) for command in additions.give(kept.added, bridge))
    for host in network_names.missing(xml, kept.names):
        try:
            situation.network.name_host(host)
        except UnavailableError as error:
            failed.append((str(error), f"virsh net-update {situation.name} add dns-host {shlex.quote(host)} --live"))
    _tell(failed)


def put_back(ports: tuple[Port, ...], bridge: str) -> None:
    """Those that are on no bridge now, to `bridge`. Raises LeftOverError, after all were tried."""
    _tell(_not_put_back(ports, bridge))


def _not_put_back(ports: tuple[Port, ...], bridge: str) -> list[Failed]:
    failed: list[Failed] = []
    for port in filter(bridges.is_stray, ports):
        try:
            unset = bridges.attach(port, bridge)
        except UnavailableError as error:
            if bridges.is_stray(port):  # else it has ended meanwhile
                command = f"ip link set dev {port.device} master {bridge}"
                failed.append((f"{port.device} is not on {bridge} any more: {error}", command))
        else:
            if bridges.exists(port.device):
                failed += ((f"the port {port.device} is not set as before", command) for command in unset)
    return failed


def _tell(failed: list[Failed]) -> None:
    if failed:
        reasons = dict.fromkeys(reason for reason, _ in failed)
        raise LeftOverError("; ".join(reasons), remedy="; ".join(command for _, command in failed))
