"""Who uses an address and who does not, on a network of two."""

import sys

import pytest

from tests.network_namespaces import namespaces, veth

pytestmark = pytest.mark.root

ASK = "import asyncio, sys; from ipaddress import IPv4Address; from netipl.integrations.alive import is_alive; "
ASK += "print(asyncio.run(is_alive(IPv4Address(sys.argv[1]))))"


@pytest.mark.parametrize(
    ("address", "alive"),
    [
        pytest.param("192.0.2.2", "True", id="somebody refuses a connection"),
        pytest.param("192.0.2.3", "False", id="nobody is there"),
    ],
)
def test_whether_somebody_uses_an_address(address: str, alive: str) -> None:
    with namespaces("one", "two") as (one, two):
        veth(one, "v0", "192.0.2.1/24", two, "v1", "192.0.2.2/24")
        assert one.run(sys.executable, "-c", ASK, address).stdout.strip() == alive
