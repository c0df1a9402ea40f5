"""A commit that failed with a DHCPACK: what its boot had pinned is pinned again, so the installer is given once."""

from dataclasses import replace
from datetime import timedelta

from netipl.guests.build import Build, BuildState
from netipl.guests.guest import Origin
from netipl.protocols.dhcp4.codes import MessageType, Option
from netipl.protocols.dhcp4.message import decode, encode
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.booting import receive
from netipl.provisioning.boots import Boots, BootState
from netipl.provisioning.changes import BootSet
from netipl.provisioning.exchange import Arrival
from netipl.provisioning.inventory import Inventory, Stored
from netipl.provisioning.plan import Plan, Purpose
from tests.unit.provisioning.dhcp_lab import FIRMWARE_LIST, LAB, S390, SERVER, START, Z1, Z1_ADDRESS, Z1_MAC, message

GUEST = replace(Z1, network=LAB.name, profile="debian", origin=Origin.ADDED)
BUILD = Build(
    id="b1",
    guest=GUEST.name,
    network=LAB.name,
    profile="debian",
    asked=START,
    by="user root",
    expires=START + timedelta(hours=6),
)
STORED = Stored(guests=(GUEST,), builds=(BUILD,))
PLAN = Plan(fields=BootFields(file=b"f"), tree={}, purpose=Purpose.INSTALL, build=BUILD.id)


class Firmware:
    """Of the guest, and the daemon that it asks."""

    def __init__(self) -> None:
        self.inventory, self.boots = Inventory([LAB]), Boots()
        self.inventory.reload(STORED)
        self._say(MessageType.DISCOVER, {Option.PARAMETER_LIST: FIRMWARE_LIST})

    def request(self) -> tuple[type, ...]:
        """The kinds of what changes."""
        more: dict[int, bytes] = {
            Option.REQUESTED_ADDRESS: Z1_ADDRESS.packed,
            Option.SERVER_IDENTIFIER: SERVER.packed,
            Option.CLIENT_ARCHITECTURE: S390,
        }
        return self._say(MessageType.REQUEST, more)

    def _say(self, kind: MessageType, more: dict[int, bytes]) -> tuple[type, ...]:
        asked = decode(encode(message(kind, Z1_MAC, xid=7, more=more)))
        arrival = Arrival(interface=LAB.interface or "")
        changes = receive(self.inventory, self.boots, asked, arrival, START, plan_for=lambda *_: PLAN).outcome.changes
        for change in changes:
            self.inventory.apply(change)
        return tuple(map(type, changes))

    def build(self) -> BuildState | None:
        build = self.inventory.build_of(GUEST)
        return build.state if build is not None else None


def test_a_build_that_a_lost_commit_had_pinned_is_pinned_by_the_next_request() -> None:
    firmware = Firmware()
    first = firmware.request()
    assert BootSet in first
    firmware.inventory.reload(STORED)
    firmware.boots.reload(STORED.boots)
    assert firmware.build() is BuildState.WAITING
    assert firmware.request() == first
    assert firmware.build() is BuildState.LOADING


def test_a_boot_that_is_stored_keeps_its_plan() -> None:
    firmware = Firmware()
    firmware.request()
    [boot] = firmware.boots
    firmware.boots.reload((replace(boot, plan=None),))
    assert [*firmware.boots] == [boot]
    assert boot.plan == PLAN


def test_a_boot_without_an_address_stays_as_it_is() -> None:
    firmware = Firmware()
    [asking] = firmware.boots
    firmware.boots.reload(())
    assert [*firmware.boots] == [asking]
    assert asking.state is BootState.ASKING
