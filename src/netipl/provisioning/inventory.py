"""What the daemon knows: networks, guests, leases, builds, held in memory. The store journals its changes.

It looks up and applies; it decides nothing about the protocol. One daemon owns it and nothing else changes it. Guests
of the settings and guests that were added stand side by side; only the latter are journalled. Profiles of the settings
are not here at all: `profiling.py` puts all together.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address
from itertools import chain
from uuid import UUID

from netipl.errors import UsageError
from netipl.guests.build import Build
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.net import Mac
from netipl.provisioning.address_plan import AddressPlan
from netipl.provisioning.allocation import Addresses
from netipl.provisioning.boots import Boot
from netipl.provisioning.building import still_spent
from netipl.provisioning.changes import (
    BootFileForgotten,
    BootFileSet,
    BuildSet,
    Change,
    ConfigurationForgotten,
    ConfigurationSet,
    CredentialForgotten,
    CredentialSet,
    GuestForgotten,
    GuestSet,
    LeaseForgotten,
    LeaseSet,
    ProfileForgotten,
    ProfileSet,
    ReservationForgotten,
    ReservationSet,
)
from netipl.provisioning.credential import ApiToken
from netipl.provisioning.foreman.deployed import BootFile, Configuration, Deployed, Reservation
from netipl.provisioning.identity import Guests, Owner
from netipl.values import value

_NEVER = datetime.max.replace(tzinfo=UTC)


@value(kw_only=True)
class Stored:
    """What the store has of some networks: leases, added guests, the newest build of each guest, and of each MAC the
    newest boot. Tokens, profiles, configurations and boot files of Foreman are of no network. `number` is that of the
    newest event.
    """

    leases: tuple[Lease, ...] = ()
    guests: tuple[Guest, ...] = ()
    builds: tuple[Build, ...] = ()
    boots: tuple[Boot, ...] = ()
    tokens: tuple[ApiToken, ...] = ()
    profiles: tuple[Profile, ...] = ()
    configurations: tuple[Configuration, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    boot_files: tuple[BootFile, ...] = ()
    number: int = 0


class Inventory:
    """Raises UsageError when networks or guests contradict each other."""

    def __init__(self, networks: Iterable[Network], guests: Iterable[Guest] = (), leases: Iterable[Lease] = ()) -> None:
        self._networks: dict[str, Network] = {}
        self._guests = Guests(())
        self._addresses: dict[str, Addresses] = {}
        self._elsewhere: dict[tuple[str, IPv4Address], Lease] = {}
        self._builds: dict[tuple[str, str], Build] = {}
        self._tokens: dict[str, ApiToken] = {}
        self._profiles: dict[str, Profile] = {}
        self.deployed = Deployed()
        self._enter(networks, guests, leases)

    def _enter(self, networks: Iterable[Network], guests: Iterable[Guest], leases: Iterable[Lease]) -> None:
        """Takes everything new, or, when it raises, nothing."""
        known = Guests(guests)
        by_name: dict[str, Network] = {}
        for network in networks:
            if by_name.setdefault(network.name, network) is not network:
                raise UsageError(f"two networks have the name {network.name}", remedy="rename one of them")
        kept = tuple(leases)
        self._addresses = {name: self._addresses_of(network, known, kept) for name, network in by_name.items()}
        self._elsewhere = {(lease.network, lease.address): lease for lease in kept if lease.network not in by_name}
        self._networks, self._guests = by_name, known

    @staticmethod
    def _addresses_of(network: Network, guests: Guests, leases: Iterable[Lease]) -> Addresses:
        return Addresses(
            AddressPlan(network, guests),
            partial(guests.owner_of, network=network),
            [lease for lease in leases if lease.network == network.name],
        )

    def replace_guests_and_networks(
        self, networks: Iterable[Network], guests: Iterable[Guest], stored: Stored | None = None
    ) -> None:
        """After a reload of the settings: `guests` are theirs. Leases stay, also of networks that are gone; offers do
        not.

        `stored` is of the networks that come now: another daemon may have had them meanwhile.
        """
        here = (lease for lease in self.leases if stored is None or lease.network in self._networks)
        added = (
            guest
            for guest in self._guests
            if guest.origin is not Origin.SETTINGS and (stored is None or guest.network in self._networks)
        )
        new = stored or Stored()
        self._enter(networks, [*guests, *added, *new.guests], chain(here, new.leases))
        self._builds.update({(build.network, build.guest): build for build in new.builds})
        for reservation in new.reservations:
            self.deployed.set_reservation(reservation)

    def reload(self, stored: Stored) -> tuple[Build, ...]:
        """As the store has it, at the start or after a commit that failed. Offers are dropped.

        Returned are builds that have been spent here, while the store believes them good: they stay so, and are to be
        stored again.
        """
        settings = [guest for guest in self._guests if guest.origin is Origin.SETTINGS]
        self._enter(self.networks, [*settings, *stored.guests], stored.leases)
        spent = tuple(still_spent(build, self._builds.get((build.network, build.guest))) for build in stored.builds)
        self._builds = {(build.network, build.guest): build for build in spent}
        self._tokens = {token.name: token for token in stored.tokens}
        self._profiles = {profile.name: profile for profile in stored.profiles}
        self.deployed.reload(stored.configurations, stored.reservations, stored.boot_files)
        return tuple(build for build, kept in zip(spent, stored.builds, strict=True) if build != kept)

    def apply(self, change: Change) -> None:
        match change:
            case LeaseSet(lease=lease):
                if (addresses := self._addresses.get(lease.network)) is not None:
                    addresses.set(lease)
                else:
                    self._elsewhere[lease.network, lease.address] = lease
            case LeaseForgotten(network=network, address=address):
                if (addresses := self._addresses.get(network)) is not None:
                    addresses.forget(address)
                else:
                    self._elsewhere.pop((network, address), None)
            case GuestSet(guest=guest):
                self._set_guest(guest.name, guest)
            case GuestForgotten(name=name):
                self._set_guest(name, None)
            case BuildSet(build=build):
                self._builds[build.network, build.guest] = build
            case _:
                self._apply_to_no_network(change)

    def _apply_to_no_network(self, change: Change) -> None:
        match change:
            case CredentialSet(token=token):
                self._tokens[token.name] = token
            case CredentialForgotten(name=name):
                self._tokens.pop(name, None)
            case ProfileSet(profile=profile):
                self._profiles[profile.name] = profile
            case ProfileForgotten(name=name):
                self._profiles.pop(name, None)
            case _:
                self._apply_of_foreman(change)

    def _apply_of_foreman(self, change: Change) -> None:
        match change:
            case ConfigurationSet(configuration=configuration):
                self.deployed.set_configuration(configuration)
            case ConfigurationForgotten(station=station, variant=variant):
                self.deployed.forget_configuration(station, variant)
            case ReservationSet(reservation=reservation):
                self.deployed.set_reservation(reservation)
            case ReservationForgotten(network=network, mac=mac):
                self.deployed.forget_reservation(network, mac)
            case BootFileSet(file=file):
                self.deployed.set_file(file)
            case BootFileForgotten(name=name):
                self.deployed.forget_file(name)

    def check(self, guest: Guest) -> None:
        """Raises UsageError where `guest` cannot take the place of the one with its name, or be added."""
        if guest.network is not None and guest.network not in self._networks:
            remedy = f"name one of {', '.join(self._networks)}"
            raise UsageError(f"there is no network {guest.network}", remedy=remedy)
        self._check(guest, instead_of=self.guest(guest.name))

    def _check(self, guest: Guest, *, instead_of: Guest | None) -> None:
        self._guests.check(guest, instead_of=instead_of)
        for addresses in self._addresses.values():
            addresses.plan.check(guest)

    def without(self, guests: Iterable[Guest]) -> "Inventory":
        """A copy of networks and guests, without these, to try changes on."""
        gone = {guest.name for guest in guests}
        return Inventory(self.networks, [guest for guest in self._guests if guest.name not in gone])

    def _set_guest(self, name: str, guest: Guest | None) -> None:
        """Raises UsageError, and then changes nothing."""
        before = self._guests.named(name)
        if guest is not None:
            self._check(guest, instead_of=before)
        macs = {mac for each in (before, guest) if each is not None for mac in each.macs}
        change = partial(self._replace, before, guest)
        for addresses in self._addresses.values():
            theirs = [lease.address for lease in addresses if lease.guest == name or lease.mac in macs]
            change = partial(addresses.reassign, theirs, change)
        change()

    def _replace(self, before: Guest | None, guest: Guest | None) -> None:
        if before is not None:
            self._take_out(before)
        if guest is not None:
            self._put_in(guest)

    def _put_in(self, guest: Guest) -> None:
        self._guests.add(guest)
        for addresses in self._addresses.values():
            addresses.plan.add(guest)

    def _take_out(self, guest: Guest) -> None:
        self._guests.remove(guest)
        for addresses in self._addresses.values():
            if (free := addresses.plan.remove(guest)) is not None:
                addresses.returned(free)

    @property
    def networks(self) -> tuple[Network, ...]:
        return tuple(self._networks.values())

    @property
    def guests(self) -> tuple[Guest, ...]:
        return tuple(self._guests)

    @property
    def leases(self) -> tuple[Lease, ...]:
        """Every lease, expired and declined ones too."""
        return tuple(self._all_leases())

    def _all_leases(self) -> Iterator[Lease]:
        for addresses in self._addresses.values():
            yield from addresses
        yield from self._elsewhere.values()

    def network(self, name: str) -> Network | None:
        return self._networks.get(name)

    def network_with(self, address: IPv4Address) -> Network | None:
        """The network in whose subnet `address` is."""
        return next((network for network in self._networks.values() if address in network.subnet), None)

    def guest(self, name: str) -> Guest | None:
        return self._guests.named(name)

    @property
    def waiting_guests(self) -> int:
        """How many wait for approval."""
        return self._guests.waiting

    def guest_with_mac(self, mac: Mac) -> Guest | None:
        return self._guests.recognised(mac)

    def guest_with_client_id(self, client_id: bytes) -> Guest | None:
        return self._guests.recognised(None, client_id)

    def guest_with_uuid(self, uuid: UUID) -> Guest | None:
        return self._guests.recognised(None, None, uuid)

    def recognised(self, mac: Mac, client_id: bytes | None = None, uuid: UUID | None = None) -> Guest | None:
        """The guest that these marks tell, the MAC before the client identifier before the UUID."""
        return self._guests.recognised(mac, client_id, uuid)

    def build_of(self, guest: Guest) -> Build | None:
        """The newest build of this guest."""
        return None if guest.network is None else self._builds.get((guest.network, guest.name))

    @property
    def tokens(self) -> tuple[ApiToken, ...]:
        """By which the API is reached."""
        return tuple(self._tokens.values())

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Those that were added."""
        return tuple(self._profiles.values())

    @property
    def builds(self) -> tuple[Build, ...]:
        """The newest of each guest that had one."""
        return tuple(self._builds.values())

    def lease(self, network: str, address: IPv4Address) -> Lease | None:
        addresses = self._addresses.get(network)
        return None if addresses is None else addresses.lease_at(address)

    def lease_of(self, network: str, owner: Owner) -> Lease | None:
        """The lease of a guest (by name) or of a client of the pool (by MAC); expired ones too, declined ones not."""
        addresses = self._addresses.get(network)
        return None if addresses is None else addresses.lease_of(owner)

    def lease_with(self, address: IPv4Address) -> Lease | None:
        """The lease of `address` in the network that has it. Where libvirt serves DHCP, it is that of the guest whose
        address it is: libvirt gives it to nobody else.
        """
        network = self.network_with(address)
        if network is None or not network.is_libvirts:
            return None if network is None else self.lease(network.name, address)
        guest = self._guests.named(self._addresses[network.name].plan.owner(address) or "")
        if guest is None or not guest.macs:
            return None
        return Lease(network=network.name, address=address, mac=guest.macs[0], guest=guest.name, expires=_NEVER)

    def guest_of(self, lease: Lease) -> Guest | None:
        """The guest whose `lease` is now."""
        network = self._networks.get(lease.network)
        owner = None if network is None else self._guests.owner_of(lease, network)
        return self._guests.named(owner) if isinstance(owner, str) else None

    def addresses(self, network: Network) -> Addresses:
        """Leases, offers and plan of a network of this inventory. For the DHCP engine."""
        return self._addresses[network.name]
