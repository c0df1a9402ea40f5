"""A machine of libvirt destroyed in mid-transfer and started again at once installs all the same, every time."""

import shutil
import time

import pytest

from tests.e2e.libvirt_lab import LibvirtLab, libvirt_lab
from tests.soak.conftest import Row

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
    pytest.mark.skipif(shutil.which("libvirtd") is None, reason="needs libvirtd"),
]

TIMES = 20
_PADDING = 24 << 20
"""Bytes behind the initrd, so that a transfer has a middle."""


def test_destroyed_in_mid_transfer_and_started_again_at_once(rows: list[Row]) -> None:
    with libvirt_lab() as lab:
        with (lab.directory / "debian/initrd").open("r+b") as initrd:
            initrd.truncate(initrd.seek(0, 2) + _PADDING)
        lab.run("guest", "define", "web1", "--profile", "quick", "--memory", "512", "--disk", "none")
        seconds = [installed(lab) for _ in range(TIMES)]
    rows.append(Row("libvirt: destroyed in mid-transfer, started again", TIMES, tuple(seconds)))


def installed(lab: LibvirtLab) -> float:
    """The seconds from the second start to the word of the guest that it is installed."""
    before = middles(lab)
    lab.run("guest", "build", "web1", "--start")
    lab.wait_for(lambda: middles(lab) > before, "it is in the middle of its initrd")
    lab.host.virsh("destroy", "web1")
    lab.host.virsh("start", "web1")
    began = time.monotonic()
    lab.run("guest", "watch", "web1", "--until", "installed")
    return time.monotonic() - began


def middles(lab: LibvirtLab) -> int:
    """How often progress of an initrd was told of."""
    return sum("initrd: " in line and " of " in line for line in lab.log.read_text().splitlines())
