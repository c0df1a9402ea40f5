"""A new machine: a domain of the guest's name on the bridge that netipl serves, with its UUID, its MAC and a disk."""

import os
from typing import Final
from uuid import uuid4

from netipl.control.machines.ports import Driver
from netipl.errors import ConflictError, NetiplError, RefusedError, UnavailableError
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.integrations.libvirt import domain_making
from netipl.integrations.libvirt.domain import Domain, domain
from netipl.integrations.libvirt.domain_making import DiskWanted, Host, Wanted
from netipl.integrations.libvirt.worker.protocol import Call
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import DiskAsked, MachineAsked

_NO_QEMU: Final = "install QEMU for s390x there (Debian 12: qemu-system-misc, Debian 13: qemu-system-s390x)"


class Defining:
    """With the libvirt of `driver`."""

    def __init__(self, inventory: Inventory, driver: Driver) -> None:
        self._inventory = inventory
        self._driver = driver

    async def define(self, guest: Guest, asked: MachineAsked) -> tuple[Domain, str]:
        """It, and the path of its disk. Raises NetiplError, and then nothing is left of it."""
        if not guest.macs:
            raise RefusedError(
                f"guest {guest.name} has no MAC address", remedy=f"netipl guest set {guest.name} --mac MAC"
            )
        host, network = await self.host(), self._network(guest)
        where = await self._where(network)
        disk, volume = await self._disk(guest, asked.disk)
        wanted = Wanted(
            name=guest.name,
            uuid=guest.uuid or uuid4(),
            mac=guest.macs[0],
            network=where,
            bridge="" if where else str(network.interface),
            memory=asked.memory,
            cpus=asked.cpus,
            cpu=guest.cpu,
            disk=disk,
        )
        try:
            record = await self._driver.ask(Call.DEFINE, xml=domain_making.domain(wanted, host))
        except NetiplError:
            if volume:
                await self._driver.ask(Call.REMOVE_VOLUME, path=volume)
            raise
        return domain(record), disk.path if disk is not None else ""

    async def host(self) -> Host:
        """What libvirt has for s390x. Raises UnavailableError."""
        said = await self._driver.ask(Call.CAPABILITIES)
        found = domain_making.host(said["xml"], is_system=said["is_system"])
        if found is None:
            raise UnavailableError(f"libvirt at {self._driver.uri} has no QEMU for s390x", remedy=_NO_QEMU)
        return found

    def _network(self, guest: Guest) -> Network:
        """Raises RefusedError."""
        network = self._inventory.network(guest.network) if guest.network is not None else None
        if network is None or network.interface is None:
            raise RefusedError(
                f"the network of guest {guest.name} has no interface on this host",
                remedy="a machine is made on the bridge that netipl serves: `interface` in [networks.NAME]",
            )
        return network

    async def _where(self, network: Network) -> str:
        """The libvirt network whose bridge `network` is served on; empty where there is none."""
        found = (each for each in await self._driver.ask(Call.NETWORKS) if each["bridge"] == network.interface)
        return next((str(each["name"]) for each in found), "")

    async def _disk(self, guest: Guest, asked: DiskAsked | None) -> tuple[DiskWanted | None, str]:
        """And the path of a volume that was made for it."""
        if asked is None:
            return None, ""
        if asked.path:
            await self._demand_free(asked.path)
            is_block = asked.path.startswith("/dev/")
            return DiskWanted(path=asked.path, kind=asked.kind, is_block=is_block, number=guest.disk), ""
        made = await self._driver.ask(Call.MAKE_VOLUME, pool=asked.pool, name=guest.name, bytes=asked.size)
        return DiskWanted(**made, number=guest.disk), made["path"]

    async def _demand_free(self, path: str) -> None:
        """No domain of any kind has it, by this name or another. Raises ConflictError."""
        for each in await self._driver.ask(Call.DOMAINS):
            if any(_real(disk["source"]) == _real(path) for disk in each["disks"] if disk["source"]):
                raise ConflictError(
                    f"{path} is the disk of domain {each['name']}",
                    remedy="name another one; an installation would overwrite what that domain has",
                )


def _real(path: str) -> str:
    """Without symbolic links, as /dev/VG/LV is one."""
    return os.path.realpath(path) if path.startswith("/") else path
