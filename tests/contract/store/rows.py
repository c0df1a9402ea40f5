"""One of each kind that has everything, and how changes come into a database of the tests."""

from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from uuid import UUID

from netipl.ccw import DeviceNumber
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import BootMethod, Guest, LocalBoot, Origin
from netipl.guests.lease import Lease, LeaseState
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.net import Mac
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.changes import (
    BootSet,
    BuildSet,
    Change,
    CredentialSet,
    GuestSet,
    Happened,
    LeaseSet,
    ProfileSet,
)
from netipl.provisioning.credential import ApiToken, Role, digest
from netipl.provisioning.inventory import Stored
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Event, Seen
from netipl.store.journal import Journal
from tests.unit.guests.test_choices_document import WHOLE

NETWORKS = ("lab", "other")
DEADLINE = 60
ODD = "gäst-\U0001f5a5'\n"
BEGAN = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LEASE = Lease(
    network="lab",
    address=IPv4Address("192.0.2.10"),
    mac=Mac.parse("52:54:00:13:33:0a"),
    client_id=b"\xff\x00'\"",
    guest=ODD,
    state=LeaseState.RELEASED,
    expires=BEGAN,
    xid=0xFFFFFFFF,
    hostname=ODD,
)
GUEST = Guest(
    name="web1.example.com",
    macs=(LEASE.mac, Mac.parse("52:54:00:13:33:0b")),
    uuid=UUID("00010203-0405-0607-0809-0a0b0c0d0e0f"),
    client_id=b"\xff\x00'\"",
    address=LEASE.address,
    network="lab",
    firmware=Version(9, 2),
    cpu="z14,ri=off",
    disk=DeviceNumber.parse("0.0.0001"),
    append="console=ttysclp0 word='ä'",
    method=BootMethod.OPTIONS,
    local_boot=LocalBoot.FALL_THROUGH,
    profile="debian",
    choices=WHOLE,
    origin=Origin.ADDED,
)
BUILD = Build(
    id="20300102T030405678-web1.example.com",
    guest=GUEST.name,
    network="lab",
    profile="debian",
    asked=BEGAN,
    by=ODD,
    expires=BEGAN + timedelta(hours=6),
    attempts=3,
    state=BuildState.FAILED,
    boot="20300102T030405678-52540013330a-ffffffff",
    ended=BEGAN + timedelta(hours=1),
    cause=ODD,
    remedy="look there",
)
BOOT = Boot(
    mac=LEASE.mac,
    xid=0xFFFFFFFF,
    began=BEGAN,
    network="lab",
    guest=GUEST.name,
    state=BootState.FAILED,
    since=BEGAN + timedelta(seconds=90),
    address=LEASE.address,
    purpose=Purpose.INSTALL,
    build=BUILD.id,
    rule=RuleId.KERNEL_SILENT,
    cause=ODD,
)
EVENT = Event(
    at=BEGAN,
    what=Seen.TFTP_FINISHED,
    network="lab",
    guest=GUEST.name,
    boot=BOOT.id,
    build=BUILD.id,
    mac=LEASE.mac,
    address=LEASE.address,
    by="user " + ODD,
    detail={"name": "kernel\0\udcff\U0001f5a5", "size": 1 << 40, "seconds": 0.25},
    number=int(BEGAN.timestamp() * 1_000_000),
)
TOKEN = ApiToken(name=ODD, role=Role.READ_ONLY, digest=digest("netipl_x"), created=BEGAN, by="user root")
PROFILE = Profile(
    name="web",
    base="debian",
    medium="debian12",
    template="mine",
    append="word='ä'",
    choices=WHOLE,
    origin=ProfileOrigin.ADDED,
)

PLAIN: tuple[Change, ...] = (
    GuestSet(Guest(name="web2", macs=(Mac.parse("52:54:00:13:33:0c"),), network="other", origin=Origin.DISCOVERED)),
    BuildSet(
        Build(id="b2", guest="web2", network="other", profile="p", asked=BEGAN, by="", expires=BEGAN),
    ),
    BootSet(Boot(mac=Mac.parse("52:54:00:13:33:0c"), xid=0, began=BEGAN, network="other")),
    Happened(Event(at=BEGAN, what=Seen.DHCP_DISCOVER, network="", number=1)),
    ProfileSet(Profile(name="debian", origin=ProfileOrigin.ADDED)),
)
"""Each without all that may be left out."""

EVERYTHING: tuple[Change, ...] = (
    LeaseSet(LEASE),
    GuestSet(GUEST),
    BuildSet(BUILD),
    BootSet(BOOT),
    Happened(EVENT),
    CredentialSet(TOKEN),
    ProfileSet(PROFILE),
    *PLAIN,
)
STORED = Stored(
    leases=(LEASE,),
    guests=(GUEST, *(change.guest for change in PLAIN if isinstance(change, GuestSet))),
    builds=(BUILD, *(change.build for change in PLAIN if isinstance(change, BuildSet))),
    boots=(BOOT, *(change.boot for change in PLAIN if isinstance(change, BootSet))),
    tokens=(TOKEN,),
    profiles=(Profile(name="debian", origin=ProfileOrigin.ADDED), PROFILE),
    number=EVENT.number,
)
"""What there is after EVERYTHING."""


def store(url: str, *leases: Lease) -> None:
    keep(url, map(LeaseSet, leases))


def keep(url: str, changes: Iterable[Change]) -> None:
    """All of them together."""
    with closing(Journal(url, NETWORKS)) as journal:
        assert submit(journal, *changes) is None


def stored(url: str, networks: Iterable[str] = NETWORKS) -> Stored:
    with closing(Journal(url, networks)) as journal:
        return journal.stored()


def submit(journal: Journal, *changes: Change) -> Exception | None:
    told: Future[Exception | None] = Future()
    journal.submit(changes, told.set_result)
    return told.result(DEADLINE)
