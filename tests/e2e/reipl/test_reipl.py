"""The re-IPL program in real guests: by every way that tells it a disk, to every end, on every QEMU at hand.

The network and its servers are a script (tests/real_firmware.py), so no rights are needed. What the disks boot is
disk.S, a few bytes that print a line, and in one test Debian's Linux.
"""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from netipl import content
from netipl.ccw import DeviceNumber
from netipl.content import inline
from netipl.firmware.limits import MIB, limits_of
from netipl.firmware.netboot import Machine
from netipl.images import cpio, reipl
from netipl.images import kernel as facts
from netipl.images.combined import combined
from netipl.integrations.debian.boot import debian_boot_files
from netipl.integrations.payload import reipl_program
from netipl.net import Mac
from tests.e2e.reipl.disks import UNBOOTABLE, bootable, saying, virtio_blk, virtio_scsi
from tests.e2e.reipl.play import Step, play
from tests.real_firmware import Qemu, qemus
from tests.scripted_network import Record, Script

REPOSITORY = Path(__file__).parents[3]
QEMUS = qemus()
BESIDE_AN_UNBOOTABLE = (virtio_blk("blank", "0.0.1000"), virtio_blk("a", "0.0.abcd"))
BACK = b"netipl: back to the network in 1 s"
A_WAITS, B_WAITS = b"netipl: disk A waits", b"netipl: disk B waits"

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(not QEMUS, reason="needs qemu-system-s390x"),
    pytest.mark.parametrize("qemu", QEMUS, ids=str),
]


def built(main: str, directory: Path) -> bytes:
    """The parts of the program with that source file beside this one for its main program."""
    made = directory / "built.img"
    subprocess.run([REPOSITORY / "scripts/build-payload", made, Path(__file__).with_name(main)], check=True)
    return made.read_bytes()


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the disks boot, before it is told what to print."""
    return built("disk.S", tmp_path_factory.mktemp("disk"))


@dataclass(frozen=True)
class Lab:
    """One guest and the disk program."""

    qemu: Qemu
    disk: bytes
    directory: Path

    def boots(
        self,
        script: Script,
        *devices: tuple[str, ...],
        until: bytes,
        steps: tuple[Step, ...] = (),
        disks: Mapping[str, bytes] | None = None,
        loadparm: str = "",
    ) -> Record:
        """Boot until the guest says `until` after all `steps`, which it must."""
        files = {
            "a": saying(self.disk, "disk A waits"),
            "b": saying(self.disk, "disk B waits"),
            "again": saying(self.disk, "reboots from its disk"),
            "blank": UNBOOTABLE,
        }
        machine = Machine(
            mac=Mac.parse("52:54:00:13:33:0a"),
            xid=5,
            uuid=None,
            version=self.qemu.version,
            memory=256 * MIB,
            loadparm=loadparm,
        )
        record, missed = play(
            self.qemu,
            machine,
            script,
            self.directory,
            devices=[each for device in devices for each in device],
            files={**files, **(disks or {})},
            steps=(*steps, Step(until)),
        )
        assert not missed, record.console.decode(errors="replace")
        return record


@pytest.fixture
def lab(qemu: Qemu, disk: bytes, tmp_path: Path) -> Lab:
    return Lab(qemu, disk, tmp_path)


def program(device: str | None = None) -> bytes:
    """The file with a device in it, and a short wait."""
    number = DeviceNumber.parse(device) if device else None
    return b"".join(content.read(reipl.reipl(reipl_program(), device=number, wait=1)))


def as_boot_file(device: str | None = None) -> Script:
    return Script(tree={b"reipl": program(device)}, file=b"reipl", repeat=None)


def as_label(append: str, image: bytes | None = None) -> Script:
    """Kernel and initrd are the same file, since a label needs both before QEMU 9.2."""
    configuration = f"default disk\nlabel disk\nkernel reipl\ninitrd reipl\nappend {append}\n"
    return Script(tree={b"pxelinux.cfg/default": configuration.encode(), b"reipl": image or program()}, repeat=None)


def discovers(record: Record) -> int:
    """How often the guest was in the network."""
    return sum(line.startswith("DISCOVER") for line in record.from_guest)


@pytest.mark.parametrize(
    ("devices", "says"),
    [
        pytest.param((virtio_blk("a", "0.0.1234"),), b"re-IPL from 0.0.1234 (virtio-blk)", id="a virtio-blk disk"),
        pytest.param((virtio_scsi("a", "0.0.00fe"),), b"re-IPL from 0.0.00fe (virtio-scsi)", id="a virtio-scsi CD"),
        pytest.param(
            (virtio_scsi("b", "0.0.0100"), virtio_blk("a", "0.0.0200")),
            b"re-IPL from 0.0.0200 (virtio-blk)",
            id="virtio-blk before virtio-scsi",
        ),
        pytest.param(
            (virtio_blk("a", "0.0.9000"), virtio_blk("blank", "0.0.1000")),
            b"re-IPL from 0.0.9000 (virtio-blk)",
            id="the first of two on the command line of QEMU",
        ),
    ],
)
def test_a_disk_is_found_by_scan(lab: Lab, devices: tuple[tuple[str, ...], ...], says: bytes) -> None:
    record = lab.boots(as_boot_file(), *devices, until=A_WAITS)
    assert says in record.console
    assert discovers(record) == 1


def test_started_without_a_network_it_finds_its_disk_too(lab: Lab) -> None:
    """As QEMU's own -kernel: the machine has no parameters of an IPL then."""
    direct = ("-kernel", "{place}/reipl", "-append", "reipl=0.0.abcd")
    lab.boots(as_boot_file(), *BESIDE_AN_UNBOOTABLE, direct, disks={"reipl": program()}, until=A_WAITS)


def test_a_hole_among_the_subchannels_does_not_end_the_scan(lab: Lab) -> None:
    *words, device = virtio_blk("blank", "0.0.1000")
    unplug = Step(b"Network boot starting", "device_del", {"id": "gone"})
    record = lab.boots(
        as_boot_file(), (*words, f"{device},id=gone"), virtio_blk("a", "0.0.2000"), until=A_WAITS, steps=(unplug,)
    )
    assert b"re-IPL from 0.0.2000" in record.console


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(as_label("quiet reipl=0.0.ABCD root=/dev/vda"), id="by the command line of a label"),
        pytest.param(as_boot_file("0.0.abcd"), id="by the bytes of a boot file"),
        pytest.param(as_label("x", program("0.0.abcd")), id="by the bytes of a label's kernel"),
        pytest.param(as_label("reipl=0.0.abcd", program("0.0.1000")), id="by the command line rather than by bytes"),
        pytest.param(as_label("reipl=0.0.1000 reipl=0.0.abcd"), id="by the last of several words"),
        pytest.param(as_label("x" * 879 + " reipl=0.0.abcd"), id="at the end of the longest command line"),
    ],
)
def test_a_disk_is_named(lab: Lab, script: Script) -> None:
    record = lab.boots(script, *BESIDE_AN_UNBOOTABLE, until=A_WAITS)
    assert b"re-IPL from 0.0.abcd (virtio-blk)" in record.console


@pytest.mark.parametrize(
    ("number", "disk_of"),
    [
        pytest.param("0.0.2000", virtio_scsi, id="a virtio-scsi adapter"),
        pytest.param("0.3.1000", virtio_blk, id="a disk in subchannel set 3"),
    ],
)
def test_a_disk_is_named_wherever_it_is(lab: Lab, number: str, disk_of: Callable[[str, str], tuple[str, ...]]) -> None:
    lab.boots(as_label(f"reipl={number}"), virtio_blk("blank", "0.0.1000"), disk_of("a", number), until=A_WAITS)


OTHERS = (virtio_blk("a", "0.0.1234"), ("-device", "virtio-rng-ccw,devno=fe.0.4321"))


@pytest.mark.parametrize(
    ("append", "says"),
    [
        ("reipl=0.0.9999", "there is no device 0.0.9999"),
        ("reipl=0.2.1234", "there is no device 0.2.1234"),
        ("reipl=0.0.4321", "device 0.0.4321 is no disk: its control unit is 3832/04"),
        ("reipl=vda", "reipl=vda is not understood: write reipl=0.0.1234"),
    ],
)
def test_no_other_disk_stands_in_for_the_one_that_was_named(lab: Lab, append: str, says: str) -> None:
    record = lab.boots(as_label(append), *OTHERS, until=BACK, steps=(Step(f"netipl: {says}".encode()), Step(BACK)))
    assert discovers(record) == 2
    assert b"re-IPL from" not in record.console


@pytest.mark.parametrize(
    "word",
    [
        *("reipl=", "reipl=0.0.123", "reipl=0.0.12345", "reipl=0.4.1234", "reipl=1.0.1234", "reipl=0.0.12g4"),
        *("reipl=0.0.12@4", "reipl=0,0.1234", "reipl=0.0.1234,x", f"reipl={'x' * 880}"),
    ],
)
def test_a_word_that_is_not_understood_is_told(lab: Lab, word: str) -> None:
    lab.boots(as_label(word), *OTHERS, until=BACK, steps=(Step(f"netipl: {word} is not understood".encode()),))


def test_the_last_of_several_words_counts_where_it_is_wrong_too(lab: Lab) -> None:
    said = Step(b"netipl: reipl=no is not understood")
    lab.boots(as_label("reipl=0.0.1234 reipl=no"), *OTHERS, until=BACK, steps=(said,))


def test_what_cannot_be_printed_becomes_a_question_mark(lab: Lab) -> None:
    said = Step(b"netipl: reipl=a??? is not understood")
    lab.boots(as_label("reipl=a\x7f\xff\x1bb"), *OTHERS, until=BACK, steps=(said,))


def test_without_a_disk_the_guest_goes_back_to_the_network(lab: Lab) -> None:
    record = lab.boots(as_boot_file(), until=BACK, steps=(Step(BACK),))
    assert b"netipl: no disk found" in record.console
    assert discovers(record) == 2


@pytest.mark.parametrize("wait", ["0", "", "1x", "10000", "-1"])
def test_a_wait_that_is_not_understood_leaves_the_one_before(lab: Lab, wait: str) -> None:
    said = Step(f"netipl: reipl.wait={wait} is not understood".encode())
    lab.boots(as_label(f"reipl.wait={wait}"), until=BACK, steps=(said,))


@pytest.mark.parametrize("wait", ["9999", "12"])
def test_a_wait_that_is_understood_is_told(lab: Lab, wait: str) -> None:
    lab.boots(as_label(f"reipl.wait={wait}"), until=f"back to the network in {wait} s".encode())


def test_a_reset_from_outside_leads_to_the_network_again(lab: Lab) -> None:
    reset = Step(A_WAITS, "system_reset")
    record = lab.boots(as_boot_file(), virtio_blk("a", "0.0.1234"), until=A_WAITS, steps=(reset,))
    assert discovers(record) == 2


def test_the_guests_own_reboot_stays_on_the_disk(lab: Lab) -> None:
    reboots = b"netipl: reboots from its disk"
    record = lab.boots(as_boot_file(), virtio_blk("again", "0.0.1234"), until=reboots, steps=(Step(reboots),) * 2)
    assert discovers(record) == 1


def test_a_command_line_of_an_earlier_boot_does_not_count(lab: Lab) -> None:
    script = as_label("reipl=0.0.bbbb")

    def later(changed: Script) -> None:
        changed.file = b"reipl"

    record = lab.boots(
        script,
        virtio_blk("a", "0.0.aaaa"),
        virtio_blk("b", "0.0.bbbb"),
        until=A_WAITS,
        steps=(Step(b"netipl: re-IPL from 0.0.bbbb"), Step(B_WAITS, "system_reset", change=later)),
    )
    assert b"re-IPL from 0.0.aaaa" in record.console


def test_memory_keeps_a_command_line_of_an_earlier_boot(lab: Lab) -> None:
    """Why the file reaches beyond the command line: what is loaded around it leaves it as it was."""
    start, end = facts.COMMAND_LINE_OFFSET, facts.COMMAND_LINE_OFFSET + facts.OLD_MAXIMUM_COMMAND_LINE
    script = as_boot_file()
    script.tree = {
        **script.tree,
        b"around.ins": b"* around\nhead 0\ntail %d\n" % end,
        b"head": lab.disk[:start],
        b"tail": lab.disk[end:],
    }

    def later(changed: Script) -> None:
        changed.file = b"around.ins"

    reset = Step(A_WAITS, "system_reset", change=later)
    lab.boots(script, virtio_blk("a", "0.0.1234"), until=A_WAITS, steps=(reset, Step(b"Parsing .INS file")))


@pytest.mark.parametrize(("loadparm", "shown"), [("1", b"LOADPARM=[1       ]"), ("", b"LOADPARM=[        ]")])
def test_the_loadparm_stays(lab: Lab, loadparm: str, shown: bytes) -> None:
    steps = (Step(b"netipl: re-IPL from"), Step(shown))
    lab.boots(as_boot_file(), virtio_blk("a", "0.0.1234"), until=A_WAITS, steps=steps, loadparm=loadparm)


def test_the_command_line_is_there_for_what_begins_at_the_psw_too(lab: Lab) -> None:
    """The firmware copies `append` for whatever it loads, not for Linux alone."""
    image = program().replace(facts.MAGIC, b"NOTHIS")
    lab.boots(as_label("reipl=0.0.abcd", image), *BESIDE_AN_UNBOOTABLE, until=A_WAITS)


def test_without_a_disk_a_guest_that_tried_another_device_first_goes_back_too(lab: Lab) -> None:
    if not limits_of(lab.qemu.version).merged_image:
        pytest.skip("this firmware has one boot device")
    *words, device = virtio_blk("blank", "0.0.1000")
    first = (*words, f"{device},bootindex=0")
    record = lab.boots(as_boot_file("0.0.9999"), first, until=BACK, steps=(Step(BACK),))
    assert discovers(record) == 2


def test_trouble_neither_stops_nor_silences_the_program(lab: Lab) -> None:
    script = Script(tree={b"trouble": built("trouble.S", lab.directory)}, file=b"trouble", repeat=None)
    said = (b"behind a forgotten command", b"in spite of an interruption", b"program check 0001")
    lab.boots(script, until=b"back after a program check", steps=tuple(map(Step, said)))


REBOOT = b"""#!/bin/busybox sh
/bin/busybox mount -t sysfs sysfs /sys
echo 1 > /sys/firmware/reipl/ccw/clear
echo netipl: Linux reboots > /dev/console
/bin/busybox reboot -f
"""


def test_linux_on_the_disk_reboots_from_the_disk(lab: Lab) -> None:
    debian = debian_boot_files()
    initrd = content.of_file(debian.initrd) + inline(cpio.encode([cpio.file("init", REBOOT, mode=0o755)]))
    kernel = debian.kernel.read_bytes()
    image = combined(
        kernel=content.of_file(debian.kernel), header=kernel[: facts.HEADER_SIZE], initrd=initrd, append=b"quiet"
    )
    linux = bootable(b"".join(content.read(image)))
    reboots = b"netipl: Linux reboots"
    record = lab.boots(
        as_boot_file(),
        virtio_blk("linux", "0.0.1234"),
        disks={"linux": linux},
        until=reboots,
        steps=(Step(b"netipl: re-IPL from 0.0.1234"), Step(reboots), Step(b"Using virtio-blk")),
    )
    assert discovers(record) == 1


def test_where_nothing_is_served_the_next_boot_device_boots_without_the_program(lab: Lab) -> None:
    """The way to the disk that `local_boot = "fall-through"` takes: an instant ERROR for every name."""
    if limits_of(lab.qemu.version).boot_devices == 1:
        pytest.skip("this firmware has one boot device")
    drive, disk = virtio_blk("a", "0.0.1234")[:-1], virtio_blk("a", "0.0.1234")[-1]
    lab.boots(Script(tree={}, file=b"/", repeat=None), (*drive, f"{disk},bootindex=2"), until=A_WAITS)
