"""A change that is undone leaves what others made of the network in between."""

from dataclasses import replace

import pytest

from netipl.errors import ConflictError
from netipl.hosting.networks.network_change import NetworkChange
from netipl.integrations.libvirt import networks
from netipl.integrations.libvirt.connection import Connection
from netipl.integrations.libvirt.networks import LibvirtNetwork
from tests.unit.hosting.networks.test_of_network import change, situation
from tests.unit.integrations.libvirt.test_network_edits import DEFAULT


class Defined(LibvirtNetwork):
    """A network by its definition alone."""

    def __init__(self) -> None:
        super().__init__(None)
        self.xml_now = DEFAULT

    def defined_xml(self) -> str:
        return self.xml_now

    def define(self, _connection: Connection, xml: str) -> None:
        """As libvirt does, which writes it in its own way."""
        self.xml_now = xml.replace('"', "'")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Defined:
    made = Defined()
    monkeypatch.setattr(networks, "define", made.define)
    return made


@pytest.fixture
def applied(network: Defined) -> NetworkChange:
    made = change(replace(situation(), network=network), later=True)
    made.apply()
    assert "<netipl:network" in network.xml_now
    return made


def test_undone_it_is_defined_as_before(network: Defined, applied: NetworkChange) -> None:
    applied.undo()
    assert network.xml_now == DEFAULT.replace('"', "'")


def test_what_others_made_of_it_since_stays_and_is_named(network: Defined, applied: NetworkChange) -> None:
    theirs = network.xml_now = network.xml_now.replace("</network>", "<domain name='mine'/></network>")
    with pytest.raises(ConflictError, match="somebody has changed the network default since"):
        applied.undo()
    assert network.xml_now == theirs
