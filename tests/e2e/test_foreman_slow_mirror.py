"""A guest of Foreman is switched on as soon as Foreman has asked for its boot files, and the mirror is slow.

The firmware would give up a kernel after 21 silent seconds. Its configuration is what has to wait, under one name after
the other.
"""

import shutil
import signal
import sys
from dataclasses import replace

import pytest

from tests.e2e.serving import KERNEL_LINE, SERVER, Place, serving
from tests.e2e.test_foreman import HOST, TEMPLATE, lab_of
from tests.network_namespaces import eventually

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

SLOW = 8002


def test_a_guest_boots_whose_files_come_later_than_its_firmware_waits_for_a_name(lab: Place) -> None:
    host = replace(HOST, medium=f"http://{SERVER}:{SLOW}/rh")
    with lab_of(lab) as foreman, serving(lab) as daemon:
        command = (sys.executable, "-m", "http.server", "--bind", SERVER, "--directory", lab.directory / "mirror")
        with lab.namespace.running(*command, str(SLOW)) as mirror:
            mirror.send_signal(signal.SIGSTOP)
            foreman.replay(*host.create(TEMPLATE))
            foreman.machine.start()
            eventually(lambda: "is still arriving" in daemon.log.read_text(), "the first name is given up")
            mirror.send_signal(signal.SIGCONT)
            assert foreman.machine.says(KERNEL_LINE), foreman.machine.story()
            assert "pxelinux.cfg" in foreman.machine.story()
