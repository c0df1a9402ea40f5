"""A real guest in the middle of a transfer, when daemon, worker or the guest itself is killed, or the disk is full."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.serving import BRIDGE, Place, guest, keys, serving

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

NOTHING_LEAVES = (
    "add table inet t; add chain inet t o { type filter hook output priority 0; }; add rule inet t o udp sport 69 drop"
)
LARGE = keys(1, 'initrd = "initrd"')


def test_a_killed_daemon_is_started_again_and_the_guest_boots_on(lab: Place) -> None:
    lab.write(lab.settings(LARGE))
    with guest(lab) as machine:
        with serving(lab) as first:
            machine.start()
            first.wait_for_middle_of("initrd")
            first.kill()
        with serving(lab) as second:
            assert machine.boots(), machine.story()
            assert len(second.said("sends: boot/")) == 2, "kernel and initrd were begun once"
            assert len(second.said("asks for an address")) == 1


def test_a_killed_worker_is_replaced_and_the_guest_boots_on(lab: Place) -> None:
    lab.write(lab.settings(LARGE) + "\n[tftp]\nworkers = 2\n")
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        for pid in daemon.workers():
            os.kill(pid, signal.SIGKILL)
        daemon.wait_for("tftp worker died", 2)
        assert machine.boots(), machine.story()
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"
        assert daemon.stop() == 0


def test_a_guest_destroyed_in_mid_transfer_and_started_again_at_once_boots(lab: Place) -> None:
    lab.write(lab.settings(LARGE))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        machine.destroy()
        machine.start()
        assert machine.boots(), machine.story()
        assert not any("missing block" in line for line in machine.console)
        assert len(daemon.said("asks for an address")) >= 2


def test_on_a_full_disk_running_transfers_go_on(lab: Place) -> None:
    state = lab.directory / "state"
    state.mkdir()
    lab.write(lab.settings(LARGE))
    mounted = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size=6m none {state} && exec "$@"', "sh")
    with serving(lab, *mounted) as daemon, guest(lab) as machine:
        disk = Path(f"/proc/{daemon.process.pid}/root{state}")
        machine.start()
        daemon.wait_for_middle_of("initrd")
        fill(disk)
        began = daemon.middles_of("initrd")
        assert machine.boots(), machine.story()
        assert daemon.middles_of("initrd") > began
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"
        (disk / "filler").unlink()
        machine.start()
        assert machine.boots(), machine.story()
        assert daemon.stop() == 0


def fill(disk: Path) -> None:
    """Leave no room at all."""
    with (disk / "filler").open("wb", buffering=0) as file:
        for size in (65536, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


def test_packets_that_the_kernel_refuses_are_told_of_and_the_guest_boots_on(lab: Place) -> None:
    lab.write(lab.settings(LARGE))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        lab.namespace.run("nft", NOTHING_LEAVES)
        daemon.wait_for("tftp packets cannot be sent")
        lab.namespace.run("nft", "delete table inet t")
        assert machine.boots(), machine.story()
        line = daemon.said("tftp packets cannot be sent")[0]
        assert "firewall" in line["remedy"]
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"


def test_an_interface_that_goes_and_comes_back_is_served_again(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    with serving(lab):
        with guest(lab) as machine:
            machine.start()
            assert machine.boots(), machine.story()
        lab.namespace.ip("link", "delete", BRIDGE)
        lab.add_bridge()
        with guest(lab) as machine:
            machine.start()
            assert machine.boots(), machine.story()
