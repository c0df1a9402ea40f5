"""All that a Smart Proxy of this daemon is asked, over the inventory and its journal; and what guests get of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from time import time
from typing import Final

from netipl.content import Content
from netipl.control.foreman.boot_files import BootFiles, Terms
from netipl.control.foreman.configurations import Configurations
from netipl.control.foreman.dhcp_servers import OwnServer
from netipl.control.foreman.libvirt_server import LibvirtServer, MakeDriver
from netipl.control.foreman.reservations import Reservations
from netipl.control.foreman.strangers import Strangers
from netipl.errors import NetiplError
from netipl.firmware.lint.finding import Target
from netipl.firmware.versions import Version
from netipl.guests.network import Network
from netipl.integrations.foreman import upstream
from netipl.integrations.libvirt import driver
from netipl.integrations.libvirt.connection import SYSTEM
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Denied, Missing, Resolution
from netipl.provisioning.changes import Change
from netipl.provisioning.choice import OfForeman
from netipl.provisioning.foreman import hosts
from netipl.provisioning.foreman.deployed import Variant
from netipl.provisioning.foreman.deploying import BootsFiles, deployed_for, deployment
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed
from netipl.servers.smartproxy.control import Passed
from netipl.servers.smartproxy.logbook import Level, Logbook
from netipl.servers.smartproxy.request import Pairs
from netipl.store import deploying

_IMAGE: Final = "/boot.img"
_GUESTS: Final = "guests/"
_SAID: Final = {"built": Deed.HOST_BUILT, "failed": Deed.HOST_FAILED}
"""By the kind of template that a host asks for to say so."""

Commit = Callable[[Iterable[Change]], Awaitable[None]]


class ForemanPlane:
    """In the directory `root`. `public` is what everybody is served, by name, and `is_directory` tells a directory of
    it. `run` works until it is cancelled.
    """

    def __init__(
        self,
        root: Path,
        inventory: Inventory,
        terms: Terms,
        *,
        commit: Commit,
        public: Callable[[str], Resolution],
        is_directory: Callable[[str], bool],
        pings: bool,
        foreman: upstream.Place | None,
        program: Content,
        libvirt: str = SYSTEM,
        make_driver: MakeDriver = driver.Driver,
    ) -> None:
        """`program` is the one for re-IPL, and `libvirt` what serves the DHCP of networks whose settings say so."""
        self.logbook = Logbook(time)
        self._inventory = inventory
        self._commit = commit
        self.boot_files = BootFiles(root, inventory, terms, self.logbook, commit=commit)
        self.tftp = Configurations(self.boot_files.files, inventory, self.boot_files, self.logbook, commit=commit)
        self._libvirts = LibvirtServer(libvirt, inventory, make_driver)
        self.dhcp = Reservations(
            inventory, OwnServer(inventory), self._libvirts, self.logbook, commit=commit, pings=pings
        )
        self.upstream = PassingOn(foreman) if foreman is not None else None
        self._strangers = Strangers(inventory, program)
        self._public = public
        self._is_directory = is_directory

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.boot_files.run())
                tasks.create_task(self._libvirts.run())
        finally:
            if self.upstream is not None:
                await self.upstream.close()

    def deployed_for(self, network: Network, mac: Mac, version: Version | None) -> OfForeman | None:
        """What Foreman has deployed for a machine."""
        return deployed_for(self._inventory.deployed, network, mac, version)

    def served(self, name: str) -> Resolution:
        """What everybody is served by HTTP."""
        found = self._public(name)
        return Denied(f"{name} is a directory") if isinstance(found, Missing) and self._is_directory(name) else found

    def promised(self, name: str) -> Resolution:
        """What a client's own plan promises: a boot file, or one image of two."""
        if name.startswith(_GUESTS) and name.endswith(_IMAGE):
            return self._image(name.removeprefix(_GUESTS).removesuffix(_IMAGE))
        return self.boot_files.resolve(name)

    def configuration(self, name: str) -> Resolution:
        """For clients whose addresses are another server's: they are known by what they ask for."""
        return self._strangers.resolve(name)

    async def host_said(self, kind: str, address: str) -> None:
        """Kept in the timeline of the guest that has this address. That it cannot be kept is no reason to tell the
        guest anything else than Foreman does.
        """
        if kind not in _SAID:
            return
        told = hosts.said(self._inventory, _SAID[kind], IPv4Address(address), datetime.now(UTC))
        try:
            await self._commit(told)
        except NetiplError as error:
            self.logbook.add(Level.ERROR, f"that {address} says that it is {kind} is not kept: {error}")

    def _image(self, name: str) -> Resolution:
        guest = self._inventory.guest(name)
        for mac in guest.macs if guest is not None else ():
            found = self._inventory.deployed.configuration(str(mac), Variant.PXELINUX)
            made = deployment(found.data, Target()) if found is not None else None
            if isinstance(made, BootsFiles):
                return deploying.image(made.entries[0], self.boot_files.resolve)
        return Missing()


class PassingOn:
    """Foreman, in the words of the Smart Proxy."""

    def __init__(self, place: upstream.Place) -> None:
        self._made = upstream.Upstream(place)

    def open(self) -> None:
        self._made.open()

    @property
    def host(self) -> str:
        return self._made.host

    async def ask(self, method: str, path: str, query: Pairs, headers: Mapping[str, str], body: bytes) -> Passed:
        found = await self._made.ask(method, path, query, headers, body)
        return Passed(status=found.status, body=found.body, media_type=found.media_type, reason=found.reason)

    async def close(self) -> None:
        await self._made.close()
