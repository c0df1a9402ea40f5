"""What Foreman needs of the daemon, wired from the settings: its plane, and the server in front of it."""

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final

from netipl.control.foreman.boot_files import Terms
from netipl.control.foreman.foreman_plane import ForemanPlane
from netipl.integrations.mirror.client import Patience
from netipl.integrations.mirror.guard import Guard
from netipl.integrations.payload import reipl_program
from netipl.protocols.tftp.resolution import Missing, Resolution
from netipl.provisioning.changes import Change
from netipl.provisioning.inventory import Inventory
from netipl.settings import foreman, libvirt_dhcp
from netipl.settings.settings import Settings

if TYPE_CHECKING:
    from netipl.servers.smartproxy.server import SmartProxyServer

_MIB: Final = 1 << 20
HIDDEN: Final = "pxelinux.0"
"""A program for x86 that the firmware would start as a kernel. Whoever misses it looks for a configuration instead."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


def plane(
    settings: Settings, inventory: Inventory, *, commit: Commit, public: Callable[[str], Resolution]
) -> ForemanPlane:
    """`public` is what everybody is served."""
    keys = settings.foreman
    terms = Terms(
        guard=Guard(keys.fetch_from),
        verify=keys.verify_downloads,
        most=keys.largest_file * _MIB,
        patience=Patience(),
    )

    def is_directory(name: str) -> bool:
        roots = (made.boot_files.files, settings.tftp_root)
        return any(root is not None and os.path.isdir(root / name) for root in roots)  # noqa: PTH112 - any name

    made = ForemanPlane(
        settings.foreman_directory(),
        inventory,
        terms,
        commit=commit,
        public=public,
        is_directory=is_directory,
        pings=keys.ping,
        foreman=foreman.upstream(keys, settings.placed),
        program=reipl_program(),
        libvirt=libvirt_dhcp.uri(settings.libvirt),
    )
    return made


def server(settings: Settings, plane: ForemanPlane) -> "SmartProxyServer | None":
    """None where the settings say nowhere to listen."""
    keys = settings.foreman
    if not foreman.is_wanted(keys):
        return None
    from netipl.servers.smartproxy.server import SmartProxyServer  # noqa: PLC0415 - a third of a second

    return SmartProxyServer(plane, foreman.offer(keys, settings.networks()), foreman.listen(keys, settings.placed))


def public(settings: Settings, plane: ForemanPlane, name: str) -> Resolution | None:
    """What of `name` is Foreman's, for everybody; None where it is nothing of it."""
    if not foreman.is_wanted(settings.foreman):
        return None
    if name.rpartition("/")[2] == HIDDEN:
        return Missing()
    found = plane.boot_files.resolve(name)
    return None if isinstance(found, Missing) else found
