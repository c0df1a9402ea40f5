"""What the daemon knows: networks, guests and leases, held in memory. The store journals its changes.

It looks up and applies; it decides nothing about the protocol. One daemon owns it and nothing else changes it.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import IPv4Address
from itertools import chain
from uuid import UUID

from netipl.errors import UsageError
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.address_plan import AddressPlan
from netipl.provisioning.allocation import Addresses
from netipl.provisioning.changes import Change, LeaseForgotten, LeaseSet
from netipl.provisioning.identity import Guests, Owner


class Inventory:
    """Raises UsageError when networks or guests contradict each other."""

    def __init__(self, networks: Iterable[Network], guests: Iterable[Guest] = (), leases: Iterable[Lease] = ()) -> None:
        self._networks: dict[str, Network] = {}
        self._guests = Guests(())
        self._addresses: dict[str, Addresses] = {}
        self._elsewhere: dict[tuple[str, IPv4Address], Lease] = {}
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
        self, networks: Iterable[Network], guests: Iterable[Guest], stored: Iterable[Lease] | None = None
    ) -> None:
        """After a reload of the settings. Leases stay, also of networks that are gone; offers do not.

        `stored` are the leases of the networks that come now: another daemon may have had them meanwhile.
        """
        here = (lease for lease in self.leases if stored is None or lease.network in self._networks)
        self._enter(networks, guests, chain(here, stored or ()))

    def reload_leases(self, leases: Iterable[Lease]) -> None:
        """Leases as the store has them, after a commit that failed. Offers are dropped."""
        self._enter(self.networks, self.guests, leases)

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

    def guest_with_mac(self, mac: Mac) -> Guest | None:
        return self._guests.recognised(mac)

    def guest_with_client_id(self, client_id: bytes) -> Guest | None:
        return self._guests.recognised(None, client_id)

    def guest_with_uuid(self, uuid: UUID) -> Guest | None:
        return self._guests.recognised(None, None, uuid)

    def recognised(self, mac: Mac, client_id: bytes | None = None, uuid: UUID | None = None) -> Guest | None:
        """The guest that these marks tell, the MAC before the client identifier before the UUID."""
        return self._guests.recognised(mac, client_id, uuid)

    def lease(self, network: str, address: IPv4Address) -> Lease | None:
        addresses = self._addresses.get(network)
        return None if addresses is None else addresses.lease_at(address)

    def lease_of(self, network: str, owner: Owner) -> Lease | None:
        """The lease of a guest (by name) or of a client of the pool (by MAC); expired ones too, declined ones not."""
        addresses = self._addresses.get(network)
        return None if addresses is None else addresses.lease_of(owner)

    def lease_with(self, address: IPv4Address) -> Lease | None:
        """The lease of `address` in the network that has it."""
        network = self.network_with(address)
        return None if network is None else self.lease(network.name, address)

    def guest_of(self, lease: Lease) -> Guest | None:
        """The guest whose `lease` is now."""
        network = self._networks.get(lease.network)
        owner = None if network is None else self._guests.owner_of(lease, network)
        return self._guests.named(owner) if isinstance(owner, str) else None

    def addresses(self, network: Network) -> Addresses:
        """Leases, offers and plan of a network of this inventory. For the DHCP engine."""
        return self._addresses[network.name]
