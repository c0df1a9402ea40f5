"""Restarts a network, and puts back what was on its bridge, which goes and comes with it.

Whoever has left meanwhile is nobody's loss. What could not be put back does not take the restart back: that would only
cut it off once more.
"""

from netipl.errors import UnavailableError
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
    kept = _kept(situation)
    situation.network.stop()
    try:
        situation.network.start()
    except UnavailableError as error:
        networks.define(situation.connection, fallback)
        situation.network.start()
        _put_back_after(error, kept, situation)
        raise
    put_back(kept, bridge_of(situation))


def bridge_of(situation: Situation) -> str:
    """Of the network as it runs now, which may be another than before."""
    return facts(situation.network.xml()).bridge


def put_back(ports: tuple[Port, ...], bridge: str) -> None:
    """Those that are on no bridge now, to `bridge`. Raises LeftOverError, after all were tried."""
    failed = []
    for port in ports:
        try:
            if bridges.exists(port.device) and bridges.master(port.device) is None:
                bridges.attach(port, bridge)
        except UnavailableError as error:
            if bridges.exists(port.device):  # else it has ended meanwhile
                failed.append((port.device, error))
    if failed:
        devices = " ".join(device for device, _ in failed)
        remedy = f"for each: ip link set dev DEVICE master {bridge}"
        raise LeftOverError(f"not on {bridge} any more: {devices}: {failed[0][1]}", remedy=remedy) from failed[0][1]


def _put_back_after(error: UnavailableError, kept: tuple[Port, ...], situation: Situation) -> None:
    try:
        put_back(kept, bridge_of(situation))
    except LeftOverError as left:
        error.add_note(left.in_one_line)


def _kept(situation: Situation) -> tuple[Port, ...]:
    """What is on the bridge now, and what should be."""
    return (*bridges.ports(situation.now.bridge), *(Port(device=tap.device) for tap in situation.lost))
