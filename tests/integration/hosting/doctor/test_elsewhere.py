"""A libvirt that is on another host, as far as it tells: its devices, ports and files are not looked for here."""

import pytest

from tests.integration.hosting.doctor.examining import define, examined, nic
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

SCRIPT = "#!/bin/sh\nexec virt-ssh-helper qemu:///system\n"


@pytest.fixture
def uri(host: LibvirtHost) -> str:
    """Reached by a program instead of SSH, which leads back to this host."""
    program = host.directory / "tunnel"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    return f"qemu+ext://far/system?command={program}"


def test_definitions_are_looked_at_and_nothing_of_this_host(host: LibvirtHost, uri: str) -> None:
    define(host, "z1", nic(1, "<source bridge='nowhere'/>", kind="bridge"))
    define(host, "z2", nic(2, model="e1000"))
    here, there = examined(host), examined(host, "--connect", uri)
    assert here.problems("cables") == {"bridge-missing"}
    assert there.problems("cables") == {"not-looked-at"}
    for found in (here, there):
        assert found.is_fine("libvirt")
        assert found.problems("domains") == {"nic-model"}
    assert here.of("ports")
    assert not there.of("ports")
    assert not there.of("DHCP servers")
