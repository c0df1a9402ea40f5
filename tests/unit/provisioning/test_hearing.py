"""What a console says becomes an observation, finds its boot, and tells why that failed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.reading import ConsoleReading
from netipl.firmware.spoken.signs import Said, Sign
from netipl.guests.build import BuildState
from netipl.guests.guest import Guest
from netipl.guests.network import DhcpServer
from netipl.provisioning.boots import Boots, BootState
from netipl.provisioning.changes import Happened
from netipl.provisioning.hearing import said, seen
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.observing import observed
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Deed, Event, Observation, Seen
from tests.plane import LAB, MAC, START, Plane
from tests.unit.provisioning.boot_bench import OTHER_MAC, SECOND, Bench, in_phase

IPL = "LOADPARM=[        ]\nNetwork boot starting...\n"
ADDRESS = "Requesting information via DHCP: done\nUsing IPv4 address: 192.168.133.100\n"
MISSING = "TFTP error: file not found: kernel.img\n"
FAILED = "Failed to load OS from network.\n"
STARTING = "TFTP: Received a.cfg (102 Bytes)\nNetwork loading done, starting kernel...\n"

SAID = {
    "a step": Said(sign=Sign.RECEIVED, line="TFTP: Received k (1 KBytes)", facts={"name": "k", "size": 1024}),
    "a complaint": Said(
        sign=Sign.ERROR, line="TFTP error: file not found: k", rule=RuleId.FILE_MISSING, facts={"name": "k"}
    ),
    "its end": Said(sign=Sign.GAVE_UP, line="Failed to load OS from network", rule=RuleId.LOAD_FAILED),
    "a kernel": Said(sign=Sign.KERNEL, line="Linux version 6"),
    "that of a disk": Said(sign=Sign.KERNEL_OF_DISK, line="Linux version 6"),
}


@pytest.mark.parametrize("told", SAID.values(), ids=SAID)
def test_what_is_said_comes_back_out_of_its_observation(told: Said) -> None:
    what, detail = seen(told)
    assert said(Observation(at=START, seen=what, detail=detail)) == told


def test_a_complaint_has_its_remedy_beside_it() -> None:
    _, detail = seen(SAID["a complaint"])
    assert detail["remedy"] == RULES[RuleId.FILE_MISSING].remedy


def test_other_observations_are_not_of_the_console() -> None:
    assert said(Observation(at=START, seen=Seen.DHCP_DISCOVER)) is None


class Console:
    """Of the guest of a bench or a plane."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.reading = ConsoleReading()

    def prints(self, text: str) -> list[Event]:
        """The events of it."""
        before = len(self.plane.events)
        for each in self.reading.feed(text):
            what, detail = seen(each)
            self.plane.observe(Observation(at=self.plane.now, seen=what, mac=MAC, guest="web1", detail=detail))
        return self.plane.events[before:]


def addressed() -> Console:
    """A boot with an address, whose first lines came before its DISCOVER was seen."""
    bench = Bench()
    bench.plane.now = START + SECOND
    console = Console(bench.plane)
    console.prints(IPL + ADDRESS)
    return console


def test_the_first_lines_are_not_about_the_boot_before() -> None:
    bench = in_phase(BootState.STARTED)
    [ipl, network] = Console(bench.plane).prints(IPL)
    assert (ipl.boot, network.boot) == (None, None)
    assert (ipl.guest, ipl.network) == ("web1", "lab")


def test_what_is_said_of_an_address_is_about_the_boot() -> None:
    console = addressed()
    [event] = console.prints("Using TFTP server: 192.168.133.1\n")
    assert event.boot == console.plane.boot_of().id
    assert event.detail == {"sign": "server", "line": "Using TFTP server: 192.168.133.1", "server": "192.168.133.1"}


def test_a_guest_whose_boots_another_server_has_is_told_of_all_the_same() -> None:
    plane = Plane()
    events = Console(plane).prints(IPL + ADDRESS + MISSING)
    assert [event.what for event in events] == [Seen.FIRMWARE] * 4 + [Seen.FIRMWARE_ERROR]


@pytest.mark.parametrize("dhcp", DhcpServer)
@pytest.mark.parametrize(
    ("what", "detail", "kept"),
    [
        (Seen.TFTP_FINISHED, {"name": "kernel"}, True),
        (Seen.TFTP_MISSING, {"name": "pxelinux.cfg/1"}, True),
        (Seen.TFTP_PROGRESS, {"name": "kernel"}, False),
        (Seen.HTTP_SERVED, {"name": "media/m/tree/a.deb", "status": 200}, False),
        (Seen.HTTP_SERVED, {"name": "media/m/tree/a.deb", "status": 404}, True),
    ],
)
def test_where_libvirt_serves_dhcp_a_guest_is_told_of_by_what_it_fetches(
    dhcp: DhcpServer, what: Seen, detail: dict[str, str | int], kept: bool
) -> None:
    guest = Guest(name="z1", macs=(MAC,), network="lab")
    known = Inventory([replace(LAB, dhcp=dhcp)], [guest])
    told = observed(known, Boots(), Observation(at=START, seen=what, mac=MAC, guest="z1", detail=detail))
    assert [change.event.what for change in told if isinstance(change, Happened)] == (
        [what] if kept and dhcp is DhcpServer.LIBVIRT else []
    )


def test_a_console_of_nobody_is_not_kept() -> None:
    plane = Plane()
    plane.observe(Observation(at=START, seen=Seen.FIRMWARE, mac=OTHER_MAC, detail={"sign": "ipl", "line": ""}))
    assert not plane.events


def test_a_boot_fails_by_its_own_word_a_moment_later() -> None:
    console = addressed()
    console.prints(MISSING + FAILED)
    console.plane.tick(seconds=2)
    assert console.plane.boot_of().state is BootState.ADDRESSED
    console.plane.tick(seconds=1)
    boot = console.plane.boot_of()
    assert (boot.state, boot.rule) == (BootState.FAILED, RuleId.FILE_MISSING)
    assert boot.cause == "its firmware says: TFTP error: file not found: kernel.img"


def test_names_probed_in_vain_are_told_without_a_word_of_it() -> None:
    console = addressed()
    console.prints("Trying pxelinux.cfg files...\n" + FAILED)
    console.plane.tick(seconds=3)
    assert console.plane.boot_of().rule is RuleId.NO_CONFIGURATION


def test_one_that_is_to_turn_to_its_disk_has_not_failed_by_that() -> None:
    console = addressed()
    boot = console.plane.boot_of()
    assert boot.plan is not None
    console.plane.boots.put(replace(boot, plan=replace(boot.plan, closed=True), purpose=Purpose.DISK))
    console.prints(FAILED)
    console.plane.tick(seconds=3)
    assert console.plane.boot_of().state is BootState.ADDRESSED


def test_the_kernel_of_a_disk_starts_no_installer() -> None:
    bench = in_phase(BootState.LOADING)
    console = Console(bench.plane)
    console.prints(IPL + ADDRESS + FAILED + "Failed to IPL from this network!\nUsing virtio-blk.\nLinux version 6\n")
    assert bench.plane.boot_of().state is BootState.LOADING
    assert bench.plane.events[-1].what is Seen.DISK_KERNEL


def test_silence_is_told_once_and_names_what_is_suspected() -> None:
    console = addressed()
    console.prints(STARTING)
    console.plane.tick(seconds=15)
    assert not console.plane.happened(Seen.CONSOLE_SILENT)
    console.plane.tick(seconds=1)
    console.plane.tick(seconds=1)
    [event] = console.plane.happened(Seen.CONSOLE_SILENT)
    assert event.detail["rule"] == RuleId.MAGIC_MISSING
    assert "a.cfg begins neither" in str(event.detail["suspected"])
    assert event.detail["remedy"] == RULES[RuleId.MAGIC_MISSING].remedy


def test_and_the_boot_fails_for_it() -> None:
    console = addressed()
    console.prints(STARTING)
    console.plane.tick(seconds=61)
    boot = console.plane.boot_of()
    assert (boot.state, boot.rule) == (BootState.FAILED, RuleId.MAGIC_MISSING)
    assert boot.cause.startswith("nothing came after `starting kernel...`: a.cfg begins neither")


def test_a_kernel_that_speaks_is_not_silent() -> None:
    console = addressed()
    console.prints(STARTING + "Linux version 6\n")
    console.plane.tick(seconds=20)
    assert not console.plane.happened(Seen.CONSOLE_SILENT)
    assert console.plane.boot_of().state is BootState.STARTED


def test_a_panic_is_told_of_the_boot_whose_kernel_it_is() -> None:
    console = addressed()
    console.prints(STARTING + "Linux version 6\n")
    [event] = console.prints("[    1.000000] Kernel panic - not syncing: VFS\n")
    assert (event.what, event.boot) == (Seen.FIRMWARE_ERROR, console.plane.boot_of().id)
    assert event.detail["rule"] == RuleId.KERNEL_PANIC


def test_what_is_said_later_of_a_boot_that_is_over_is_not_about_it() -> None:
    console = addressed()
    console.prints(STARTING + "Linux version 6\n")
    assert [event.boot for event in console.prints("LOADPARM=[        ]\n" + MISSING)] == [None, None]


def test_an_interrupted_boot_says_no_more() -> None:
    bench = Bench()
    boot = bench.plane.boot_of()
    bench.plane.boots.put(replace(boot, state=BootState.INTERRUPTED))
    assert [event.boot for event in Console(bench.plane).prints(IPL + ADDRESS)] == [None] * 4


def test_a_build_is_still_good_after_a_firmware_that_gave_up() -> None:
    bench = in_phase(BootState.LOADING)
    bench.plane.now += timedelta(seconds=1)
    Console(bench.plane).prints(IPL + ADDRESS + MISSING + FAILED)
    bench.plane.tick(seconds=3)
    assert bench.plane.boot_of().state is BootState.FAILED
    assert bench.plane.build_of().state is BuildState.LOADING
    assert not bench.plane.happened(Deed.BUILD_FAILED)
