"""How QEMU is attached to a network: by a tap, by a link's socket, or to its own user network.

Values only; `segment.py` makes what the first two name. Source: qemu(1), `-netdev`.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A tap device by its open `descriptor`, which QEMU inherits: for one run, since frames wait in it."""

    descriptor: int

    def netdev(self) -> str:
        """The backend for `-netdev`, without its id."""
        return f"tap,fd={self.descriptor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEnd:
    """The socket of a link, to which QEMU connects when it starts (QEMU >= 7.2)."""

    path: Path

    def netdev(self) -> str:
        """The backend for `-netdev`, without its id."""
        return f"stream,server=off,addr.type=unix,addr.path={quoted(self.path)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserNetwork:
    """QEMU's built-in network and TFTP server: the fall-back without namespaces.

    It serves the files under `tftp`, names `boot_file` by DHCP (a name that ends in `/` makes the firmware probe), and
    reaches the outside as the user does.
    """

    tftp: Path
    boot_file: str = "/"

    def netdev(self) -> str:
        """The backend for `-netdev`, without its id."""
        return f"user,tftp={quoted(self.tftp)},bootfile={quoted(self.boot_file)}"


Attachment = Tap | LinkEnd | UserNetwork


def quoted(value: Path | str) -> str:
    """`value` inside a QEMU option, where a comma is doubled."""
    return str(value).replace(",", ",,")
