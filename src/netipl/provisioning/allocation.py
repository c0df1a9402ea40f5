"""Who has which address of one network, and which one a client gets next.

An address belongs to its owner until somebody else needs it: never before the lease, the hold after a release, or the
quarantine after a decline has expired, and then the one that expired first. Picking costs the same in any pool:
addresses never given come from an iterator, those given back from a queue, those that expired from a heap, and each is
looked at again before it is given. Offers live here alone.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from ipaddress import IPv4Address
from itertools import chain
from typing import Final

from netipl.guests.lease import Lease, LeaseState
from netipl.provisioning.address_plan import AddressPlan
from netipl.provisioning.identity import Client, Owner
from netipl.values import value

OFFER_TIME: Final = timedelta(seconds=60)
"""How long an address that was offered waits for its REQUEST."""


@value()
class Offer:
    """An address promised to an owner `until` a time, and to nobody else."""

    address: IPv4Address
    owner: Owner
    until: datetime


class Addresses:
    """Leases and offers of one network. `owner_of` tells whose a lease is now."""

    def __init__(self, plan: AddressPlan, owner_of: Callable[[Lease], Owner], leases: Iterable[Lease] = ()) -> None:
        self.plan = plan
        self._owner_of = owner_of
        self._leases: dict[IPv4Address, Lease] = {}
        self._held: dict[Owner, IPv4Address] = {}
        self._offers: OrderedDict[Owner, Offer] = OrderedDict()  # by `until`; a dict is slow to lose its first items
        self._offered: dict[IPv4Address, Offer] = {}
        self._fresh = chain(plan)  # unlike a generator it outlives the `yield from` that leaves it half read
        self._returned: OrderedDict[IPv4Address, None] = OrderedDict()  # a queue that takes nothing twice
        self._aging: list[tuple[datetime, int]] = []  # a heap; what no longer matches its lease is skipped
        for lease in sorted(leases, key=lambda lease: lease.expires):
            self.set(lease)

    def __iter__(self) -> Iterator[Lease]:
        return iter(self._leases.values())

    def __len__(self) -> int:
        return len(self._leases)

    def lease_at(self, address: IPv4Address) -> Lease | None:
        return self._leases.get(address)

    def lease_of(self, owner: Owner) -> Lease | None:
        """The owner's lease, bound or released, also when it has expired; nobody's once it was declined."""
        address = self._held.get(owner)
        return None if address is None else self._leases[address]

    def set(self, lease: Lease) -> None:
        """`lease` is the state of its address now. It ends the offers of that address and to that owner."""
        owner = self._owner_of(lease)
        self._forget_holder(lease.address)
        self._leases[lease.address] = lease
        if lease.state is not LeaseState.DECLINED:
            self._held[owner] = lease.address
        self.withdraw(owner)
        if (offer := self._offered.get(lease.address)) is not None:
            self.withdraw(offer.owner)
        if self.plan.pooled(lease.address):
            self._age(lease)

    def forget(self, address: IPv4Address) -> None:
        self._forget_holder(address)
        if self._leases.pop(address, None) is not None:
            self._returned[address] = None

    def _forget_holder(self, address: IPv4Address) -> None:
        before = self._leases.get(address)
        if before is not None and self._held.get(owner := self._owner_of(before)) == address:
            del self._held[owner]

    def _age(self, lease: Lease) -> None:
        if len(self._aging) > 2 * len(self._leases) + 1024:
            self._aging = [(known.expires, int(address)) for address, known in self._leases.items()]
            heapify(self._aging)
        heappush(self._aging, (lease.expires, int(lease.address)))

    def reassign(self, addresses: Iterable[IPv4Address], change: Callable[[], None]) -> None:
        """Makes `change`, by which the leases at `addresses` may get other owners, and their offers end."""
        leases = [lease for address in addresses if (lease := self._leases.get(address)) is not None]
        for lease in leases:
            self.withdraw(self._owner_of(lease))
            self._forget_holder(lease.address)
        change()
        for lease in sorted(leases, key=lambda lease: lease.expires):
            self.set(lease)

    def returned(self, address: IPv4Address) -> None:
        """A reservation has ended: from now on any client may get it."""
        if address not in self._leases:
            self._returned[address] = None

    def offer(self, owner: Owner, address: IPv4Address, now: datetime) -> None:
        """Keeps `address` for `owner` for OFFER_TIME, in place of what it was offered before.

        An offer of it to somebody else, which has expired, ends for good.
        """
        self.withdraw(owner)
        if (expired := self._offered.get(address)) is not None:
            self.withdraw(expired.owner)
        offer = Offer(address, owner, now + OFFER_TIME)
        self._offers[owner] = self._offered[address] = offer

    def withdraw(self, owner: Owner) -> None:
        """Ends the offer to `owner`, if there is one."""
        offer = self._offers.pop(owner, None)
        if offer is not None:
            del self._offered[offer.address]
            self._returned[offer.address] = None

    def offers(self) -> tuple[Offer, ...]:
        return tuple(self._offers.values())

    def available(self, address: IPv4Address, owner: Owner, now: datetime) -> bool:
        """Whether nobody but `owner` has a claim on `address`. Whether it may be given at all, the plan knows."""
        offer = self._offered.get(address)
        if offer is not None and offer.owner != owner and offer.until > now:
            return False
        lease = self._leases.get(address)
        if lease is None or lease.expires <= now:
            return True
        return lease.state is not LeaseState.DECLINED and self._owner_of(lease) == owner

    def expected(self, client: Client, now: datetime) -> IPv4Address | None:
        """The one address that is this client's: reserved for it, leased to it, or offered to it; None if any will do.

        A reservation that somebody still holds, or that was declined, gives way to the pool until it is free.
        """
        owner = client.owner
        reserved = self.plan.reserved(client.guest)
        if reserved is not None and self.available(reserved, owner, now):
            return reserved
        offer = self._offers.get(owner)
        for address in (self._held.get(owner), None if offer is None else offer.address):
            if address is not None and self.plan.pooled(address) and self.available(address, owner, now):
                return address
        return None

    def choose(self, client: Client, wish: IPv4Address | None, now: datetime) -> IPv4Address | None:
        """The address for a client that may get any: its own, the one it wishes, or another; None when all are given.

        What is chosen must be offered or leased next: it is in no queue any more.
        """
        address = self.expected(client, now)
        if address is None and wish is not None and self.grantable(wish, client, now):
            address = wish
        return self._next(client.owner, now) if address is None else address

    def grantable(self, address: IPv4Address, client: Client, now: datetime) -> bool:
        """Whether a client without an address of its own may have this one."""
        return self.plan.pooled(address) and self.available(address, client.owner, now)

    def _next(self, owner: Owner, now: datetime) -> IPv4Address | None:
        self._end_offers(now)
        for address in self._candidates(now):
            if self.plan.pooled(address) and self.available(address, owner, now):
                return address
        return None

    def _candidates(self, now: datetime) -> Iterator[IPv4Address]:
        yield from (address for address in self._fresh if address not in self._leases)
        while self._returned:
            yield self._returned.popitem(last=False)[0]
        while self._aging and self._aging[0][0] <= now:
            expires, number = heappop(self._aging)
            address = IPv4Address(number)
            lease = self._leases.get(address)
            if lease is not None and lease.expires == expires:
                yield address

    def _end_offers(self, now: datetime) -> None:
        while self._offers:
            offer = next(iter(self._offers.values()))
            if offer.until > now:
                return
            self.withdraw(offer.owner)
