"""What a person is told when libvirtd ends in the middle of a restart and does not come back."""

from dataclasses import replace

import pytest

from netipl.errors import UnavailableError
from netipl.hosting.networks.restarting import restart
from netipl.integrations.libvirt.connection import SYSTEM, Connection
from netipl.integrations.libvirt.networks import LibvirtNetwork
from tests.unit.hosting.networks.test_of_network import situation


class Lost(Connection):
    """One whose libvirtd has ended for good."""

    @property
    def is_lost(self) -> bool:
        return True

    def renew(self) -> None:
        raise UnavailableError("libvirt is away")


class Away(LibvirtNetwork):
    """A network that nobody can be asked about."""

    @property
    def is_active(self) -> bool:
        raise UnavailableError("the network default: client socket is closed")


def test_without_libvirtd_the_commands_are_told_that_bring_all_back() -> None:
    before = replace(situation(taps=True, ports=True), connection=Lost(None, SYSTEM), network=Away(None))
    with pytest.raises(UnavailableError, match="libvirt is away") as caught:
        restart(before, fallback=before.defined_xml)
    assert "virsh net-start default; ip link set dev lo master virbr0" in caught.value.remedy
