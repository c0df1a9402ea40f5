"""Makes the plan by which a network serves boots: by libvirt's dnsmasq, or by netipl.

Files and rights come first and the network last, so that nobody is sent to what is not there yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError
from netipl.hosting.networks import tftp_root
from netipl.hosting.networks.booted_here import BootedHere, booted_here
from netipl.hosting.networks.export_files import exporting
from netipl.hosting.networks.network_change import NetworkChange
from netipl.hosting.networks.of_network import of_network
from netipl.hosting.networks.plan import Plan
from netipl.hosting.networks.situation import Situation, require_dnsmasq, require_this_host
from netipl.hosting.networks.step import Step
from netipl.integrations import selinux
from netipl.integrations.libvirt import dnsmasq_guests
from netipl.integrations.libvirt.network_edits import (
    Reservation,
    Wanted,
    served_by_dnsmasq,
    served_by_netipl,
    without_netipl,
)
from netipl.integrations.libvirt.network_record import Server
from netipl.integrations.libvirt.network_xml import NetworkFacts, facts
from netipl.integrations.libvirt.xml_text import parsed, text_of
from netipl.settings.settings import Settings

DEFAULT_ROOT: Final = Path("/srv/tftp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the person said. `settings` are None where there are none; `later` leaves a running network as it is; `stp`
    is whether the spanning tree protocol stays, None where that was not said.
    """

    settings: Settings | None = None
    root: Path | None = None
    boot_file: str | None = None
    later: bool = False
    stp: bool | None = None


def by_dnsmasq(situation: Situation, asked: Asked) -> Plan:
    """Libvirt's own dnsmasq serves. Raises RefusedError and UnavailableError for a network where it cannot."""
    _require_changeable(situation)
    _require_one_server(situation)
    before = _before(situation)
    _require_dhcp(before)
    said = situation.defined if situation.defined.server is Server.DNSMASQ else None
    booted = booted_here(asked.settings, before, asked.boot_file or (said.boot_file if said else None))
    root = _root(asked, said, before)
    reservations = tuple(dnsmasq_guests.reservations(booted.here, booted.subnet))
    _refuse_taken(before, reservations)
    wanted = Wanted(
        root=root,
        boot_file=booted.boot_file,
        reservations=reservations,
        options=tuple(dnsmasq_guests.lines(booted.here, booted.boot_file)),
    )
    after = served_by_dnsmasq(parsed(situation.defined_xml), wanted, keeps_stp=_keeps_stp(situation, asked))
    change = NetworkChange(situation, after, asked.later)
    steps = (*_of_root(root, booted, situation.dnsmasq_user), *of_network(change))
    return Plan(steps=steps, notices=(*booted.notices, *_of_selinux(root), *_of_stp(situation, asked)))


def by_netipl(situation: Situation, asked: Asked) -> Plan:
    """DHCP and TFTP are netipl's: the network's part of it."""
    _require_changeable(situation)
    after = served_by_netipl(parsed(situation.defined_xml), keeps_stp=_keeps_stp(situation, asked))
    change = NetworkChange(situation, after, asked.later)
    notice = (
        f"`virsh net-dhcp-leases {situation.name}` shows no new lease any more, and becomes empty: "
        "`netipl guest list` has the addresses then"
    )
    return Plan(steps=tuple(of_network(change)), notices=(notice, *_of_stp(situation, asked)))


def _before(situation: Situation) -> NetworkFacts:
    """The network without what netipl made of it."""
    return facts(text_of(without_netipl(parsed(situation.defined_xml))[0]))


def _keeps_stp(situation: Situation, asked: Asked) -> bool:
    """A device that leads out of the bridge may lead back to it, and frames would go round for ever."""
    return _before(situation).stp and (bool(situation.others) if asked.stp is None else asked.stp)


def _of_stp(situation: Situation, asked: Asked) -> Iterator[str]:
    if asked.stp is None and _keeps_stp(situation, asked):
        names = ", ".join(port.device for port in situation.others)
        yield (
            f"the spanning tree protocol stays on, since {names} may be part of a ring: a guest that starts is heard "
            f"some seconds later, and its first DISCOVERs are lost; if there is no ring, say --no-stp"
        )


def _require_changeable(situation: Situation) -> None:
    require_this_host(situation.connection)
    require_dnsmasq(situation.defined)
    if not situation.is_persistent:
        message = f"the network {situation.name} runs without a definition"
        raise RefusedError(message, remedy=f"virsh net-dumpxml {situation.name} > FILE; virsh net-define FILE")


def _require_one_server(situation: Situation) -> None:
    """Giving it back ends all that netipl does there; dnsmasq would only begin beside it."""
    if situation.server is Server.NETIPL:
        message = f"netipl serves the network {situation.name}"
        raise RefusedError(message, remedy=f"give it back first: `netipl network disable {situation.name}`")


def _require_dhcp(network: NetworkFacts) -> None:
    if not network.has_dhcp:
        message = f"the network {network.name} has no DHCP, so its dnsmasq would answer nobody"
        remedy = f"add <dhcp><range .../></dhcp> with `virsh net-edit {network.name}`, or use --server netipl"
        raise RefusedError(message, remedy=remedy)


def _refuse_taken(network: NetworkFacts, reservations: Iterable[Reservation]) -> None:
    """Libvirt would define two hosts with one address, and its dnsmasq would then give it to neither."""
    for wanted in reservations:
        for host in network.hosts:
            same = host.address == wanted.address or (host.name and host.name == wanted.name)
            if host.mac != wanted.mac and same:
                message = f"{wanted.address} of {wanted.name or wanted.mac} is taken by <host> {host.mac or host.name}"
                remedy = f"give one of the two another address or name: `virsh net-edit {network.name}`"
                raise RefusedError(message, remedy=remedy)


def _root(asked: Asked, said: NetworkFacts | None, before: NetworkFacts) -> Path:
    """The one that is named, or was before; else that of the settings, of the network, or the usual one."""
    configured = asked.settings.tftp_export if asked.settings is not None else None
    earlier = said.tftp_root if said is not None else None
    return (asked.root or earlier or configured or before.tftp_root or DEFAULT_ROOT).absolute()


def _of_root(root: Path, booted: BootedHere, user: str) -> Iterator[Step]:
    opened = tftp_root.opened(root, user, booted.boot_file)
    if not root.exists():
        yield tftp_root.MakeRoot(root)
    if booted.export is not None and (files := exporting(root, booted.export)) is not None:
        yield files
    if opened is not None:
        yield opened


def _of_selinux(root: Path) -> Iterator[str]:
    if selinux.is_here():
        yield f"for SELinux, once: {'; '.join(selinux.commands(root))}"
