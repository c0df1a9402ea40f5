"""The binding is found, with the system's package or one that pip installed, and talks to a real libvirtd."""

import sys
from pathlib import Path

import pytest

from netipl.integrations.libvirt import binding
from tests.libvirt_host import libvirt_host

_ASKS = """
from netipl.integrations.libvirt import binding
print([each.name() for each in binding.libvirt().open("qemu:///system").listAllNetworks()])
"""


def test_the_binding_opens_the_test_driver() -> None:
    connection = binding.libvirt().open("test:///default")
    assert [domain.name() for domain in connection.listAllDomains()] == ["test"]
    connection.close()


def test_the_binding_knows_the_event_loop_of_asyncio() -> None:
    assert binding.libvirtaio().virEventRegisterAsyncIOImpl


@pytest.mark.root
def test_a_host_of_the_tests_has_a_libvirtd_and_networks_of_its_own() -> None:
    before = {path.name for path in Path("/sys/class/net").iterdir()}
    with libvirt_host() as host:
        host.define_default_network()
        assert "['default']" in host.run(sys.executable, "-c", _ASKS).stdout
        assert {path.name for path in Path("/sys/class/net").iterdir()} == before
        assert "virbr0" in host.run("ls", "/sys/class/net").stdout
