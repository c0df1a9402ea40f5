"""The engines of the control plane wired as the daemon wires them, without sockets, files or a clock of their own.

`kept` is what a journal would hold: `restart` makes everything anew from it, `lose` is a commit that fails.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from netipl.content import Content, inline
from netipl.errors import UsageError
from netipl.guests.build import Build
from netipl.guests.guest import BootFiles, Guest, LocalBoot, Origin
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning import building, parameters
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.booting import receive
from netipl.provisioning.boots import Boot, Boots
from netipl.provisioning.changes import BootSet, BuildSet, Change, GuestForgotten, GuestSet, Happened, LeaseSet
from netipl.provisioning.choice import Choice, Disk, Files, Install, choice, method_of, pinned_before, version_of
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.inventory import Inventory, Stored
from netipl.provisioning.observing import Limits, observed, overdue
from netipl.provisioning.plan import Images, Plan, Purpose, Subject, plan
from netipl.provisioning.taking_up import taken_up
from netipl.provisioning.timeline import Deed, Event, Observation, Seen
from netipl.provisioning.tokens import Tokens
from netipl.provisioning.tree import Tree
from tests.unit.images.kernels import kernel

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SERVER = IPv4Address("192.168.133.1")
LAB = Network(
    name="lab",
    subnet=IPv4Network("192.168.133.0/24"),
    server=SERVER,
    interface="lab0",
    pools=(AddressRange.parse("192.168.133.100-192.168.133.103"),),
)
MAC = Mac.parse("52:54:00:13:33:0a")
WEB1 = Guest(name="web1", macs=(MAC,), network="lab", profile="debian", origin=Origin.ADDED)
KERNEL = kernel()
PROFILES = {
    name: Profile(name=name, boot=BootFiles(kernel=Path(name)), append="url={answers}", answers=Path("preseed"))
    for name in ("debian", "fedora")
}


def images(name: str, append: str = "", *, initrd: Content | None = None) -> Images:
    """Of a kernel that is like no other."""
    return Images(identity=name, kernel=inline(KERNEL + name.encode()), header=KERNEL, initrd=initrd, append=append)


@dataclass
class Plane:
    """`now` is moved by whoever uses it. `files` are what profiles and the default boot, by the kernel's name."""

    networks: tuple[Network, ...] = (LAB,)
    guests: tuple[Guest, ...] = (WEB1,)
    files: dict[str, Images] = field(default_factory=dict)
    default: BootFiles | None = None
    limits: Limits = field(default_factory=Limits)
    altered: Callable[[Plan], Plan] = lambda made: made
    """What becomes of each plan, for tests of plans that are wrong."""
    unplanned: frozenset[str] = frozenset()
    """Names of guests whose plans cannot be made, as when a file is not there."""
    now: datetime = START

    def __post_init__(self) -> None:
        self.tokens = Tokens(bytes(32))
        self.kept: list[Change] = [GuestSet(guest) for guest in self.guests]
        self.dropped: list[IPv4Address] = []
        self._begin()

    def _begin(self) -> None:
        self.inventory, self.boots = Inventory(self.networks), Boots()
        self.inventory.reload(self.stored())
        self.tree = Tree(self.inventory, self.boots, plan_of=self._plan_of)

    # what is kept

    def stored(self) -> Stored:
        guests: dict[str, Guest] = {}
        leases: dict[tuple[str, IPv4Address], Lease] = {}
        builds: dict[str, Build] = {}
        boots: dict[Mac, Boot] = {}
        for change in self.kept:
            match change:
                case GuestSet(guest=guest):
                    guests[guest.name] = guest
                case GuestForgotten(name=name):
                    guests.pop(name, None)
                case LeaseSet(lease=lease):
                    leases[lease.network, lease.address] = lease
                case BuildSet(build=build):
                    builds[build.guest] = max(build, builds.get(build.guest, build), key=lambda each: each.id)
                    if builds[build.guest].id == build.id:
                        builds[build.guest] = build
                case BootSet(boot=boot):
                    if boot.mac not in boots or boots[boot.mac].began <= boot.began:
                        boots[boot.mac] = replace(boot, plan=None)
        return Stored(
            guests=tuple(guests.values()),
            leases=tuple(leases.values()),
            builds=tuple(builds.values()),
            boots=tuple(boots.values()),
        )

    def commit(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.inventory.apply(change)
            self.kept.append(change)

    def restart(self) -> None:
        stored = self.stored()
        self._begin()
        self.commit(taken_up(self.boots, stored, plan_again=self._plan_again))

    # what comes in

    def answer(self, message: Message, arrival: Arrival, *, lost: bool = False) -> Outcome:
        """What leaves; nothing when the commit is `lost`."""
        received = receive(self.inventory, self.boots, message, arrival, self.now, plan_for=self.plan_for)
        outcome = received.outcome
        if received.interrupted is not None:
            self.dropped.append(received.interrupted)
        if lost and outcome.changes:
            self._read_again()
            return Outcome()
        self.commit(outcome.changes)
        for observation in outcome.observations:
            self.observe(observation)
        return outcome

    def observe(self, observation: Observation, *, lost: bool = False) -> None:
        changes = observed(self.inventory, self.boots, observation)
        if not lost:
            self.commit(changes)
            return
        for change in changes:
            self.inventory.apply(change)
        self._read_again()

    def _read_again(self) -> None:
        """After a commit that failed."""
        stored = self.stored()
        spent = self.inventory.reload(stored)
        self.commit(BuildSet(build) for build in spent)
        self.boots.reload(stored.boots)

    def see(
        self, seen: Seen, *, mac: Mac | None = None, address: IPv4Address | None = None, **detail: str | int
    ) -> None:
        self.observe(Observation(at=self.now, seen=seen, mac=mac, address=address, detail=detail))

    def tick(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.commit(tuple(overdue(self.inventory, self.boots, self.limits, self.now)))

    def resolve(self, name: bytes, peer: IPv4Address) -> Resolution:
        return self.tree.resolve(name, peer)

    # what is asked for

    def build(self, name: str = "web1", *, profile: str | None = None, attempts: int = 1) -> Build:
        guest = self.inventory.guest(name)
        assert guest is not None
        before = self.inventory.build_of(guest)
        made, changes = building.ask(
            guest, before, PROFILES, profile=profile, by="user root", now=self.now, attempts=attempts
        )
        self.commit(changes)
        return made

    def end(self, deed: Deed, name: str = "web1") -> None:
        self.commit(building.end(self.build_of(name), deed, self.now, by="user root"))

    def build_of(self, name: str = "web1") -> Build:
        guest = self.inventory.guest(name)
        found = self.inventory.build_of(guest) if guest is not None else None
        assert found is not None
        return found

    def boot_of(self, mac: Mac = MAC) -> Boot:
        found = self.boots.of(mac)
        assert found is not None
        return found

    @property
    def events(self) -> list[Event]:
        return [change.event for change in self.kept if isinstance(change, Happened)]

    def happened(self, what: Seen | Deed) -> list[Event]:
        return [event for event in self.events if event.what is what]

    # what is planned

    def plan_for(self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan | None:
        chosen = choice(guest, self._newest(guest), self.default, version_of(guest, network))
        if guest is not None and guest.name in self.unplanned:
            return None
        return self._planned(chosen, guest, network, mac, address)

    def _plan_again(self, boot: Boot) -> Plan | None:
        guest, network = self.inventory.guest(boot.guest or ""), self.inventory.network(boot.network)
        if network is None or boot.address is None:
            return None
        return self._planned_before(guest, network, boot.mac, boot.address, boot.build)

    def _plan_of(self, lease: Lease) -> Plan | None:
        network = self.inventory.network(lease.network)
        assert network is not None
        return self._planned_before(self.inventory.guest_of(lease), network, lease.mac, lease.address, None)

    def _planned_before(
        self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address, pinned: str | None
    ) -> Plan | None:
        chosen = pinned_before(guest, self._newest(guest), pinned, self.default, version_of(guest, network))
        return self._planned(chosen, guest, network, mac, address)

    def _newest(self, guest: Guest | None) -> Build | None:
        return self.inventory.build_of(guest) if guest is not None else None

    def _planned(
        self, chosen: Choice | None, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address
    ) -> Plan | None:
        match chosen:
            case None:
                return None
            case Disk(way=LocalBoot.FALL_THROUGH):
                return Plan(fields=BootFields(file=b"/"), tree={}, purpose=Purpose.DISK, closed=True)
            case Disk():
                made, purpose = self._images("reipl", ""), Purpose.DISK
            case Install(profile=profile, build=build):
                known = parameters.parameters(
                    guest=build.guest, address=address, server=SERVER, port=8069, token=self.tokens.of(build)
                )
                append = parameters.filled(PROFILES[profile].append, known)
                made, purpose = self._images(profile, append), Purpose.INSTALL
            case Files(boot=boot):
                made, purpose = self._images(str(boot.kernel), boot.append), Purpose.FILES
        subject = Subject(
            name=guest.name if guest is not None else mac.dashed,
            mac=mac,
            uuid=guest.uuid if guest is not None else None,
            address=address,
            images=made,
        )
        try:
            found = plan(method_of(guest, network, None), subject)
        except UsageError:
            return None
        spends = chosen.build.id if isinstance(chosen, Install) else None
        return self.altered(replace(found, purpose=purpose, build=spends, has_answers=spends is not None))

    def _images(self, name: str, append: str) -> Images:
        return replace(self.files.get(name, images(name)), append=append)
