"""`netipl demo --methods` by root and by a normal user: a Linux by every boot method, and how each went about it.

One run for each user; the tests look at what it said.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import pairwise

import pytest

from netipl.guests.guest import BootMethod
from netipl.net import Mac
from tests.e2e.commands import Done, Event, ended, running
from tests.network_namespaces import eventually
from tests.users import USERS, as_user

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDENTITY = re.compile(r"boot/[0-9a-f]+/")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One run, and how its QEMUs were attached: the kinds of their network backends."""

    user: str
    done: Done
    attached: set[str]

    def of(self, method: BootMethod) -> list[Event]:
        """What was observed of that guest."""
        return [event for event in self.done.events if event.get("guest") == method]


@pytest.fixture(scope="module", params=USERS)
def demonstration(request: pytest.FixtureRequest) -> Iterator[Demonstration]:
    attached: set[str] = set()
    with running(request.param, "demo", "--methods", "--json") as begun:

        def guest_runs() -> bool:
            for words in begun.programs():
                attached.update(word.split(",")[0] for option, word in pairwise(words) if option == "-netdev")
            return bool(attached) or begun.process.poll() is not None

        eventually(guest_runs, "QEMU runs")
        status = begun.wait()
        yield Demonstration(request.param, ended(begun, status), attached)


def test_it_succeeds_since_every_guest_called_back(demonstration: Demonstration) -> None:
    assert demonstration.done.status == 0, demonstration.done.errors
    boots = demonstration.done.events[-1]["boots"]
    assert [boot["method"] for boot in boots] == list(BootMethod)
    assert [boot["method"] for boot in boots if not boot["called_back"]] == []
    assert all(0 < boot["seconds_to_kernel"] < boot["seconds_to_callback"] for boot in boots)


def test_it_leaves_nothing_behind(demonstration: Demonstration) -> None:
    assert demonstration.done.left == []
    assert demonstration.done.temporary == []


def test_a_guest_has_a_tap_where_its_user_may_open_one_and_else_a_link(demonstration: Demonstration) -> None:
    open_it = [*as_user(demonstration.user), "sh", "-c", ": <>/dev/net/tun"]
    may = subprocess.run(open_it, capture_output=True, check=False).returncode == 0
    assert demonstration.attached == {"tap" if may else "stream"}


@pytest.mark.parametrize("method", BootMethod)
def test_its_linux_has_an_address_by_dhcp_and_calls_back(demonstration: Demonstration, method: BootMethod) -> None:
    seen = {event["seen"]: event for event in demonstration.of(method)}
    assert f"netipl: address {seen['guest-addressed']['address']}/24" in lines(demonstration.of(method))
    assert seen["callback"]["path"] == f"/callback?method={method}"
    assert seen["callback"]["address"] == seen["guest-addressed"]["address"]
    assert f"netipl: marker {method}" in lines(demonstration.of(method)), "the kernel command line arrived"


def lines(events: list[Event]) -> set[str]:
    return {event["line"] for event in events if event["seen"] == "console"}


SHORTENED = tuple(f"IP{digits}" for digits in range(8, 0, -1))
IMAGES = ("boot/ID/kernel", "boot/ID/initrd")


@dataclass(frozen=True, slots=True)
class Way:
    """The boot file that is named, and what the firmware asks for then: names not found, and those fetched.

    What a slow guest asks for twice counts once.
    """

    file: str
    missing: tuple[str, ...]
    fetched: tuple[str, ...]


def probed(prefix: str, *, found: str, missing: tuple[str, ...], file: str, first: tuple[str, ...] = ()) -> Way:
    return Way(file, (*first, *(prefix + name for name in missing)), (prefix + found, *IMAGES))


WAYS = {
    BootMethod.CONFIG: Way("guests/config/boot.cfg", (), ("guests/config/boot.cfg", *IMAGES)),
    BootMethod.PROBE_UUID: probed("/pxelinux.cfg/", found="UUID", missing=(), file="/"),
    BootMethod.PROBE_MAC: probed("/pxelinux.cfg/", found="MAC", missing=("UUID",), file="/"),
    BootMethod.PROBE_IP: probed("/pxelinux.cfg/", found="IP7", missing=("UUID", "MAC", "IP8"), file="/"),
    BootMethod.PROBE_DEFAULT: probed("/pxelinux.cfg/", found="default", missing=("UUID", "MAC", *SHORTENED), file="/"),
    BootMethod.PROBE_EMPTY: probed("pxelinux.cfg/", found="MAC", missing=("UUID",), file=""),
    BootMethod.PROBE_MISSING: probed(
        "guests/probe-missing/pxelinux.cfg/",
        found="MAC",
        missing=("UUID",),
        file="guests/probe-missing/missing",
        first=("guests/probe-missing/missing",),
    ),
    BootMethod.OPTIONS: Way("/", (), ("guests/options/boot.cfg", *IMAGES)),
    BootMethod.INS: Way(
        "guests/ins/boot.ins",
        (),
        ("guests/ins/boot.ins", *IMAGES, "guests/ins/initrd.addrsize", "guests/ins/parmfile"),
    ),
    BootMethod.COMBINED: Way("guests/combined/boot.img", (), ("guests/combined/boot.img",)),
    BootMethod.BOOTP: Way("guests/bootp/boot.cfg", (), ("guests/bootp/boot.cfg", *IMAGES)),
}


@pytest.mark.parametrize("method", BootMethod)
def test_the_firmware_asks_for_what_the_method_is_about(demonstration: Demonstration, method: BootMethod) -> None:
    events = demonstration.of(method)
    given = next(event for event in events if event["seen"] in ("dhcp-ack", "bootp-reply"))
    names = {
        seen: tuple(dict.fromkeys(told(event) for event in events if event["seen"] == seen))
        for seen in ("tftp-missing", "tftp-finished", "tftp-denied")
    }
    assert Way(given["file"], names["tftp-missing"], names["tftp-finished"]) == WAYS[method]
    assert names["tftp-denied"] == ()


def told(event: Event) -> str:
    """The name in a TFTP request, with words for what is the guest's own."""
    directory, slash, name = str(event["name"]).rpartition("/")
    digits = f"{int(IPv4Address(event['address'])):08X}"
    words = {f"01-{Mac.parse(event['mac']).dashed}": "MAC"}
    words |= {digits[:length]: f"IP{length}" for length in range(8, 0, -1)}
    name = "UUID" if _UUID.fullmatch(name) else words.get(name, name)
    return _IDENTITY.sub("boot/ID/", directory + slash + name)


FOUR_STEPS = ["dhcp-discover", "dhcp-offer", "dhcp-request", "dhcp-ack"]
STEPS = dict.fromkeys(BootMethod, FOUR_STEPS) | {BootMethod.BOOTP: ["dhcp-discover", "bootp-reply"]}
"""Until the kernel starts; steps that a slow guest repeats are one."""


@pytest.mark.parametrize("method", BootMethod)
def test_the_firmware_has_its_address_by_dhcp_or_by_plain_bootp(
    demonstration: Demonstration, method: BootMethod
) -> None:
    seen = [event["seen"] for event in demonstration.of(method)]
    firmware = dict.fromkeys(seen[: seen.index("kernel")])
    steps = [step for step in firmware if step.startswith(("dhcp-", "bootp-")) and step != "dhcp-release"]
    assert steps == STEPS[method]
