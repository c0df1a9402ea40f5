"""A real guest in the middle of a transfer when a real systemd restarts its server, and what a stop leaves behind."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.serving import Place, Serve, guest, keys
from tests.network_namespaces import eventually
from tests.service_manager import ServiceManager, managing

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

LARGE = keys(1, 'initrd = "initrd"')
UNTIL_REFUSED = """
import socket, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.connect(("192.0.2.1", 69))
    while True:
        asking.send(b"\\0\\4\\0\\1")  # an ACK that nobody answers
        time.sleep(0.01)
"""


@contextmanager
def started(lab: Place, *, workers: int = 1) -> Iterator[tuple[ServiceManager, Serve]]:
    configure(lab, workers=workers)
    log = lab.directory / "serve.log"
    with managing(lab.namespace, lab.directory, log=log, config=lab.config) as manager:
        manager.systemctl("start", "netipl")
        yield manager, Serve(manager.process, log)


def configure(lab: Place, *, workers: int, enabled: bool = True) -> None:
    """The run directory is left to systemd."""
    tftp = f"\n[tftp]\nworkers = {workers}\nenabled = {str(enabled).lower()}\n"
    lab.write(lab.settings(LARGE).replace('run_directory = "state/run"\n', "") + tftp)


@contextmanager
def never_refused(lab: Place) -> Iterator[None]:
    """Fails if port 69 was closed for a moment: a guest that sends just then gives up."""
    with lab.namespace.running(sys.executable, "-c", UNTIL_REFUSED) as asking:
        yield
        assert asking.poll() is None, "ICMP port unreachable"


def is_open(lab: Place) -> bool:
    """Whether anyone has UDP port 69."""
    return ":0045 " in lab.namespace.run("cat", "/proc/net/udp").stdout


@pytest.mark.parametrize("workers", [1, 2])
def test_restarted_by_systemctl_and_the_guest_boots_on(lab: Place, workers: int) -> None:
    with started(lab, workers=workers) as (manager, daemon), guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        with never_refused(lab):
            manager.systemctl("restart", "netipl")
            assert machine.boots(), machine.story()
        assert len(daemon.said("stopping")) == 1
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"
        assert not [line for line in daemon.lines() if line["level"] in ("warning", "error")]


def test_killed_and_restarted_by_systemd_and_the_guest_boots_on(lab: Place) -> None:
    with started(lab) as (manager, daemon), guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        with never_refused(lab):
            manager.systemctl("kill", "--kill-who=main", "--signal=KILL", "netipl")
            assert machine.boots(), machine.story()
        assert manager.property("NRestarts") == "1"
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"


def test_stopped_it_leaves_no_socket_and_no_log(lab: Place) -> None:
    with started(lab) as (manager, _):
        assert manager.property("NFileDescriptorStore") == "1"
        run_directory = Path("/proc", str(manager.pid), "root", "run/netipl")
        assert is_open(lab)
        assert run_directory.exists()
        manager.systemctl("stop", "netipl")
        eventually(lambda: not is_open(lab), "port 69 is closed")
        assert manager.property("NFileDescriptorStore") == "0"
        assert manager.property("Result") == "success"
        assert not run_directory.exists()


def test_what_no_longer_fits_is_closed(lab: Place) -> None:
    with started(lab, workers=3) as (manager, daemon), guest(lab) as machine:
        assert manager.property("NFileDescriptorStore") == "3"
        machine.start()
        daemon.wait_for_middle_of("initrd")
        configure(lab, workers=2)
        manager.systemctl("restart", "netipl")
        eventually(lambda: manager.property("NFileDescriptorStore") == "2", "one was let go")
        assert machine.boots(), machine.story()
        assert len(daemon.said("sends: boot/")) == 2, "kernel and initrd were begun once"
        configure(lab, workers=2, enabled=False)
        manager.systemctl("restart", "netipl")
        eventually(lambda: manager.property("NFileDescriptorStore") == "0", "all were let go")
        assert not is_open(lab)
