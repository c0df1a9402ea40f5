"""The domains that libvirt has, as the worker told last, and which of them is a guest's: by UUID, or else by MAC.

A MAC tells only on the bridge that the guest's network is served on: elsewhere others may use the same one.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from netipl.errors import ConflictError, MissingError
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.domain import Domain
from netipl.integrations.libvirt.domain_making import ARCH
from netipl.net import Mac
from netipl.provisioning.inventory import Inventory


class Domains:
    """Of one libvirt. What is not s390x is nobody's."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._by_uuid: dict[str, Domain] = {}
        self._by_mac: dict[str, list[Domain]] | None = {}
        """Made when it is asked for; None after a change."""

    def __iter__(self) -> Iterator[Domain]:
        return iter([*self._by_uuid.values()])

    def replace(self, domains: Iterable[Domain]) -> None:
        """These are all."""
        self._by_uuid = {each.uuid: each for each in domains if each.facts.arch == ARCH}
        self._by_mac = None

    def put(self, domain: Domain) -> None:
        """It is so now."""
        if domain.facts.arch == ARCH:
            self._by_uuid[domain.uuid] = domain
            self._by_mac = None

    def forget(self, uuid: str) -> None:
        """It is not there any more."""
        self._by_uuid.pop(uuid, None)
        self._by_mac = None

    def with_uuid(self, uuid: str) -> Domain | None:
        return self._by_uuid.get(uuid)

    def with_name(self, name: str) -> Domain | None:
        return next((each for each in self._by_uuid.values() if each.name == name), None)

    def of(self, guest: Guest) -> Domain | None:
        """The guest's own."""
        if guest.uuid is not None and (found := self._by_uuid.get(str(guest.uuid))) is not None:
            return found
        alike = self.alike(guest)
        named = [each for each in alike if each.name == guest.name]
        return next(iter(alike if len(alike) == 1 else named), None)

    def alike(self, guest: Guest) -> list[Domain]:
        """Those that its MAC tells: of several the one with its name is its own, or none. A copy of its machine has its
        mark, but not its UUID.
        """
        return [
            each
            for each in self._with_macs(guest)
            if self._is_without_guest(each)
            and self._has_its_mac(each, guest)
            and (each.facts.owner != guest.name or is_managed(each, guest))
        ]

    def demand(self, guest: Guest) -> Domain:
        """The guest's own. Raises MissingError where it has none, and ConflictError where nobody knows which."""
        if (found := self.of(guest)) is not None:
            return found
        if len(alike := self.alike(guest)) > 1:
            names = ", ".join(each.name for each in alike)
            raise ConflictError(
                f"guest {guest.name} has its MAC address in several domains: {names}",
                remedy=f"say which: netipl guest attach {guest.name} --domain DOMAIN, or its `uuid` in the settings",
            )
        raise MissingError(
            f"guest {guest.name} has no machine in libvirt",
            remedy=f"netipl guest define {guest.name} makes one, netipl guest attach {guest.name} takes one over",
        )

    def guest_of(self, domain: Domain) -> Guest | None:
        """Whose it is."""
        guest = self._inventory.guest_with_uuid(UUID(domain.uuid))
        if guest is not None:
            return guest
        found = (self._inventory.guest_with_mac(Mac.parse(mac)) for mac in domain.macs if mac)
        return next((each for each in found if each is not None and self.of(each) == domain), None)

    def managed(self) -> Iterator[tuple[Domain, Guest]]:
        """Those that netipl may change and start: they are marked as their guest's."""
        for domain in self:
            guest = self.guest_of(domain) if domain.facts.owner else None
            if guest is not None and is_managed(domain, guest):
                yield domain, guest

    def _with_macs(self, guest: Guest) -> list[Domain]:
        """On any network."""
        if self._by_mac is None:
            self._by_mac = {}
            for domain in self:
                for mac in domain.macs:
                    self._by_mac.setdefault(mac, []).append(domain)
        found = (each for mac in guest.macs for each in self._by_mac.get(str(mac), ()))
        return list({each.uuid: each for each in found}.values())

    def _has_its_mac(self, domain: Domain, guest: Guest) -> bool:
        """On its network, as far as that can be told from here."""
        network = self._inventory.network(guest.network) if guest.network is not None else None
        bridge = network.interface if network is not None else None
        macs = {str(mac) for mac in guest.macs}
        return any(each.mac in macs and bridge in {None, each.bridge, each.source} for each in domain.facts.interfaces)

    def _is_without_guest(self, domain: Domain) -> bool:
        """By its UUID."""
        return self._inventory.guest_with_uuid(UUID(domain.uuid)) is None


def is_managed(domain: Domain, guest: Guest) -> bool:
    """Whether `guest`, whose it is, stands in its metadata, and it is no copy of its machine."""
    return domain.facts.owner == guest.name and guest.uuid in {None, UUID(domain.uuid)}
