"""The composition root: the only place that wires engines, servers and the store together.

One asyncio process owns the inventory. `open` takes what needs rights and starts no thread, so that rights can be
dropped after it; `run` opens the database and serves until it is cancelled.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from socket import socket

import structlog

from netipl.control.machines.machine_plane import MachinePlane
from netipl.control.plane import ControlPlane
from netipl.daemon import export_log, foreman, listeners
from netipl.daemon.handing_over import take_over
from netipl.daemon.installers import ANSWERS, Installers
from netipl.daemon.listeners import Doors
from netipl.errors import NetiplError
from netipl.firmware.versions import Version
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.integrations import privileges
from netipl.integrations.payload import reipl_program
from netipl.net import Mac
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.tftp.resolution import Missing, Resolution
from netipl.provisioning.booting import receive
from netipl.provisioning.boots import Boot, Boots
from netipl.provisioning.changes import BootSet, BuildSet, Change, Happened
from netipl.provisioning.choice import OfForeman
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.inventory import Inventory, Stored
from netipl.provisioning.observing import observed, passing, without_secrets
from netipl.provisioning.plan import Plan
from netipl.provisioning.taking_up import taken_up
from netipl.provisioning.timeline import Observation
from netipl.provisioning.tokens import Tokens
from netipl.provisioning.tree import MEDIA, Tree
from netipl.servers.complaints import Complaints
from netipl.settings.settings import Settings
from netipl.store import export_directory, files, secrets_file
from netipl.store.archive import Archive
from netipl.store.export_keeper import ExportKeeper
from netipl.store.installing import Media, NoMedia
from netipl.store.journal import Done, Journal
from netipl.store.planner import Offered, Planner
from netipl.wire import printable

Watch = Callable[[Observation], None]

_TICK = 1.0  # seconds
_PRIVATE = 0o700
_BETWEEN_TRIMMINGS = 3600.0
_log = structlog.get_logger("netipl")


class Daemon:
    """All that `settings` ask for. `watch` is told of each observation, in order."""

    def __init__(self, settings: Settings, *, watch: Watch, held: Iterable[socket] = ()) -> None:
        """`held` are the `lasting_sockets` of a daemon before.

        Raises UsageError when guests or networks contradict each other.
        """
        self.serving = asyncio.Event()
        """Set when the leases are there and clients are answered."""
        self._reload_wanted = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._settings = self._opened = settings
        self._watch = watch
        self._boots = Boots()
        self._unplanned = Complaints("netipl")
        self._unstored = Complaints("netipl")
        self._journal: Journal | None = None
        self._tokens: Tokens | None = None
        self._inventory = Inventory(settings.networks(), settings.guests())
        self._shelf: Media = NoMedia()
        self._planner = self._planner_for(settings)
        self.control = ControlPlane(self._inventory, self._boots, self._planner, settings.policy())
        self._media = self.control.keep_media(settings.media_directory())
        self._shelf = self._media.shelf  # of the planner that `open` makes
        self._finishing = self.control.keep_finishing(settings.ssh_directory())
        self._foreman = foreman.plane(settings, self._inventory, commit=self.control.commit, public=self._public)
        self.control.foreman_files = self._foreman.boot_files
        self._machines = self.control.machine_plane = self._machine_plane()
        self._installers = Installers(self._inventory, self._planner, observe=self.observe, finishes=self._finishing)
        self._tree = self._tree_for(settings)
        doors = Doors(
            answer=self._answer,
            commit=self._commit,
            reload=self._reload,
            observe=self._observe,
            resolve=self._resolve,
            resolve_path=self._resolve_path,
            callback=self._installers.called_back,
        )
        self._tftp = listeners.tftp(settings, doors, held)
        self._servers = listeners.servers(settings, doors, self._tftp, self.control, self._foreman)
        self._exports = ExportKeeper(export_log.exported, export_log.not_exported)

    def open(self) -> None:
        """Make the directories and bind every port, while the process has the rights to. Raises UnavailableError."""
        user, group = self._settings.user, self._settings.api.group
        privileges.prepare_directory(self._settings.state_directory(), user)
        privileges.prepare_directory(self._settings.media_directory(), user)
        privileges.prepare_directory(self._settings.ssh_directory(), user, mode=_PRIVATE)
        privileges.prepare_directory(self._settings.foreman_directory(), user)
        if self._machines is not None:
            privileges.prepare_directory(self._settings.consoles_directory(), user, mode=_PRIVATE)
        privileges.prepare_directory(self._settings.run_directory(), user, group=group)
        if (
            export := self._settings.tftp_export
        ) is not None and not export.is_dir():  # one that is there has its owner
            privileges.prepare_directory(export, self._settings.user, mode=export_directory.DIRECTORY_MODE)
        self._tokens = Tokens(secrets_file.key(self._settings.state_directory(), self._settings.user))
        self._installers.tokens = self._tokens
        self._replan(self._settings)
        for server in self._servers:
            server.open()

    @property
    def lasting_sockets(self) -> list[socket]:
        """Those that have to stay open between this daemon and the next for running transfers to go on."""
        return self._tftp.sockets

    async def run(self) -> None:
        """Serve until cancelled. Raises UnavailableError and RefusedError when the database cannot be used."""
        journal = self._journal = Journal(self._settings.database(), self._network_names)
        try:
            stored = journal.stored()
            self._media.load()
            self._inventory.reload(stored)
            archive = Archive(journal.database, lambda: self._network_names)
            self.control.begin(journal, archive, number=stored.number, failed=self._lost, guests_changed=self._export)
            self._take_up(stored)
            self._tell_of_profiles()
            await take_over(self._settings.state_directory(), self._inventory, self.control.commit)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tick())
                tasks.create_task(self._trim(journal))
                tasks.create_task(self._media.run())
                tasks.create_task(self._finishing.run())
                tasks.create_task(self._foreman.run())
                if self._machines is not None:
                    tasks.create_task(self._machines.run())
                for server in self._servers:
                    tasks.create_task(server.run())
                tasks.create_task(self._exports.run())
                self._export()
                self.serving.set()
        finally:
            self.control.flush()
            journal.close()

    async def reload(self, settings: Settings) -> list[str]:
        """Take guests, networks and what they boot from `settings`; running boots keep their plans.

        Ports, interfaces, addresses and directories stay as they were opened: the keys returned wait for the next
        start. Raises UsageError, and UnavailableError when another daemon has one of the networks; then all stays.
        """
        assert self._journal is not None  # while servers run
        names = {network.name for network in settings.networks()}
        try:
            stored = None
            if names - self._network_names:
                stored = await asyncio.wrap_future(self._journal.hold(names | self._network_names))
            self._inventory.replace_guests_and_networks(settings.networks(), settings.guests(), stored)
        finally:  # those that are gone, or that did not come; an error of the database is told by the next commit
            self._journal.hold(self._network_names)
        self._settings = settings
        self._replan(settings)
        if stored is not None:
            self.control.count_from(stored.number)
            self._take_up(stored)
        self._tell_of_profiles()
        self._export()
        opened, wanted = self._opened.opened_once(), settings.opened_once()
        return [key for key in opened | wanted if opened.get(key) != wanted.get(key)]

    @property
    def _network_names(self) -> frozenset[str]:
        return frozenset(network.name for network in self._inventory.networks)

    def _export(self) -> None:
        """For the guests as they are now."""
        wanted = self._settings.exported(self._planner.offered.program)
        guests = self._inventory.guests
        built = frozenset(guest.name for guest in guests if self._inventory.build_of(guest) is not None)
        self._exports.ask(self._settings.tftp_export, replace(wanted, guests=tuple(guests), built=built))

    def observe(self, observation: Observation) -> None:
        """The door for what was seen, by a server or by whoever runs a guest."""
        observation = without_secrets(self._named(observation))
        self.control.keep(observed(self._inventory, self._boots, observation))
        if (event := passing(self._boots, observation)) is not None:
            self.control.tell(event)
        self._watch(observation)

    def _observe(self, observations: Iterable[Observation]) -> None:
        for observation in observations:
            self.observe(observation)

    def _named(self, observation: Observation) -> Observation:
        """With the guest it is about, where only an address was known."""
        if observation.guest is not None or observation.mac is not None or observation.address is None:
            return observation
        lease = self._inventory.lease_with(observation.address)
        return observation if lease is None else replace(observation, guest=lease.guest, mac=lease.mac)

    def _answer(self, message: Message, arrival: Arrival) -> Outcome:
        now = datetime.now(UTC)
        received = receive(
            self._inventory,
            self._boots,
            message,
            arrival,
            now,
            plan_for=self._planner.plan_for,
            token_lasts=self.control.policy.token_lasts,
        )
        for change in received.outcome.changes:
            self._inventory.apply(change)
        if received.interrupted is not None:
            self._tftp.drop(received.interrupted)
        return received.outcome

    def _commit(self, changes: Iterable[Change], done: Done) -> None:
        assert self._journal is not None  # while servers run
        made, loop = self.control.submitted(changes), asyncio.get_running_loop()

        def kept(error: Exception | None) -> None:
            done(error)
            if error is None and any(isinstance(change, Happened) for change in made):
                with suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self.control.published, made)

        self._journal.submit(made, kept)

    async def _reload(self) -> None:
        """Make inventory and boots what the store says, and what was submitted since it was asked."""
        assert self._journal is not None  # while servers run
        async with self._reloading:
            stored = await asyncio.wrap_future(self._journal.ask())
            since = [*self._journal.submitted_since(), *self.control.waiting]
            spent = self._inventory.reload(stored)
            for change in since:
                self._inventory.apply(change)
            self.control.keep(BuildSet(build) for build in spent)
            self._boots.reload([*stored.boots, *(change.boot for change in since if isinstance(change, BootSet))])

    def _lost(self, error: Exception) -> None:
        """A commit of the control plane failed: what is in memory is not what is stored."""
        remedy = error.remedy if isinstance(error, NetiplError) else ""
        self._unstored.add("changes cannot be stored", error=printable(str(error)), remedy=remedy)
        self._reload_wanted.set()

    async def _tick(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK):  # `wait_for` of Python 3.11 may lose a cancellation
                    await self._reload_wanted.wait()
            if self._reload_wanted.is_set():
                self._reload_wanted.clear()
                try:
                    await self._reload()
                except NetiplError as error:
                    self._lost(error)
                    await asyncio.sleep(_TICK)
            else:
                self.control.tick()

    async def _trim(self, journal: Journal) -> None:
        """Boots, and what was observed of them, are kept for as long as the settings say; zero is for ever."""
        while True:
            if history := self.control.policy.history:
                try:
                    if removed := await asyncio.wrap_future(journal.trim(datetime.now(UTC) - history)):
                        _log.info("old boots and events are removed", rows=removed)
                except NetiplError as error:
                    self._lost(error)
            await asyncio.sleep(_BETWEEN_TRIMMINGS)

    def _take_up(self, stored: Stored) -> None:
        """The boots that ran when the daemon before ended, or gave networks up, go on with the plans that they had."""
        self.control.keep(taken_up(self._boots, stored, plan_again=self._plan_again))

    def _plan_again(self, boot: Boot) -> Plan | None:
        """The plan that `boot` pinned before this process ran."""
        guest = self._inventory.guest(boot.guest) if boot.guest is not None else None
        network = self._inventory.network(boot.network)
        if network is None or boot.address is None:
            return None
        return self._planner.plan_again(guest, network, boot.mac, boot.address, pinned=boot.build)

    def _plan_of(self, lease: Lease) -> Plan | None:
        network = self._inventory.network(lease.network)
        if network is None:
            return None
        guest = self._inventory.guest_of(lease)
        return self._planner.plan_again(guest, network, lease.mac, lease.address, pinned=None)

    def _public(self, name: str) -> Resolution:
        if name.startswith(MEDIA):
            return self._media.shelf.resolve(name)
        if (of_foreman := foreman.public(self._opened, self._foreman, name)) is not None:
            return of_foreman
        root = self._settings.tftp_root
        return files.served(root, name) if root is not None else Missing()

    def _promised(self, name: str) -> Resolution:
        """Of the client's own plan."""
        found = self._foreman.promised(name)
        return self._public(name) if isinstance(found, Missing) else found

    def _resolve(self, name: bytes, peer: IPv4Address, _port: int, _local: IPv4Address) -> Resolution:
        return self._tree.resolve(name, peer)

    def _resolve_path(self, path: str, peer: IPv4Address, _local: IPv4Address, macs: tuple[Mac, ...]) -> Resolution:
        if path.startswith(ANSWERS):
            return self._installers.answers(path.removeprefix(ANSWERS), peer, macs)
        return self._tree.resolve(path.encode("utf-8", "surrogateescape"), peer)

    def _deployed_for(self, network: Network, mac: Mac, version: Version | None) -> OfForeman | None:
        return self._foreman.deployed_for(network, mac, version)

    def _tree_for(self, settings: Settings) -> Tree:
        return Tree(
            self._inventory,
            self._boots,
            plan_of=self._plan_of,
            allowed=settings.tftp.allow,
            public=self._public,
            promised=self._promised,
            strangers=self._foreman.configuration,
        )

    def _machine_plane(self) -> MachinePlane | None:
        if self._settings.libvirt is None:
            return None
        control = self.control
        return MachinePlane(
            self._settings.libvirt.uri,
            self._inventory,
            self._settings.consoles_directory(),
            commit=control.commit,
            observe=self.observe,
            put_guest=control.put_guest,
            boots=self._boots,
            history=control.events,
        )

    def _planner_for(self, settings: Settings) -> Planner:
        offered = Offered(
            default=settings.default_boot(),
            method=settings.default_method(),
            profiles=settings.profiles(),
            program=reipl_program(),
            media=self._shelf,
            templates=settings.templates,
            http_port=settings.http.port,
            tokens=self._tokens,
            boot_files=self._promised,
        )
        return Planner(
            offered,
            self._inventory.build_of,
            complain=self._no_plan,
            added=lambda: self._inventory.profiles,
            deployed=self._deployed_for,
        )

    def _replan(self, settings: Settings) -> None:
        self._planner = self.control.planner = self._installers.planner = self._planner_for(settings)
        self.control.policy = settings.policy()

    def _tell_of_profiles(self) -> None:
        """Guests of the settings may name profiles that somebody adds, or media, so they are looked at here."""
        there = self._planner.profiles
        for guest in self._settings.guests():
            if guest.profile is not None and guest.profile not in there:
                remedy = f"known are: {', '.join(sorted(there)) or 'none'}"
                _log.warning("a profile is not there", guest=guest.name, profile=guest.profile, remedy=remedy)

    def _no_plan(self, name: str, error: NetiplError) -> None:
        self._unplanned.add("nothing to boot", guest=name, reason=str(error), remedy=error.remedy)
