"""Which guests of netipl boot over one libvirt network, and by which boot file: from the settings and the network.

The network of the settings is that of the same bridge or name. A root is the same to everybody, so the files of all
guests are exported to it, but only those of this network are told to its dnsmasq.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Final

from netipl.guests.guest import BootMethod, Guest
from netipl.hosting import exported
from netipl.integrations.libvirt.network_xml import NetworkFacts
from netipl.provisioning.export import Client, Export
from netipl.settings.settings import Settings

PROBING: Final = "/"
"""The boot file that lets the firmware look for configurations in pxelinux.cfg/."""
_PROBING: Final = frozenset({"", PROBING})


@dataclass(frozen=True, slots=True, kw_only=True)
class BootedHere:
    """`here` are those of `export` in this network; `boot_file` is what all get that are told nothing of their own.

    Without settings there is no export, and what an earlier one has written is nobody's to remove.
    """

    export: Export | None
    here: tuple[Client, ...]
    boot_file: str
    subnet: IPv4Network
    notices: tuple[str, ...] = ()


def booted_here(settings: Settings | None, network: NetworkFacts, boot_file: str | None) -> BootedHere:
    """Raises UnavailableError where a boot file cannot be read. The network has an address."""
    assert network.interface is not None  # by require_dnsmasq
    subnet = network.interface.network
    if settings is None:
        return BootedHere(export=None, here=(), boot_file=_or_probing(boot_file), subnet=subnet)
    export = _export(settings, boot_file)
    called = _called(settings, network)
    here = tuple(client for client in export.clients if client.guest is None or _is_here(client.guest, called, subnet))
    return BootedHere(
        export=export,
        here=here,
        boot_file=_or_probing(boot_file if boot_file is not None else _of_unknown(here)),
        subnet=subnet,
        notices=tuple(_notices(export, here, subnet)),
    )


def _export(settings: Settings, boot_file: str | None) -> Export:
    """As `netipl export` has it; beside a boot file for all, guests that name no method boot by a file, too."""
    wanted = exported.wanted(settings)
    if wanted.method is None and boot_file is not None and boot_file not in _PROBING:
        wanted = replace(wanted, method=BootMethod.CONFIG)
    return wanted.export()


def _called(settings: Settings, network: NetworkFacts) -> str | None:
    """The network's name in the settings."""
    for each in settings.networks():
        if network.bridge == each.interface or (each.interface is None and network.name == each.name):
            return each.name
    return None


def _is_here(guest: Guest, called: str | None, subnet: IPv4Network) -> bool:
    if guest.network is not None:
        return guest.network == called
    return guest.address is not None and guest.address in subnet


def _of_unknown(here: tuple[Client, ...]) -> str | None:
    """The boot file of clients that are no guests, where they get one."""
    for client in here:
        if client.guest is None and client.fields is not None:
            return client.fields.file.decode()
    return None


def _or_probing(boot_file: str | None) -> str:
    return boot_file or PROBING


def _notices(export: Export, here: tuple[Client, ...], subnet: IPv4Network) -> Iterator[str]:
    for each in export.left_out:
        yield f"guest {each.name} is left out: {each.reason}; {each.remedy}"
    for client in here:
        guest = client.guest
        if guest is None:
            continue
        if not guest.macs:
            yield f"guest {guest.name} gets no address of its own: its MAC is not known"
        elif len(guest.macs) > 1 and guest.address is not None:
            yield f"guest {guest.name} gets its address with {guest.macs[0]} alone: libvirt gives it to one MAC"
        if guest.address is not None and guest.address not in subnet:
            yield f"guest {guest.name} gets no address of its own: {guest.address} is not in {subnet}"
