"""The whole plans for a network: its own part, and around it what this host needs besides."""

from pathlib import Path

from netipl.errors import RefusedError
from netipl.hosting.networks import disabling, enabling
from netipl.hosting.networks.enabling import Asked
from netipl.hosting.networks.plan import Plan
from netipl.hosting.networks.situation import Situation
from netipl.hosting.serving import serving
from netipl.hosting.serving.serving import Around
from netipl.integrations.libvirt.network_record import Server


def by_netipl(situation: Situation, asked: Asked, config: Path) -> Plan:
    """By netipl, as the settings file `config` says. Raises NetiplError where it cannot."""
    network = enabling.by_netipl(situation, asked)
    if asked.later and network.steps and situation.running_xml is not None:
        raise RefusedError(_two_servers(situation), remedy="leave --no-restart out")
    return _around(network, serving.begun(situation, config))


def by_dnsmasq(situation: Situation, asked: Asked, _config: Path) -> Plan:
    """By libvirt's own dnsmasq. Raises NetiplError where it cannot."""
    return _around(enabling.by_dnsmasq(situation, asked), serving.by_dnsmasq(situation))


def restored(situation: Situation, config: Path, *, later: bool) -> Plan:
    """As it was before netipl came. Raises NetiplError."""
    network = disabling.restored(situation, later=later)
    match situation.server:
        case None:
            return network
        case Server.DNSMASQ:
            return _around(network, serving.closed_again(situation))
    if later and situation.running_xml is not None:
        raise RefusedError(f"nobody would serve {situation.name} until then", remedy="leave --no-restart out")
    return _around(network, serving.ended(situation, config))


def _around(network: Plan, around: Around) -> Plan:
    steps = (*around.before, *network.steps, *around.behind)
    return Plan(steps=steps, notices=(*network.notices, *around.notices))


def _two_servers(situation: Situation) -> str:
    return f"dnsmasq would go on to answer on {situation.name}, and netipl would, too"
