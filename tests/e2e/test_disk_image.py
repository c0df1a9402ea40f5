"""The demonstration's disk image boots by itself, with every QEMU at hand, and its system writes to its root."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from netipl.integrations.debian import disk_image
from tests.network_namespaces import eventually
from tests.real_firmware import Qemu, qemus

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]
_LONGEST = 240.0


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("disk") / "image.raw"
    disk_image.build(made, progress=print)
    return made


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_it_boots_and_counts_its_boots(image: Path, tmp_path: Path, qemu: Qemu) -> None:
    disk, console = tmp_path / "disk", tmp_path / "console"
    shutil.copyfile(image, disk)
    for count in (1, 2):
        with disk.open("r+b") as opened, disk.open("rb") as probed, console.open("wb") as output:
            descriptors = [opened.fileno(), probed.fileno()]
            command = qemu.command(
                [
                    *("-M", "s390-ccw-virtio", "-m", "256", "-nodefaults", "-nographic", "-serial", "stdio"),
                    *("-add-fd", f"fd={descriptors[0]},set=1", "-add-fd", f"fd={descriptors[1]},set=1"),
                    *("-drive", "if=none,id=d,format=raw,file=/dev/fdset/1"),
                    *("-device", "virtio-blk-ccw,drive=d,bootindex=1"),
                ]
            )
            guest = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=descriptors
            )
            try:
                eventually(partial(_idle_or_ended, console, guest), "the system is up", within=_LONGEST)
            finally:
                guest.kill()
                guest.wait()
        assert b"netipl: the installed system, boot %d\r" % count in console.read_bytes(), console.read_text()


def _idle_or_ended(console: Path, guest: "subprocess.Popen[bytes]") -> bool:
    return b"system is idle" in console.read_bytes() or guest.poll() is not None
