"""Only an unspent build leads to an installer, whatever comes between.

Guests boot, fail, are reset and speak; builds are asked for, cancelled and done, netipl is restarted and commits are
lost, all at any moment. What a firmware has fetched is told late, or not at all when netipl ends before it is told.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from netipl.content import Content
from netipl.errors import RefusedError
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import BootMethod, Guest, LocalBoot, Origin
from netipl.guests.network import UnknownClients
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.tftp.resolution import Missing
from netipl.protocols.tftp.server import Reason
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Deed, Observation, Seen
from tests.plane import LAB, MAC, PROFILES, SERVER, Plane
from tests.unit.provisioning.dhcp_lab import DUID, FIRMWARE_LIST, S390, message

SECOND_MAC, THIRD_MAC, NEW_MAC = (Mac(MAC.octets[:5] + bytes((last,))) for last in (0x0B, 0x0C, 0x0D))
METHODS = (None, BootMethod.CONFIG, BootMethod.BOOTP, BootMethod.COMBINED, BootMethod.PROBE_IP)
GUEST_OF = {MAC: "web1", SECOND_MAC: "web1", THIRD_MAC: "web2"}
macs, names = st.sampled_from([*GUEST_OF]), st.sampled_from(["web1", "web2"])


@dataclass
class Firmware:
    """One boot as its guest lives it: what it was promised at its ACK, and what of it has come."""

    xid: int
    promised: dict[str, Content] = field(default_factory=dict)
    build: str | None = None
    address: IPv4Address | None = None
    fetched: set[str] = field(default_factory=set)
    is_done: bool = False

    @property
    def has_all(self) -> bool:
        return bool(self.promised) and self.fetched == set(self.promised)


class BuildMachine(RuleBasedStateMachine):
    """`spent` counts, for each build, the boots that fetched all of its installer; `tickets` are those that got one."""

    @initialize(method=st.sampled_from(METHODS), fallen=st.booleans(), policy=st.sampled_from([*UnknownClients]))
    def begin(self, method: BootMethod | None, fallen: bool, policy: UnknownClients) -> None:
        way = LocalBoot.FALL_THROUGH if fallen else None
        one = Guest(name="web1", macs=(MAC, SECOND_MAC), network="lab", method=method, origin=Origin.ADDED)
        two = Guest(name="web2", macs=(THIRD_MAC,), network="lab", profile="fedora", origin=Origin.ADDED)
        new = Guest(name="new", macs=(NEW_MAC,), network="lab", origin=Origin.DISCOVERED)
        guests = (replace(one, profile="debian", local_boot=way), replace(two, method=method), new)
        self.plane = Plane(networks=(replace(LAB, unknown=policy),), guests=guests)
        self.xids = 0
        self.firmware: dict[Mac, Firmware] = {}
        self.attempts: dict[str, int] = {}
        self.spent: Counter[str] = Counter()
        self.ended: set[str] = set()
        self.tickets: set[str] = set()
        self.untold: dict[Mac, list[Observation]] = {mac: [] for mac in GUEST_OF}

    # What guests do

    def _say(self, kind: MessageType, mac: Mac, *, lost: bool = False, **given: Any) -> Message | None:
        self.plane.now = self.plane.now.replace(microsecond=(self.plane.now.microsecond + 1) % 1_000_000)
        outcome = self.plane.answer(message(kind, mac, **given), Arrival(interface="lab0"), lost=lost)
        self.plane.dropped.clear()
        return outcome.reply.message if outcome.reply is not None else None

    @rule(mac=macs)
    def reset(self, mac: Mac) -> None:
        """Its machine begins anew, with this interface. What it had fetched before is known by then."""
        for each, name in GUEST_OF.items():
            self.tell(each, lost=False)
            if name == GUEST_OF[mac]:
                self.firmware.pop(each, None)
        self.xids += 1
        self.firmware[mac] = Firmware(xid=self.xids)
        self.plane.tick(seconds=1)
        self.discover(mac, lost=False)

    @rule(mac=macs, lost=st.booleans())
    def discover(self, mac: Mac, lost: bool) -> None:
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.is_done or firmware.fetched:
            return
        reply = self._say(MessageType.DISCOVER, mac, xid=firmware.xid, asks=FIRMWARE_LIST, lost=lost)
        if reply is not None and reply.options.message_type is None:  # plain BOOTP: that is all
            self._acknowledged(mac, firmware, reply)
        elif reply is not None:
            firmware.address = reply.yiaddr

    @rule(mac=macs, lost=st.booleans())
    def request(self, mac: Mac, lost: bool) -> None:
        """Also again, as when the ACK was lost."""
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.address is None or firmware.is_done or firmware.fetched:
            return
        reply = self._say(
            MessageType.REQUEST,
            mac,
            xid=firmware.xid,
            requested=firmware.address,
            server=SERVER,
            architecture=S390,
            lost=lost,
        )
        if reply is not None and reply.options.message_type == MessageType.ACK:
            self._acknowledged(mac, firmware, reply)

    def _acknowledged(self, mac: Mac, firmware: Firmware, reply: Message) -> None:
        firmware.address = reply.yiaddr
        boot = self.plane.boots.of(mac)
        assert boot is not None
        assert boot.plan is not None
        promised = dict(boot.plan.tree)
        if firmware.promised and not (self._is_superseded(mac, firmware) and not promised):
            assert promised == firmware.promised, "a running boot gets another plan"
        if firmware.promised:
            return
        firmware.promised, firmware.build = promised, boot.build
        assert (boot.purpose is Purpose.INSTALL) == (boot.build is not None)
        if boot.build is not None:
            self._is_ticket(mac, boot.build, boot.id)

    def _is_superseded(self, mac: Mac, firmware: Firmware) -> bool:
        """Whether another build was asked for meanwhile: a start of netipl does not know its own any more."""
        return firmware.build is not None and self.plane.build_of(GUEST_OF[mac]).id != firmware.build

    def _is_ticket(self, mac: Mac, identifier: str, boot: str) -> None:
        """A new boot has got an installer."""
        self.tickets.add(boot)
        build = self.plane.build_of(GUEST_OF[mac])
        assert build.id == identifier, "an installer of another build"
        assert identifier not in self.ended, "an installer of a build that is over"
        assert self.spent[identifier] < self.attempts[identifier], "a spent build installs again"
        assert (build.state, build.boot) == (BuildState.LOADING, boot), "an installer that is not pinned"

    @rule(mac=macs, told=st.sampled_from([Reason.FINISHED, Reason.LAST_UNCONFIRMED]))
    def fetch(self, mac: Mac, told: Reason) -> None:
        """The next file of what it was promised, as it was promised."""
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.address is None or firmware.is_done:
            return
        left = [name for name in firmware.promised if name not in firmware.fetched]
        if not left or not self._has_its_address(mac, firmware.address):
            return
        found = self.plane.resolve(f"/{left[0]}".encode(), firmware.address)
        if isinstance(found, Missing):  # after a start of netipl
            assert self._is_superseded(mac, firmware)
            return
        assert found == firmware.promised[left[0]], "a running boot gets something else"
        self._fetched(mac, firmware, left[0], told)

    def _fetched(self, mac: Mac, firmware: Firmware, name: str, told: Reason) -> None:
        firmware.fetched.add(name)
        if firmware.has_all and firmware.build is not None:
            self.spent[firmware.build] += 1
        self._report(mac, firmware, Seen.TFTP_STARTED, name=f"/{name}", size=70_000)
        if told is Reason.FINISHED:
            self._report(mac, firmware, Seen.TFTP_FINISHED, name=f"/{name}", size=70_000)
        else:
            self._report(mac, firmware, Seen.TFTP_FAILED, name=f"/{name}", reason=told.value)

    def _report(self, mac: Mac, firmware: Firmware, seen: Seen, **detail: str | int) -> None:
        self.untold[mac].append(Observation(at=self.plane.now, seen=seen, address=firmware.address, detail=detail))

    @rule(mac=macs)
    def all_at_once(self, mac: Mac) -> None:
        """A boot that goes well, but for being told."""
        self.reset(mac)
        self.request(mac, lost=False)
        for _ in range(4):
            self.fetch(mac, Reason.FINISHED)
        self.give_back(mac)

    @rule(mac=macs)
    def netipl_ends_before_it_is_told(self, mac: Mac) -> None:
        """Then the machine boots once more."""
        self.all_at_once(mac)
        self.restart()
        self.reset(mac)
        self.request(mac, lost=False)

    @rule(mac=macs, deed=st.sampled_from([Deed.BUILD_CANCELLED, Deed.BUILD_DONE]))
    def its_build_ends_while_it_asks_again(self, mac: Mac, deed: Deed) -> None:
        """Its ACK was lost; the plan was not."""
        self.reset(mac)
        self.request(mac, lost=False)
        self.end(GUEST_OF[mac], deed)
        self.request(mac, lost=False)

    @rule(mac=macs, deed=st.sampled_from([None, Deed.BUILD_CANCELLED]))
    def its_ack_cannot_be_stored(self, mac: Mac, deed: Deed | None) -> None:
        """So it does not leave, and the firmware asks again."""
        self.reset(mac)
        self.request(mac, lost=True)
        if deed is not None:
            self.end(GUEST_OF[mac], deed)
        self.request(mac, lost=False)

    @rule(mac=macs, says=st.booleans())
    def lose_the_last_acknowledgement(self, mac: Mac, says: bool) -> None:
        """The firmware has it all, and says so unless its RELEASE is lost too; of the last file nobody sees the end."""
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.is_done:
            return
        for _ in range(4):
            if len(firmware.fetched) < len(firmware.promised):
                self.fetch(mac, Reason.FINISHED)
        if firmware.has_all and self.untold[mac]:
            self.untold[mac][-1] = replace(
                self.untold[mac][-1],
                seen=Seen.TFTP_PROGRESS,
                detail={"name": self.untold[mac][-1].detail["name"], "size": 70_000, "sent": 69_000},
            )
            if says:
                self.give_back(mac)
            self.tell(mac, lost=False)

    @rule(mac=macs, lost=st.booleans())
    def tell(self, mac: Mac, lost: bool) -> None:
        """What TFTP saw; with `lost` the last of it cannot be stored."""
        told, self.untold[mac] = self.untold[mac], []
        for observation in told:
            self.plane.observe(observation, lost=lost and observation is told[-1])

    @rule(mac=macs)
    def give_back(self, mac: Mac) -> None:
        """The firmware is done, well or not."""
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.address is None or firmware.is_done or not firmware.promised:
            return
        firmware.is_done = True
        self._say(MessageType.RELEASE, mac, xid=firmware.xid, ciaddr=firmware.address, server=SERVER)

    @rule(mac=macs)
    def own_system_speaks(self, mac: Mac) -> None:
        """Only what was loaded whole can."""
        firmware = self.firmware.get(mac)
        if firmware is None or not firmware.has_all:
            return
        firmware.is_done = True
        self.xids += 1
        given: dict[str, Any] = {"client_id": DUID + mac.octets, "requested": firmware.address}
        self._say(MessageType.DISCOVER, mac, xid=self.xids, **given)
        self._say(MessageType.REQUEST, mac, xid=self.xids, server=SERVER, **given)

    @rule(mac=macs, says=st.sampled_from(["started", "done", "failed"]))
    def installer_speaks(self, mac: Mac, says: str) -> None:
        """Of the build whose token it has, which may be over."""
        firmware = self.firmware.get(mac)
        if firmware is None or firmware.build is None or not firmware.has_all:
            return
        firmware.is_done = True
        self.plane.see(Seen.INSTALLER, address=firmware.address, build=firmware.build, says=says)
        if says != "started":
            self.ended.add(firmware.build)

    @rule()
    def an_unapproved_guest_asks(self) -> None:
        self.xids += 1
        given: dict[str, Any] = {"xid": self.xids, "asks": FIRMWARE_LIST}
        assert self._say(MessageType.DISCOVER, NEW_MAC, **given) is None
        assert self._say(MessageType.DISCOVER, NEW_MAC, **given) is None

    # What people do

    @rule(name=names, attempts=st.sampled_from([1, 1, 2]), profile=st.sampled_from([None, *PROFILES]))
    def ask(self, name: str, attempts: int, profile: str | None) -> None:
        self.plane.tick(microseconds=1)
        before = self._newest(name)
        try:
            build = self.plane.build(name, profile=profile, attempts=attempts)
        except RefusedError:
            return
        self.attempts[build.id] = attempts
        if before is not None:
            self.ended.add(before.id)

    @rule(name=names, deed=st.sampled_from([Deed.BUILD_CANCELLED, Deed.BUILD_DONE]))
    def end(self, name: str, deed: Deed) -> None:
        build = self._newest(name)
        if build is None:
            return
        try:
            self.plane.end(deed, name)
        except RefusedError:
            return
        self.ended.add(build.id)

    def _newest(self, name: str) -> Build | None:
        guest = self.plane.inventory.guest(name)
        assert guest is not None
        return self.plane.inventory.build_of(guest)

    # What befalls the daemon

    @rule(seconds=st.sampled_from([1, 3, 61, 400, 4000, 15_000]))
    def wait(self, seconds: int) -> None:
        for mac in GUEST_OF:
            self.tell(mac, lost=False)
        self.plane.tick(seconds=seconds)

    @rule()
    def restart(self) -> None:
        self.untold = {mac: [] for mac in GUEST_OF}
        self.plane.restart()

    # What is always true

    def _has_its_address(self, mac: Mac, address: IPv4Address) -> bool:
        lease = self.plane.inventory.lease_with(address)
        boot = self.plane.boots.at(address)
        return lease is not None and lease.mac == mac and boot is not None and boot.mac == mac

    @invariant()
    def nobody_else_finds_an_installer(self) -> None:
        """Whoever has an address, but for the boot that was promised it."""
        for lease in self.plane.inventory.leases:
            boot = self.plane.boots.at(lease.address)
            if boot is not None and boot.mac == lease.mac and boot.id in self.tickets:
                continue
            for name in PROFILES:
                assert isinstance(self.plane.resolve(f"boot/{name}/kernel".encode(), lease.address), Missing)
            for other in self.firmware.values():
                for path, content in other.promised.items() if other.build is not None else ():
                    assert self.plane.resolve(path.encode(), lease.address) != content, "another's installer"

    @invariant()
    def what_is_kept_is_what_is_known(self) -> None:
        stored = self.plane.stored()
        assert {build.id: build for build in stored.builds} == {each.id: each for each in self.plane.inventory.builds}
        newest = {boot.id: boot for boot in stored.boots}
        for boot in self.plane.boots:
            if boot.address is not None and boot.plan is not None:
                assert newest[boot.id] == replace(boot, plan=None)

    @invariant()
    def a_token_is_in_no_event(self) -> None:
        tokens = [self.plane.tokens.of(build) for build in self.plane.inventory.builds]
        assert not [event for event in self.plane.events[-20:] if any(token in repr(event) for token in tokens)]


TestBuilds = BuildMachine.TestCase
TestBuilds.settings = settings(stateful_step_count=40)
