"""Network interfaces that the firmware does not boot from, as `netipl doctor` says of them; no network is needed."""

import subprocess
from typing import IO

import pytest

from netipl.firmware.limits import MERGED_IMAGE
from tests.real_firmware import Qemu, qemus

pytestmark = pytest.mark.guest

CONSOLE = ["-M", "s390-ccw-virtio", "-m", "512", "-nographic", "-nodefaults", "-serial", "stdio"]
ENDS = {False: "Failed to load OS from hard disk", True: "No suitable device for IPL"}
"""What it says at last, by whether network boot is part of the one image."""


def last_words(output: IO[str]) -> str:
    """The first line that ends the boot, or what there was without one."""
    seen = ""
    for line in output:
        seen += line
        if any(words in line for words in ENDS.values()) or "Using IPv4 address" in line:
            break
    return seen


def booted(qemu: Qemu, device: str) -> str:
    command = qemu.command([*CONSOLE, "-netdev", "user,id=net", "-device", f"{device},netdev=net,bootindex=1"])
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace") as it:
        assert it.stdout is not None
        try:
            return last_words(it.stdout)
        finally:
            it.kill()


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_one_on_pci_is_not_seen(qemu: Qemu) -> None:
    assert ENDS[MERGED_IMAGE.at(qemu.version)] in booted(qemu, "virtio-net-pci,romfile=")


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_one_on_the_channel_subsystem_is(qemu: Qemu) -> None:
    assert "Using IPv4 address" in booted(qemu, "virtio-net-ccw")
