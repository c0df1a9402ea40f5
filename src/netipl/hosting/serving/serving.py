"""What `--server netipl` takes beside the network itself, and the way back, as steps around the network's own.

The firewall, the settings and reservations come first: they disturb nobody. Leases are handed over once dnsmasq gives
no more, and the daemon begins last. The way back begins with the daemon, so that no network ever has two DHCP servers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError, UnavailableError
from netipl.guests.network import Network
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import Step
from netipl.hosting.serving import network as networks
from netipl.hosting.serving import running, settings_file
from netipl.hosting.serving.daemon_step import LetGo, ReloadDaemon, RestartDaemon, StopDaemon
from netipl.hosting.serving.firewall_step import closed, opened
from netipl.hosting.serving.handing_back import handed_back
from netipl.hosting.serving.handing_over import HandOver, taken_back, waiting
from netipl.hosting.serving.own_table import differences, require_answers
from netipl.integrations import systemctl
from netipl.integrations.firewall.access import DHCP, TFTP, Access, Service
from netipl.integrations.firewall.nftables import rules
from netipl.integrations.libvirt.network_edits import without_netipl
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.xml_text import parsed, text_of
from netipl.provisioning.taking_over import HandedOver
from netipl.settings.load import DEFAULT_PATH, load, read
from netipl.settings.settings import Settings

_HTTP: Final = 8069
_LET_IN: Final = f"{systemctl.UNIT} has to be let into libvirt, or names of guests do not resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Steps before and behind that of the network, and what is to be known."""

    before: tuple[Step, ...] = ()
    behind: tuple[Step, ...] = ()
    notices: tuple[str, ...] = ()


def begun(situation: Situation, config: Path) -> Around:
    """For a network that netipl begins to serve, by the settings file `config`. Raises NetiplError where it cannot."""
    xml = _without_netipl(situation)
    libvirts = networks.network(xml)
    written = settings_file.adding(config, libvirts, situation.connection.uri)
    settings = load(config) if written is None else read(written.after or "", config)
    network = next(each for each in settings.networks() if each.interface == libvirts.interface)
    if situation.defined.server is not Server.NETIPL:
        require_answers(network, libvirts)
    firewall = _opened(_access(network, settings))
    handed = _handed_over(situation, xml, settings, network.name)
    behind = Around()
    if handed is not None or written is not None:
        behind = _all(handed or Around(), _restarted(settings, network))
    settled = Around(notices=(*differences(network, libvirts), *networks.losses(xml)))
    return _all(firewall, Around(before=() if written is None else (written,)), behind, settled)


def _handed_over(situation: Situation, xml: str, settings: Settings, name: str) -> Around | None:
    """None where the daemon has taken all over. What waits yet may be of an enabling that was cut off."""
    given = situation.network.leases
    if situation.defined.server is not Server.NETIPL:
        guests, lost = networks.reservations(xml, name)
        handed = HandedOver(network=name, guests=guests)
        before, behind = HandOver(settings, handed), HandOver(settings, handed, given)
        return Around(before=(before,), behind=(behind,), notices=lost)
    left = waiting(settings, name)
    if left is None:
        return None
    leases = HandOver(settings, left, given)
    return Around(behind=(leases,) if leases.is_needed else ())


def ended(situation: Situation, config: Path) -> Around:
    """For one that netipl serves no more. Raises NetiplError where it would go on to.

    A table that somebody else has taken out does not mean that a daemon has let go.
    """
    network = networks.network(_without_netipl(situation))
    interface = str(network.interface)
    written = settings_file.removing(config, interface)
    settings = load(config) if written is not None else settings_file.as_if_there(config, network)
    is_served = written is not None or interface in running.interfaces(settings.api_socket())
    daemon = _told_to_let_go(settings, interface) if is_served else None
    let_go = daemon if written is None else written if daemon is None else LetGo(written, daemon)
    known = next(each.name for each in settings.networks() if each.interface == network.interface)
    forgotten = taken_back(settings, known)
    handed = handed_back(settings, known, interface)
    return _all(
        Around(before=() if let_go is None else (let_go,)),
        Around(notices=(handed,)) if isinstance(handed, str) else Around(before=(handed,) if handed.leases else ()),
        closed_again(situation, settings),
        Around(behind=() if forgotten is None else (forgotten,)),
    )


def closed_again(situation: Situation, settings: Settings | None = None) -> Around:
    """The firewall as it was. Who may not see it is told what to take out."""
    access = _access(networks.network(_without_netipl(situation)), settings)
    try:
        step = closed(access)
    except UnavailableError as error:
        told = f"rules with the comment `{access.mark}` have to go, if there are any"
        return Around(notices=(f"the firewall cannot be seen ({error}): {told}",))
    return Around(behind=() if step is None else (step,))


def by_dnsmasq(situation: Situation) -> Around:
    """The firewall alone: libvirt lets guests in by tables of its own, which do not help where others refuse."""
    network = networks.network(_without_netipl(situation))
    return _opened(_access(network, None, services=(DHCP, TFTP)))


def _all(*parts: Around) -> Around:
    return Around(
        before=tuple(step for part in parts for step in part.before),
        behind=tuple(step for part in parts for step in part.behind),
        notices=tuple(notice for part in parts for notice in part.notices),
    )


def _without_netipl(situation: Situation) -> str:
    """The network as dnsmasq serves it by itself."""
    network, _ = without_netipl(parsed(situation.defined_xml))
    return text_of(network)


def _access(network: Network, settings: Settings | None, services: tuple[Service, ...] = ()) -> Access:
    http = Service("HTTP", "tcp", settings.http.port if settings is not None else _HTTP)
    return Access(
        bridge=str(network.interface),
        subnet=network.subnet,
        server=network.server,
        services=services or (DHCP, TFTP, http),
    )


def _opened(access: Access) -> Around:
    """Who may not see the firewall is told what it has to let through."""
    try:
        step = opened(access)
    except UnavailableError as error:
        ports = ", ".join(f"{each.protocol} {each.port}" for each in access.services)
        told = f"the firewall cannot be seen ({error}): it has to let in {ports} from {access.bridge}, which is"
        return Around(notices=(told, *rules(access)))
    return Around() if step is None else Around(before=(step,))


def _service(settings: Settings) -> systemctl.Service | None:
    """The unit in `packaging/` reads the settings at the usual place."""
    return systemctl.service() if settings.path == DEFAULT_PATH else None


def _restarted(settings: Settings, network: Network) -> Around:
    service = _service(settings)
    if service is not None:
        words = f"{'restart' if service.is_active else 'start'} {systemctl.UNIT}, which serves {network.name} then"
        told: tuple[str, ...] = (_LET_IN,)
        if not service.is_enabled:
            told += (f"for every start of this host: systemctl enable {systemctl.UNIT}",)
        return Around(behind=(RestartDaemon(service.is_active, words),), notices=told)
    process = running.process(settings.api_socket())
    how = "run" if process is None else f"end process {process}, and run"
    notice = f"guests of {network.name} get no address until netipl serves them: {how} netipl serve -c {settings.path}"
    return Around(notices=(notice,))


def _told_to_let_go(settings: Settings, interface: str) -> Step | None:
    """How the daemon lets go of the network before dnsmasq takes it; None where there is none."""
    is_last = len(settings.networks()) == 1
    service = _service(settings)
    if service is not None and service.is_active:
        words = f"restart {systemctl.UNIT}, which serves other networks still"
        return StopDaemon() if is_last else RestartDaemon(was_active=True, words=words)
    process = running.process(settings.api_socket())
    if process is None:
        return None
    if is_last:
        message = f"netipl serve (process {process}) has no other network, and would go on to serve this one"
        raise RefusedError(message, remedy=f"end it first: kill {process}")
    return ReloadDaemon(process, settings.api_socket(), interface)
