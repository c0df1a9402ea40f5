"""libvirt that answers, one that is not there, and one that hangs."""

import signal
import sys

import pytest

from tests.integration.hosting.doctor.examining import examined, write_settings
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

SETTINGS = """
[libvirt]
[networks.lab]
interface = "lo"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
"""
LOOK = """
from netipl.errors import UnavailableError
from netipl.integrations.libvirt import overview
try:
    print(overview.seen("qemu:///system", overview.version, patience=1.0))
except UnavailableError as error:
    print(error)
"""


def test_a_libvirt_that_answers_is_well(host: LibvirtHost) -> None:
    found = examined(host)
    assert found.is_fine("libvirt")
    assert "1 networks" in found.of("libvirt")[0]["evidence"]


def test_one_that_is_not_there_is_a_finding_and_no_failure(bare_host: LibvirtHost) -> None:
    found = examined(bare_host)
    assert found.one("libvirt-unreachable")["severity"] == "warning"
    assert found.status == 0


def test_one_that_the_settings_name_has_to_be_there(bare_host: LibvirtHost) -> None:
    found = examined(bare_host, "--config", write_settings(bare_host, SETTINGS))
    assert found.one("libvirt-unreachable")["severity"] == "error"


def test_one_that_hangs_keeps_nobody(host: LibvirtHost) -> None:
    look = (sys.executable, "-c", LOOK)
    assert host.run(*look).stdout.count(".") == 2
    host.run("sh", "-c", f"kill -{signal.SIGSTOP} $(cat /run/libvirtd.pid)")
    try:
        said = host.run(*look).stdout
    finally:
        host.run("sh", "-c", f"kill -{signal.SIGCONT} $(cat /run/libvirtd.pid)")
    assert said == "qemu:///system does not answer within 1 seconds\n"
