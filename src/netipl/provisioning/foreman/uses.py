"""Which deployed configurations need a boot file: those that name it, for whatever boot program and firmware they are.

Rather one too many than one too few: a file that none needs may be removed.
"""

from collections.abc import Iterator
from datetime import datetime

from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import BootFile, Configuration, Deployed, Variant
from netipl.provisioning.inventory import Inventory
from netipl.values import value


@value(kw_only=True)
class KeptFile:
    """A boot file as it lies here. `size` in bytes and `came` are None where it is not there."""

    file: BootFile
    source: str
    """Its URL, without a password."""
    size: int | None
    came: datetime | None
    users: tuple[str, ...]
    """Names that the configurations would have in a TFTP root."""


def hosts(inventory: Inventory, name: str) -> Iterator[tuple[Guest, Mac]]:
    """The guests that Foreman lets boot the file `name`, each by the MAC that it was deployed for."""
    naming = _naming(inventory.deployed, name)
    stations = {each.station for each in naming if each.variant is Variant.PXELINUX}
    for guest in inventory.guests:
        mac = next((mac for mac in guest.macs if str(mac) in stations), None)
        if guest.origin is Origin.FOREMAN and mac is not None:
            yield guest, mac


def users(deployed: Deployed, name: str) -> tuple[str, ...]:
    """Of the file `name`, in order."""
    return tuple(sorted(each.variant.file(each.station) for each in _naming(deployed, name)))


def _naming(deployed: Deployed, name: str) -> Iterator[Configuration]:
    wanted = name.encode("utf-8", "surrogateescape")
    return (each for each in deployed.configurations if wanted in each.data)
