"""Random guests, clients, relays, clocks and messages against the inventory: what no sequence of them may bring about.

No address for two owners, one guest with one address over both its identities, nothing outside of pools and
reservations, nothing for strangers, one plan for one boot, and no guest sees another's bytes.
"""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from netipl.content import inline
from netipl.errors import UsageError
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network, UnknownClients
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, Option
from netipl.protocols.dhcp4.message import ANY, Message, decode, encode
from netipl.protocols.tftp.resolution import Denied
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.booting import Received, receive
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.changes import BootSet, Change, GuestForgotten, GuestSet, LeaseForgotten, LeaseSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.inventory import Inventory, Stored
from netipl.provisioning.plan import Plan
from netipl.provisioning.tree import Tree
from tests.property.alike import assert_alike, text_of
from tests.property.clients_view import ClientsView, Owner, Station
from tests.property.small_world import ADDRESSES, GUESTS, NETWORKS, RESERVABLE, STATIONS, network_at
from tests.unit.provisioning.dhcp_lab import DUID, FIRMWARE_LIST, RELAY, S390, START, message

CLONED = b"\xff\x00\x00\x00\x01cloned"
IDENTITIES: dict[str, dict[int, bytes]] = {
    "firmware": {},
    "installer": {Option.CLIENT_IDENTIFIER: DUID},
    "clone": {Option.CLIENT_IDENTIFIER: CLONED},
}
MOMENTS = (1, 30, 61, 601, 1900, 3601, 90_000)

stations, networks, addresses = st.sampled_from(STATIONS), st.sampled_from([*NETWORKS]), st.sampled_from(ADDRESSES)
identities = st.sampled_from([*IDENTITIES])
reservations = st.fixed_dictionaries(
    {guest.name: st.one_of(st.none(), st.sampled_from(RESERVABLE)) for guest in GUESTS}
)
homes = st.fixed_dictionaries({guest.name: st.one_of(st.none(), networks) for guest in GUESTS})


class InventoryMachine(RuleBasedStateMachine):
    """Everything that may be asked of one daemon. `view` is what its clients know, `journal` what its store does."""

    @initialize(homes=homes, reserved=reservations, authoritative=st.sets(networks))
    def begin(
        self, homes: dict[str, str | None], reserved: dict[str, IPv4Address | None], authoritative: set[str]
    ) -> None:
        self.now = START
        self.networks = {
            name: replace(network, authoritative=name in authoritative) for name, network in NETWORKS.items()
        }
        self.guests = {guest.name: replace(guest, network=homes[guest.name]) for guest in GUESTS}
        self._reserve(reserved)
        self.view = ClientsView(self.networks, self.guests)
        self.inventory = Inventory(self.networks.values(), self.guests.values())
        self.boots = Boots()
        self.tree = Tree(self.inventory, self.boots, plan_of=self._plan_of)
        self.journal: list[Change] = []
        self.made: dict[bytes, tuple[Owner, Mac]] = {}
        self.xids: dict[Mac, int] = {}
        self.running: dict[Mac, str] = {}
        self.pinned: dict[Mac, tuple[IPv4Address, bytes]] = {}
        self.newest: dict[IPv4Address, Mac] = {}

    def _reserve(self, wanted: dict[str, IPv4Address | None]) -> None:
        """Reservations that contradict nothing: in the guest's own network, and one guest each."""
        taken: set[IPv4Address] = set()
        for name, guest in self.guests.items():
            address = wanted[name]
            if address in taken or (address and guest.network not in {None, network_at(address)}):
                address = None
            taken |= {address} if address else set()
            self.guests[name] = replace(guest, address=address)

    # What boots

    def _plan_for(self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        """Another plan each time; z2 boots by plain BOOTP."""
        owner: Owner = mac if guest is None else guest.name
        label = f"{owner} {mac} {address} {len(self.made)}".encode()
        self.made[label] = owner, mac
        return Plan(fields=BootFields(file=label, plain_bootp=owner == "z2"), tree={"boot.cfg": inline(label)})

    def _plan_of(self, lease: Lease) -> Plan:
        return self._plan_for(self.inventory.guest_of(lease), self.networks[lease.network], lease.mac, lease.address)

    # How messages come and go

    def say(
        self,
        station: Station,
        network: str,
        kind: MessageType | None,
        identity: str = "firmware",
        *,
        lost: bool = False,
        direct: bool = False,
        **given: Any,  # as in dhcp_lab.message
    ) -> tuple[Message | None, tuple[Change, ...]]:
        """What the client hears, and what changed; nothing when the commit fails and the answer is `lost`."""
        here = self.networks[network]
        self.now += timedelta(microseconds=1)  # no two messages come at once
        if not direct and here.interface is None:
            given |= {"giaddr": RELAY, "relayed": b"\x01\x02ab"}
        more = {**IDENTITIES[identity], **given.pop("more", {}), **station.always}
        asked = decode(encode(message(kind, station.mac, xid=self.xids.get(station.mac, 0), more=more, **given)))
        arrival = Arrival(
            interface="eth0" if direct else here.interface or "eth0", local=here.server if direct else None
        )
        pinned, newest = dict(self.pinned), dict(self.newest)
        received = receive(self.inventory, self.boots, asked, arrival, self.now, plan_for=self._plan_for)
        self._follow_boot(received, asked)
        for change in received.outcome.changes:
            self.inventory.apply(change)
        for seen in received.outcome.observations:
            self.boots.observe(seen)
        if lost:
            self._lose(pinned, newest)
            return None, ()
        self.journal += received.outcome.changes
        reply = received.outcome.reply
        if self.view.owner(station, network) == station.mac and here.unknown is UnknownClients.IGNORE:
            assert reply is None, "a stranger is answered"
            assert not any(isinstance(change, LeaseSet | LeaseForgotten) for change in received.outcome.changes)
        if reply is not None:
            self._check_reply(asked, reply.message, here)
        return (None if reply is None else decode(encode(reply.message))), received.outcome.changes

    def _lose(self, pinned: dict[Mac, tuple[IPv4Address, bytes]], newest: dict[IPv4Address, Mac]) -> None:
        """A commit fails; `pinned` and `newest` are as they were before it."""
        self.inventory.reload(Stored(leases=self._replayed().leases))
        self.boots.reload(change.boot for change in self.journal if isinstance(change, BootSet))
        self.pinned = {mac: at for mac, at in self.pinned.items() if pinned.get(mac) == at}
        self.newest = newest
        self.view.offers.clear()

    @staticmethod
    def _check_reply(asked: Message, reply: Message, network: Network) -> None:
        options = reply.options
        assert (Option.SUBNET_MASK in options) == (Option.ROUTER in options), "option 1 without 3, or 3 without 1"
        assert options.get(Option.RELAY_INFORMATION) == asked.options.get(Option.RELAY_INFORMATION)
        assert (reply.xid, reply.mac, reply.giaddr) == (asked.xid, asked.mac, asked.giaddr)
        assert options.message_type != MessageType.NAK or network.authoritative, "a NAK without authority"

    # One plan for one boot

    def _follow_boot(self, received: Received, asked: Message) -> None:
        """A new boot ends the transfers of the one before it and nobody else's; an ACK gives it its one plan."""
        reply, mac, boot = received.outcome.reply, asked.mac, self.boots.of(asked.mac)
        if received.interrupted is not None:
            assert self._has(mac, received.interrupted), "another's transfers are ended"
        if boot is not None and self.running.get(mac) != boot.id:
            self.running[mac] = boot.id
            before = self.pinned.pop(mac, None)
            assert before is None or not self._has(mac, before[0]) or received.interrupted == before[0]
        binds = any(isinstance(change, LeaseSet) for change in received.outcome.changes)
        if reply is None or not binds or boot is None or boot.xid != asked.xid or self._is_over(boot):
            return
        address, label = reply.message.yiaddr, reply.message.file
        if self.pinned.setdefault(mac, (address, label))[0] != address:
            self.pinned[mac] = address, label
        assert self.pinned[mac][1] == label, "a second plan for one boot"
        self.newest[address] = mac

    @staticmethod
    def _is_over(boot: Boot) -> bool:
        """Its firmware has no part any more: whoever asks is the guest's own system."""
        return boot.is_over or boot.state is BootState.FINISHED

    def _has(self, mac: Mac, address: IPv4Address) -> bool:
        lease = self.inventory.lease_with(address)
        return lease is not None and lease.mac == mac

    # What clients do

    @rule(station=stations, network=networks, identity=identities, wish=st.none() | addresses, lost=st.booleans())
    def discover(self, station: Station, network: str, identity: str, wish: IPv4Address | None, lost: bool) -> None:
        asks = FIRMWARE_LIST if identity == "firmware" else bytes((Option.SUBNET_MASK,))
        reply, _ = self.say(station, network, MessageType.DISCOVER, identity, lost=lost, asks=asks, requested=wish)
        if reply is not None:
            self._given(station, network, reply)

    @rule(station=stations, network=networks)
    def boot(self, station: Station, network: str) -> None:
        """A new attempt of the firmware: DISCOVER and REQUEST."""
        self.xids[station.mac] = self.xids.get(station.mac, 0) + 1
        self.discover(station, network, "firmware", None, lost=False)
        self.select(station, network, "firmware", None, lost=False)

    @rule(station=stations, network=networks, kind=st.sampled_from(["release", "decline"]))
    def boot_and_give_back(self, station: Station, network: str, kind: str) -> None:
        self.boot(station, network)
        address = self.view.own(self.view.owner(station, network), network, self.now)
        if address is not None and kind == "release":
            self.release(station, "firmware", address)
        elif address is not None:
            self.decline(station, network, "firmware", address)

    @rule(network=networks)
    def crowd(self, network: str) -> None:
        """More than its pool has room for: all ask, then all want what the first was offered."""
        for station in STATIONS:
            self.discover(station, network, "installer", None, lost=False)
        offers = [address for (of, _), (address, _) in self.view.offers.items() if of == network]
        for station in reversed(STATIONS):
            self.select(station, network, "installer", offers[0] if offers else None, lost=False)

    @rule(station=stations, network=networks, identity=identities, address=st.none() | addresses, lost=st.booleans())
    def select(self, station: Station, network: str, identity: str, address: IPv4Address | None, lost: bool) -> None:
        """REQUEST of what was offered, or of another address."""
        offer = self.view.offers.get((network, self.view.owner(station, network)))
        wanted = address or (offer[0] if offer else None)
        if wanted is not None:
            self._request(station, network, identity, lost=lost, requested=wanted, server=self.networks[network].server)

    @rule(station=stations, network=networks, identity=identities)
    def choose_another_server(self, station: Station, network: str, identity: str) -> None:
        owner = self.view.owner(station, network)
        self._request(station, network, identity, requested=ADDRESSES[1], server=IPv4Address("192.168.133.2"))
        self.view.no_offer(network, owner)

    @rule(station=stations, network=networks, identity=identities, address=addresses)
    def start_again(self, station: Station, network: str, identity: str, address: IPv4Address) -> None:
        """INIT-REBOOT."""
        self._request(station, network, identity, requested=address)

    @rule(station=stations, identity=identities, address=addresses, direct=st.booleans())
    def renew(self, station: Station, identity: str, address: IPv4Address, direct: bool) -> None:
        """Or rebind, when it does not ask us alone."""
        self._request(station, network_at(address), identity, ciaddr=address, direct=direct)

    def _request(self, station: Station, network: str, identity: str, **given: Any) -> None:  # as in dhcp_lab.message
        architecture = S390 if identity == "firmware" else None
        reply, _ = self.say(station, network, MessageType.REQUEST, identity, architecture=architecture, **given)
        if reply is not None and reply.options.message_type == MessageType.ACK:
            self._given(station, network, reply)

    def _given(self, station: Station, network: str, reply: Message) -> None:
        """OFFER, ACK and BOOTP reply: the address may be given to this client, and is the one it has."""
        owner, place = self.view.owner(station, network), (network, reply.yiaddr)
        assert self.view.givable(place, owner), "outside of pools and reservations"
        assert not self.view.rival(place, owner, self.now), "the address is another's"
        own = self.view.own(owner, network, self.now)
        if reply.options.message_type == MessageType.OFFER:
            assert own is None or reply.yiaddr in {own, self.view.reservation(owner, network)}, "a second address"
            self.view.offered(place, owner, self.now)
            return
        time = reply.options.lease_time
        lease = self.inventory.lease(*place)
        assert lease is not None
        assert time is None or lease.expires == self.now + time
        self.view.bound(place, owner, lease.expires)

    @rule(station=stations, identity=identities, address=addresses)
    def release(self, station: Station, identity: str, address: IPv4Address) -> None:
        network = network_at(address)
        _, changes = self.say(station, network, MessageType.RELEASE, identity, direct=True, ciaddr=address)
        if changes:
            owner = self.view.owner(station, network)
            assert self.view.own(owner, network, self.now) in {address, None}, "what it does not have is released"
            self.view.released((network, address), owner, self.now)

    @rule(station=stations, network=networks, identity=identities, address=addresses)
    def decline(self, station: Station, network: str, identity: str, address: IPv4Address) -> None:
        _, changes = self.say(station, network, MessageType.DECLINE, identity, requested=address)
        if changes:
            owner, place = self.view.owner(station, network), (network, address)
            assert not self.view.rival(place, owner, self.now), "another's address is declined"
            self.view.declined(place, owner, self.now)

    @rule(station=stations, identity=identities, address=addresses, architecture=st.sampled_from([None, S390]))
    def inform(self, station: Station, identity: str, address: IPv4Address, architecture: bytes | None) -> None:
        reply, changes = self.say(
            station, network_at(address), MessageType.INFORM, identity, ciaddr=address, architecture=architecture
        )
        assert not changes
        assert reply is None or reply.yiaddr == ANY

    @rule(station=stations, network=networks)
    def bootp(self, station: Station, network: str) -> None:
        reply, _ = self.say(station, network, None)
        if reply is not None:
            self._given(station, network, reply)

    @rule(station=stations, giaddr=addresses)
    def ask_through_a_relay_of_nobody(self, station: Station, giaddr: IPv4Address) -> None:
        reply, changes = self.say(station, "lab", MessageType.DISCOVER, giaddr=giaddr)
        assert reply is None
        assert not changes

    # What befalls the daemon

    @rule(seconds=st.sampled_from(MOMENTS))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.inventory, self.boots = self._replayed(), Boots()
        self.tree = Tree(self.inventory, self.boots, plan_of=self._plan_of)
        self.view.offers.clear()
        self.running.clear()
        self.pinned.clear()

    # What people do

    @rule(name=st.sampled_from([guest.name for guest in GUESTS]), reserved=st.none() | st.sampled_from(RESERVABLE))
    def change_guest(self, name: str, reserved: IPv4Address | None) -> None:
        """Another reservation, if nobody else has it; else nothing changes."""
        wanted = replace(self.guests[name], address=reserved)
        others = {guest.address for guest in self.guests.values() if guest.name != name}
        fits = wanted.network in {None, network_at(reserved)} if reserved is not None else True
        before = self.inventory.guests, set(self.inventory.leases)
        try:
            self.inventory.apply(GuestSet(wanted))
        except UsageError:
            assert reserved in others or not fits
            assert (self.inventory.guests, set(self.inventory.leases)) == before
            return
        assert reserved is None or (reserved not in others and fits)
        self.guests[name] = wanted
        self._end_offers()

    @rule(name=st.sampled_from([guest.name for guest in GUESTS]))
    def take_guest_out_and_in(self, name: str) -> None:
        self.inventory.apply(GuestForgotten("", name))
        assert self.inventory.guest(name) is None
        self.inventory.apply(GuestSet(self.guests[name]))
        self._end_offers()

    def _end_offers(self) -> None:
        for network in self.networks.values():
            for offer in self.inventory.addresses(network).offers():
                self.inventory.addresses(network).withdraw(offer.owner)
        self.view.offers.clear()

    @rule(reserved=reservations)
    def reload(self, reserved: dict[str, IPv4Address | None]) -> None:
        self._reserve(reserved)
        self.inventory.replace_guests_and_networks(self.networks.values(), self.guests.values())
        self.view.offers.clear()

    def _replayed(self) -> Inventory:
        fresh = Inventory(self.networks.values(), self.guests.values())
        for change in self.journal:
            fresh.apply(change)
        return fresh

    # What is always true

    @invariant()
    def the_journal_gives_the_same_leases(self) -> None:
        assert set(self._replayed().leases) == set(self.inventory.leases)

    @invariant()
    def changed_guests_are_as_in_an_inventory_built_anew(self) -> None:
        assert_alike(self.inventory, Inventory(self.networks.values(), self.guests.values(), self.inventory.leases))

    @invariant()
    def an_owner_has_one_address_in_a_network(self) -> None:
        held = [
            (lease.network, lease.guest or lease.mac)
            for lease in self.inventory.leases
            if lease.state is not LeaseState.DECLINED
        ]
        assert len(held) == len(set(held))

    @invariant()
    def nobody_sees_anothers_bytes(self) -> None:
        for address in ADDRESSES:
            lease = self.inventory.lease_with(address)
            found = self.tree.resolve(b"boot.cfg", address)
            if lease is None or lease.state is LeaseState.DECLINED:
                assert isinstance(found, Denied), "served without a lease"
                continue
            label = text_of(found)
            owner, mac = self.made[label]
            assert owner == (lease.guest or lease.mac) or mac == lease.mac, "another's bytes"
            at, pinned = self.pinned.get(lease.mac, (None, b""))
            if at == address and self.newest[address] == lease.mac:
                assert label == pinned, "not what its boot pinned"


TestInventory = InventoryMachine.TestCase
TestInventory.settings = settings(stateful_step_count=40)
