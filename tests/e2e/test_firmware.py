"""What the real firmware does that its model leaves out, or that only one of them can show. Needs QEMU, no rights."""

import re
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.firmware.limits import DIRECT_LOAD_ADDRESS, MIB, limits_of
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.firmware_cases import CONFIGURATION
from tests.real_firmware import KERNEL_END, Qemu, boot, fake_kernel, qemus
from tests.scripted_network import SERVER, Script

MAC = Mac.parse("52:54:00:13:33:0a")
FILES = {b"pxelinux.cfg/default": CONFIGURATION, b"kernel.img": fake_kernel(), b"initrd.img": bytes(5000)}
FIRST_MERGED = Version(9, 2)
SPARE = 0x1000
"""The merged image starts at most so much later than the model says."""
DEVICES = 9
RE_IPL = fake_kernel(by_psw=True)[:0x10000] + bytes.fromhex(
    "a7180000"  # LHI 1,0
    "a7380003"  # LHI 3,3
    "83130308"  # DIAG 1,3,X'308'
)

pytestmark = pytest.mark.skipif(not (QEMUS := qemus()), reason="needs qemu-system-s390x")
each_qemu = pytest.mark.parametrize("qemu", QEMUS, ids=str)
each_merged_qemu = pytest.mark.parametrize(
    "qemu",
    [
        pytest.param(qemu, marks=pytest.mark.skipif(qemu.version < FIRST_MERGED, reason="the image is separate"))
        for qemu in QEMUS
    ],
    ids=str,
)


def machine(qemu: Qemu, memory: int = 256 * MIB) -> Machine:
    return Machine(mac=MAC, xid=1, version=qemu.version, memory=memory)


@each_qemu
def test_each_boot_has_a_transaction_of_its_own(qemu: Qemu, tmp_path: Path) -> None:
    first, second = (boot(qemu, machine(qemu), Script(tree=FILES), tmp_path) for _ in range(2))
    assert len(first.transactions) == len(second.transactions) == 1
    assert first.transactions != second.transactions


@each_qemu
def test_a_server_name_is_looked_up(qemu: Qemu, tmp_path: Path) -> None:
    name_server = IPv4Address("192.168.76.3")
    options = {66: b"tftp.example", 6: name_server.packed}
    record = boot(qemu, machine(qemu), Script(tree=FILES, siaddr=IPv4Address(0), options=options), tmp_path)
    assert record.neighbours == {name_server, SERVER}
    assert [line for line in record.from_guest if b"tftp".hex() in line and line.startswith("DNS")]
    assert b"Network loading done, starting kernel..." in record.console


@each_qemu
@pytest.mark.parametrize("memory", [256 * MIB, 4096 * MIB])
def test_files_end_where_the_table_says(qemu: Qemu, memory: int, tmp_path: Path) -> None:
    end = limits_of(qemu.version).memory(memory)
    files = {b"boot.ins": b"* to the end\nkernel.img 0\nend %d\n" % (end - SPARE), b"end": bytes(2 * SPARE + 1)}
    record = boot(qemu, machine(qemu, memory), Script(tree={**FILES, **files}, file=b"boot.ins"), tmp_path)
    assert end <= end - SPARE + room(record.console) < end + SPARE


@each_merged_qemu
def test_a_boot_file_may_have_8192_bytes_less(qemu: Qemu, tmp_path: Path) -> None:
    """With the merged image: where it is separate, a file of 120 MiB is needed (tests/soak)."""
    end = limits_of(qemu.version).memory(16 * MIB)
    script = Script(tree={b"kernel": bytes(end)}, file=b"kernel")
    record = boot(qemu, machine(qemu, 16 * MIB), script, tmp_path)
    assert end <= DIRECT_LOAD_ADDRESS + room(record.console) < end + SPARE


@each_qemu
@pytest.mark.parametrize("memory", [64, 128])
def test_a_guest_needs_memory_for_the_firmware(qemu: Qemu, memory: int, tmp_path: Path) -> None:
    record = boot(qemu, machine(qemu, memory * MIB), Script(tree=FILES), tmp_path)
    assert (record.stopped == KERNEL_END) == (memory >= limits_of(qemu.version).least_memory)


class Once(dict[bytes, bytes | int]):
    """Files that are gone when they have been asked for."""

    def get(self, key: bytes, default: bytes | int | None = None) -> bytes | int | None:  # type: ignore[override]
        return self.pop(key, default)


@each_qemu
def test_after_a_re_ipl_there_is_one_boot_device(qemu: Qemu, tmp_path: Path) -> None:
    """The kernel asks for one at once; its file is gone then, and the second device would be next."""
    second = "-netdev user,id=n1,bootfile=/,tftp=/dev -device virtio-net-ccw,netdev=n1,bootindex=2"
    script = Script(tree=Once({b"boot.file": RE_IPL}), file=b"boot.file")
    record = boot(qemu, machine(qemu), script, tmp_path, devices=second.split())
    assert record.console.count(b"Network boot starting...") == 2
    assert record.console.count(str(SERVER).encode()) == 2


@each_merged_qemu
def test_a_name_of_208_characters_hangs_the_merged_image(qemu: Qemu, tmp_path: Path) -> None:
    """A healthy boot of this file ends in less than a second; how long a hang is watched decides nothing else."""
    name = b"k" * 208
    record = boot(
        qemu, machine(qemu), Script(tree={name: fake_kernel()}, file=b"", options={67: name}), tmp_path, until=5
    )
    assert record.from_server[-1].startswith("OPTIONACK")
    assert record.stopped is None
    assert b"starting kernel" not in record.console


def room(console: bytes) -> int:
    found = re.search(rb"TFTP buffer of (\d+) bytes is too small", console)
    assert found, console
    return int(found[1])


@each_qemu
def test_so_many_boot_devices_are_tried(qemu: Qemu) -> None:
    devices = [
        *(f"-netdev user,id=n{number},bootfile=/,tftp=/dev" for number in range(DEVICES)),
        *(f"-device virtio-net-ccw,netdev=n{number},bootindex={number}" for number in range(DEVICES)),
    ]
    options = "-M s390-ccw-virtio -m 256 -smp 1 -nographic -nodefaults -serial stdio -no-reboot"
    command = qemu.command(" ".join((options, *devices)).split())
    console = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False).stdout
    assert console.count(b"Network boot starting...") == limits_of(qemu.version).boot_devices
