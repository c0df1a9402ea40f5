"""What clients may believe after the replies that they got: a second opinion on leases, of no code of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address

from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.net import Mac

OFFER_TIME = timedelta(seconds=60)
HOLD = timedelta(minutes=10)

Owner = str | Mac
Place = tuple[str, IPv4Address]
"""A network's name and an address of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One network interface of a machine. `always` is what it says in each message; `guest` the name it is known by."""

    mac: Mac
    guest: str | None = None
    always: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """Nobody but `owner` may get the address `until` then; None: nobody at all."""

    owner: Owner | None
    until: datetime


class ClientsView:
    """Promises by place. `guests` may be replaced at any time."""

    def __init__(self, networks: Mapping[str, Network], guests: Mapping[str, Guest]) -> None:
        self.networks = networks
        self.guests = guests
        self.claims: dict[Place, Claim] = {}
        self.offers: dict[tuple[str, Owner], tuple[IPv4Address, datetime]] = {}

    def owner(self, station: Station, network: str) -> Owner:
        """The guest where it is at home, elsewhere and for a stranger the MAC."""
        guest = self.guests[station.guest] if station.guest else None
        at_home = guest is not None and guest.network in (None, network)
        return guest.name if guest is not None and at_home else station.mac

    def reservation(self, owner: Owner, network: str) -> IPv4Address | None:
        address = self.guests[owner].address if isinstance(owner, str) else None
        return address if address is not None and address in self.networks[network].subnet else None

    def givable(self, place: Place, owner: Owner) -> bool:
        """Whether the address stands in a pool, reserved for nobody, or is the owner's reservation."""
        network, address = place
        reserved = {self.reservation(name, network) for name, at in self._homes() if at in (None, network)}
        if address in reserved:
            return address == self.reservation(owner, network)
        return any(address in pool for pool in self.networks[network].pools)

    def _homes(self) -> list[tuple[str, str | None]]:
        return [(guest.name, guest.network) for guest in self.guests.values()]

    def rival(self, place: Place, owner: Owner, now: datetime) -> bool:
        """Whether somebody else relies on the address, or it is in quarantine."""
        network, address = place
        claim = self.claims.get(place)
        if claim is not None and claim.until > now and claim.owner != owner:
            return True
        return any(
            (of, offered) == (network, address) and by != owner and until > now
            for (of, by), (offered, until) in self.offers.items()
        )

    def own(self, owner: Owner, network: str, now: datetime) -> IPv4Address | None:
        """The address that the owner may count on."""
        for (of, address), claim in self.claims.items():
            if of == network and claim.owner == owner and claim.until > now and self.givable((of, address), owner):
                return address
        return None

    def offered(self, place: Place, owner: Owner, now: datetime) -> None:
        self.offers[place[0], owner] = place[1], now + OFFER_TIME

    def bound(self, place: Place, owner: Owner, until: datetime) -> None:
        self.no_offer(place[0], owner)
        for other in [at for at, claim in self.claims.items() if at[0] == place[0] and claim.owner == owner]:
            del self.claims[other]
        self.claims[place] = Claim(owner, until)

    def released(self, place: Place, owner: Owner, now: datetime) -> None:
        self.no_offer(place[0], owner)
        self.claims[place] = Claim(owner, now + HOLD)

    def declined(self, place: Place, owner: Owner, now: datetime) -> None:
        self.no_offer(place[0], owner)
        self.claims[place] = Claim(None, now + HOLD)

    def no_offer(self, network: str, owner: Owner) -> None:
        self.offers.pop((network, owner), None)
