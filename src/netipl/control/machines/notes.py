"""What of a machine would keep its guest from being installed, or is worth knowing: a row for each, with its remedy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from netipl.guests.guest import Guest
from netipl.integrations.libvirt.domain import Domain
from netipl.integrations.libvirt.domain_xml import BootsFrom
from netipl.provisioning.machine_view import Note


def notes(domain: Domain, guest: Guest, *, managed: bool) -> Iterator[Note]:
    """Of the machine of `guest`."""
    for row in _ROWS:
        if row.is_so(domain, guest, managed):
            yield Note(
                rule=row.rule,
                message=row.message.format(domain=domain.name, guest=guest.name),
                remedy=row.remedy.format(domain=domain.name, guest=guest.name),
                stops=row.stops(domain, managed),
            )


def _boots_elsewhere(domain: Domain, _: Guest, managed: bool) -> bool:  # noqa: FBT001 - a row of the table
    """A managed one is put right, unless it boots from what is not ours."""
    first = domain.facts.boots_from
    return first is BootsFrom.OTHER if managed else first is not BootsFrom.NETWORK


def _not_virtio(domain: Domain, guest: Guest, _: bool) -> bool:  # noqa: FBT001
    """Only virtio interfaces have a boot program on s390x."""
    own = {str(mac) for mac in guest.macs}
    return any(each.mac in own and each.model not in {"virtio", ""} for each in domain.facts.interfaces)


def _other_uuid(domain: Domain, guest: Guest, _: bool) -> bool:  # noqa: FBT001
    """The firmware asks for files by the UUID of its domain."""
    return guest.uuid is not None and str(guest.uuid) != domain.uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """The last argument of both says whether netipl manages the machine."""

    rule: str
    message: str
    remedy: str
    is_so: Callable[[Domain, Guest, bool], bool]
    stops: Callable[[Domain, bool], bool]


_ROWS: Final = (
    _Row(
        rule="machine-off-at-reboot",
        message="on_reboot of domain {domain} is destroy: it is switched off when an installer reboots, and on its way "
        "to the disk over the network",
        remedy="virsh edit {domain}: <on_reboot>restart</on_reboot>; or netipl guest attach {guest}, so that its boot "
        "order leads to the disk",
        is_so=lambda domain, *_: domain.facts.on_reboot == "destroy",
        stops=lambda _, managed: not managed,
    ),
    _Row(
        rule="machine-restarts-at-once",
        message="on_crash of domain {domain} starts it again at once: a firmware that fails does so for ever",
        remedy="virsh edit {domain}: <on_crash>destroy</on_crash>",
        is_so=lambda domain, *_: domain.facts.on_crash.endswith("restart"),
        stops=lambda *_: False,
    ),
    _Row(
        rule="machine-boots-elsewhere",
        message="domain {domain} does not try the network first",
        remedy="netipl guest attach {guest} lets netipl choose; or virsh edit {domain}: <boot order='1'/> in its "
        "<interface>",
        is_so=_boots_elsewhere,
        stops=lambda domain, _: domain.facts.boots_from is not BootsFrom.DISK,  # which may be blank
    ),
    _Row(
        rule="machine-interface",
        message="the interface of domain {domain} is no virtio device: the firmware cannot boot from it",
        remedy="virsh edit {domain}: <model type='virtio'/>",
        is_so=_not_virtio,
        stops=lambda *_: True,
    ),
    _Row(
        rule="machine-uuid",
        message="the UUID of domain {domain} is not that of guest {guest}",
        remedy="netipl guest attach {guest} --domain {domain}",
        is_so=_other_uuid,
        stops=lambda *_: False,
    ),
)
