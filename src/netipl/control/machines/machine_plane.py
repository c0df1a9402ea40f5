"""The machines of guests, as libvirt runs them: made, taken over, started, stopped, reset, and shown.

Only a domain whose metadata names its guest is changed or started by itself; what somebody asks for is done with any.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

from netipl.control.consoles.console_plane import ConsolePlane
from netipl.control.consoles.owners import Owners
from netipl.control.machines import notes
from netipl.control.machines.deeds import deed
from netipl.control.machines.defining import Defining
from netipl.control.machines.failing import Failures, History
from netipl.control.machines.interrupted import Interrupted
from netipl.control.machines.keeping import Keeping
from netipl.control.machines.known import Domains, is_managed
from netipl.control.machines.life import Life
from netipl.control.machines.naming import Naming
from netipl.control.machines.ports import Commit, Driver, PutGuest
from netipl.control.machines.power import Power
from netipl.errors import ConflictError, MissingError, RefusedError
from netipl.guests.guest import Guest, Origin
from netipl.integrations.libvirt import driver
from netipl.integrations.libvirt.domain import Domain, domain
from netipl.integrations.libvirt.worker.protocol import Call, Notice
from netipl.provisioning.boots import Boots
from netipl.provisioning.choice import version_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import MachineAsked, MachineView
from netipl.provisioning.timeline import Deed, Observation
from netipl.store.transcripts import Transcripts


class MachinePlane:
    """With the libvirt at `uri`; transcripts of their consoles in the directory `consoles`."""

    def __init__(
        self,
        uri: str,
        inventory: Inventory,
        consoles: Path,
        *,
        commit: Commit,
        observe: Callable[[Observation], None],
        put_guest: PutGuest,
        boots: Boots,
        history: History,
        make_driver: Callable[[str, Callable[[Notice], None]], Driver] = driver.Driver,
    ) -> None:
        self._inventory = inventory
        self._commit = commit
        self._put_guest = put_guest
        self._domains = Domains(inventory)
        self._driver = make_driver(uri, self._hear)
        self._defining = Defining(inventory, self._driver)
        self._power = Power(self._domains, inventory, self._driver, commit)
        self._keeping = Keeping(self._domains, inventory, self._driver, self._power, Failures(boots, history))
        self._consoles = ConsolePlane(self._driver, Owners(self._domains), Transcripts(consoles), observe)
        self._naming = Naming(inventory, self._driver)
        self._interrupted = Interrupted(self._power, history)
        self._life = Life(self._domains, observe=observe, crashed=self._keeping.crashed, unborn=self._interrupted.found)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._keeping.run())
            tasks.create_task(self._consoles.run())
            tasks.create_task(self._naming.run())
            tasks.create_task(self._interrupted.run())

    @property
    def consoles(self) -> ConsolePlane:
        return self._consoles

    def of(self, guest: Guest) -> MachineView | None:
        """Its machine, as it was told last."""
        found = self._domains.of(guest)
        return self._shown(found, guest) if found is not None else None

    def machine(self, name: str) -> MachineView:
        """That of the guest of this name. Raises NetiplError, also while libvirt was never there."""
        guest = self._guest(name)
        if (shown := self.of(guest)) is None:
            self._driver.demand()
            return self._shown(self._domains.demand(guest), guest)
        return shown

    async def define(self, name: str, asked: MachineAsked, *, by: str) -> MachineView:
        """A new domain of the guest's name, with its UUID and MAC. Raises NetiplError, and then nothing is left."""
        guest = self._guest(name)
        if (
            found := next(iter(self._domains.alike(guest)), None)
            or self._domains.of(guest)
            or self._domains.with_name(name)
        ) is not None:
            remedy = f"netipl guest attach {name} takes it over"
            raise ConflictError(f"there is a domain {found.name} already for guest {name}", remedy=remedy)
        told = await self._with_version(replace(guest, uuid=guest.uuid or uuid4()))
        if guest.origin is not Origin.SETTINGS and told != guest:
            guest = await self._put_guest(told, by=by, expected=guest, is_new=False)
        found, disk = await self._defining.define(guest, asked)
        await self._commit((deed(Deed.MACHINE_DEFINED, guest, name, by=by, **({"disk": disk} if disk else {})),))
        self._domains.put(found)
        return self._shown(found, guest)

    async def attach(self, name: str, domain_name: str | None, *, by: str) -> MachineView:
        """The domain is marked as the guest's, which takes its UUID and MACs over where it is another. A guest that
        nobody knows yet is added. Raises NetiplError.
        """
        guest = self._inventory.guest(name)
        found = self._meant(name, guest, domain_name)
        owner = self._domains.guest_of(found)
        if owner is not None and owner.name != name:
            remedy = (
                f"netipl guest attach {owner.name} --release; netipl guest set {owner.name} --uuid '' --mac ANOTHER"
            )
            raise ConflictError(f"domain {found.name} is the machine of guest {owner.name}", remedy=remedy)
        if guest is None or owner is None or self._has_other_uuid(guest, found):
            guest = await self._taken(name, guest, found, by=by)
        record = await self._driver.ask(Call.MARK, uuid=found.uuid, name=name)
        await self._commit((deed(Deed.MACHINE_ATTACHED, guest, found.name, by=by),))
        self._domains.put(domain(record))
        await self._power.order(guest)
        return self.machine(name)

    async def release(self, name: str, *, by: str) -> MachineView:
        """Its domain is marked no more, and left as it is. Raises NetiplError."""
        guest, found = self._guest(name), self.machine(name)
        self._keeping.retries.forget(name)
        record = await self._driver.ask(Call.MARK, uuid=str(found.uuid), name="")
        await self._commit((deed(Deed.MACHINE_RELEASED, guest, found.domain, by=by),))
        self._domains.put(domain(record))
        return self.machine(name)

    async def start(self, name: str, *, by: str, cold: bool) -> MachineView:
        """With `cold` one that runs is switched off first. Raises NetiplError."""
        guest = self._guest(name)
        self._keeping.retries.forget(name)
        done = deed(Deed.MACHINE_ASKED, guest, self.machine(name).domain, by=by, to="start")
        return self._shown(await self._power.start(guest, done, cold=cold), guest)

    async def stop(self, name: str, *, by: str, now: bool) -> MachineView:
        """Its system is asked to shut down; with `now` the plug is pulled. Raises NetiplError."""
        guest = self._guest(name)
        self._keeping.retries.forget(name, stopped=self._inventory.build_of(guest))
        return self._shown(await self._power.stop(guest, by=by, now=now), guest)

    async def reset(self, name: str, *, by: str) -> MachineView:
        """From power-on, with what it is to boot from now. Raises NetiplError."""
        guest = self._guest(name)
        self._keeping.retries.forget(name)
        return self._shown(await self._power.reset(guest, by=by), guest)

    def _hear(self, notice: Notice) -> None:
        self._life.hear(notice)
        self._consoles.hear(notice)

    def _shown(self, found: Domain, guest: Guest) -> MachineView:
        managed, facts = is_managed(found, guest), found.facts
        retry = self._keeping.retries.waits(guest.name)
        return MachineView(
            guest=guest.name,
            domain=found.name,
            uuid=UUID(found.uuid),
            state=found.state,
            active=found.active,
            managed=managed,
            kind=facts.kind,
            boots_from=facts.boots_from,
            boots_from_now=found.boots_from_now or "",
            on_reboot=facts.on_reboot,
            on_crash=facts.on_crash,
            disks=tuple(each.source for each in facts.disks),
            notes=tuple(notes.notes(found, guest, managed=managed)),
            retry=retry.due if retry is not None else None,
            away=self._driver.why_not,
        )

    def _guest(self, name: str) -> Guest:
        guest = self._inventory.guest(name)
        if guest is None:
            raise MissingError(f"there is no guest {name}", remedy="`netipl guest list` shows all")
        return guest

    def _meant(self, name: str, guest: Guest | None, domain_name: str | None) -> Domain:
        """Raises MissingError and UnavailableError."""
        self._driver.demand()
        if domain_name is not None:
            found = self._domains.with_name(domain_name)
        else:
            found = (self._domains.of(guest) if guest is not None else None) or self._domains.with_name(name)
        if found is None:
            raise MissingError(
                f"libvirt at {self._driver.uri} has no s390x domain {domain_name or f'for guest {name}'}",
                remedy="`virsh list --all` shows all; name one with --domain",
            )
        return found

    async def _taken(self, name: str, guest: Guest | None, found: Domain, *, by: str) -> Guest:
        """The guest with the marks of the domain."""
        before = guest or Guest(name=name, origin=Origin.ADDED)
        macs = before.macs if set(before.macs) & set(found.own_macs) else found.own_macs
        if not macs:
            raise RefusedError(
                f"domain {found.name} has no network interface that its firmware could boot from",
                remedy=f"virsh attach-interface {found.name} network NETWORK --model virtio --config",
            )
        made = replace(before, macs=macs, uuid=UUID(found.uuid))
        if made.network is None:
            made = replace(made, network=await self._network_of(found))
        made = await self._with_version(made)
        return await self._put_guest(made, by=by, expected=guest, is_new=guest is None)

    async def _with_version(self, guest: Guest) -> Guest:
        """Of the firmware that it has on this host, unless somebody has said one for it or its network."""
        network = self._inventory.network(guest.network) if guest.network is not None else None
        if version_of(guest, network) is not None:
            return guest
        return replace(guest, firmware=(await self._defining.host()).version)

    @staticmethod
    def _has_other_uuid(guest: Guest, found: Domain) -> bool:
        """One of the settings that says none is known by its MAC."""
        return str(guest.uuid) != found.uuid and not (guest.origin is Origin.SETTINGS and guest.uuid is None)

    async def _network_of(self, found: Domain) -> str | None:
        """The one of ours that its interface hangs on."""
        bridges = {each["name"]: each["bridge"] for each in await self._driver.ask(Call.NETWORKS)}
        hangs_on = {bridges.get(each.source, each.source) for each in found.facts.interfaces}
        return next((each.name for each in self._inventory.networks if each.interface in hangs_on), None)
