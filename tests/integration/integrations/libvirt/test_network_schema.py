"""What netipl makes of networks follows libvirt's schema, and the test driver defines it."""

import pytest

from netipl.integrations.libvirt import networks
from netipl.integrations.libvirt.connection import connected
from netipl.integrations.libvirt.xml_text import parsed, text_of
from tests.libvirt_schemas import check
from tests.unit.integrations.libvirt.test_network_edits import DEFAULT, GROWN, WAYS, Way


@pytest.mark.parametrize("text", [DEFAULT, GROWN])
@pytest.mark.parametrize("way", WAYS)
def test_an_edited_network_follows_the_schema(way: Way, text: str) -> None:
    check("network", text)
    check("network", text_of(way(parsed(text))))


@pytest.mark.parametrize("text", [DEFAULT, GROWN])
@pytest.mark.parametrize("way", WAYS)
def test_libvirt_takes_it(way: Way, text: str) -> None:
    renamed = text.replace("virbr0", "virbr8").replace("<name>default<", "<name>other<")
    with connected("test:///default") as connection:
        networks.define(connection, text_of(way(parsed(renamed))))
        name = parsed(renamed).findtext("name", "")
        defined = networks.network(connection, name)
        assert "netipl:network" in defined.xml()
        defined.handle.undefine()
