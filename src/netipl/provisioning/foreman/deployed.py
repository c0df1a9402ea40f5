"""What Foreman has deployed by its Smart Proxy API: configurations of boot programs, DHCP reservations, boot files.

Kept word for word: Foreman is given back what it sent. What a guest gets of it is decided in deploying.py. Source of
the names of files: the contract of Foreman's Smart Proxy (docs/reference/foreman.md).
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Final

from netipl.net import Mac
from netipl.values import value

DEFAULT: Final = ""
"""Stands for the MAC of a configuration that is for whoever has none of its own."""

_STATION: Final = re.compile(r"([0-9a-f]{1,2}:){5}([0-9a-f]{1,2}:){0,14}[0-9a-f]{1,2}", re.ASCII | re.IGNORECASE)
_LENGTHS: Final = frozenset({6, 20})
"""Octets of an Ethernet and of an InfiniBand address."""


class Variant(StrEnum):
    """A boot program whose configuration is deployed. Only that of PXELinux means anything to the s390x firmware."""

    PXELINUX = "pxelinux"
    PXEGRUB = "pxegrub"
    PXEGRUB2 = "pxegrub2"
    IPXE = "ipxe"
    ZTP = "ztp"
    POAP = "poap"

    @classmethod
    def named(cls, text: str) -> "Variant | None":
        """In any case; `syslinux` has the files of PXELinux."""
        name = text.lower()
        return cls.PXELINUX if name == "syslinux" else next((each for each in cls if each == name), None)

    def file(self, station: str) -> str:
        """Where its configuration stands in a TFTP root, as other Smart Proxies write it."""
        dashed, bare = f"01-{station.replace(':', '-')}", station.replace(":", "").upper()
        name, default = {
            Variant.PXELINUX: (f"pxelinux.cfg/{dashed}", "pxelinux.cfg/default"),
            Variant.PXEGRUB: (f"grub/menu.lst.01{bare}", "grub/menu.lst"),
            Variant.PXEGRUB2: (f"grub2/grub.cfg-{dashed}", "grub2/grub.cfg"),
            Variant.IPXE: (f"pxelinux.cfg/{dashed}.ipxe", "pxelinux.cfg/default.ipxe"),
            Variant.ZTP: (f"ztp.cfg/{bare}", "ztp.cfg"),
            Variant.POAP: (f"poap.cfg/{bare}", "poap.cfg"),
        }[self]
        return default if station == DEFAULT else name


def station(text: str) -> str | None:
    """The MAC `text`, of 6 or 20 octets, in the one way in which it is kept; None for what is none."""
    octets = text.split(":")
    if not _STATION.fullmatch(text) or len(octets) not in _LENGTHS:
        return None
    return ":".join(octet.rjust(2, "0") for octet in octets).lower()


@value(kw_only=True)
class Configuration:
    """What was uploaded for a `station`, or for DEFAULT."""

    station: str
    variant: Variant
    data: bytes


@value(kw_only=True)
class Reservation:
    """A DHCP record, by network and MAC. `options` are all other keys that it came with, in their order."""

    network: str
    mac: Mac
    address: IPv4Address
    name: str
    hostname: str
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str:
        """Empty where it is not said."""
        return next((said for key, said in self.options if key == name), "")


class FileState(StrEnum):
    """How far a boot file has come."""

    ASKED = "asked"
    """It is fetched, at once or after the next start."""
    THERE = "there"
    FAILED = "failed"


@value(kw_only=True)
class BootFile:
    """A boot file by its name in the tree, and where it comes from. `detail` is its sum, or why there is none, and
    `validator` what tells this version of it from others (RFC 9110, 8.8).
    """

    name: str
    url: str
    state: FileState = FileState.ASKED
    detail: str = ""
    validator: str = ""


class Deployed:
    """All of it. It looks up and applies, and decides nothing."""

    def __init__(self) -> None:
        self._configurations: dict[tuple[str, Variant], Configuration] = {}
        self._reservations: dict[tuple[str, Mac], Reservation] = {}
        self._files: dict[str, BootFile] = {}

    def reload(
        self,
        configurations: Iterable[Configuration],
        reservations: Iterable[Reservation],
        files: Iterable[BootFile],
    ) -> None:
        self._configurations = {(each.station, each.variant): each for each in configurations}
        self._reservations = {(each.network, each.mac): each for each in reservations}
        self._files = {each.name: each for each in files}

    def set_configuration(self, configuration: Configuration) -> None:
        self._configurations[configuration.station, configuration.variant] = configuration

    def forget_configuration(self, station: str, variant: Variant) -> None:
        self._configurations.pop((station, variant), None)

    def set_reservation(self, reservation: Reservation) -> None:
        self._reservations[reservation.network, reservation.mac] = reservation

    def forget_reservation(self, network: str, mac: Mac) -> None:
        self._reservations.pop((network, mac), None)

    def set_file(self, file: BootFile) -> None:
        self._files[file.name] = file

    def forget_file(self, name: str) -> None:
        self._files.pop(name, None)

    def configuration(self, station: str, variant: Variant) -> Configuration | None:
        return self._configurations.get((station, variant))

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        return tuple(self._configurations.values())

    def variants(self, station: str) -> Iterator[Variant]:
        """Those that were uploaded for it."""
        return (variant for variant in Variant if (station, variant) in self._configurations)

    def reservation(self, network: str, mac: Mac) -> Reservation | None:
        return self._reservations.get((network, mac))

    def reservations(self, network: str) -> list[Reservation]:
        """By address."""
        found = (each for each in self._reservations.values() if each.network == network)
        return sorted(found, key=lambda each: (each.address, each.mac))

    def file(self, name: str) -> BootFile | None:
        return self._files.get(name)

    @property
    def files(self) -> tuple[BootFile, ...]:
        return tuple(self._files.values())

    @property
    def is_empty(self) -> bool:
        return not (self._configurations or self._reservations)
