from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.errors import RefusedError
from netipl.guests.network import Network, UnknownClients
from netipl.hosting.serving.own_table import differences, require_answers
from netipl.net import AddressRange

LIBVIRTS = Network(
    name="default",
    subnet=IPv4Network("192.0.2.0/24"),
    server=IPv4Address("192.0.2.1"),
    pools=(AddressRange.parse("192.0.2.10-192.0.2.99"),),
    unknown=UnknownClients.POOL,
)
PROD = replace(LIBVIRTS, name="prod")


def test_what_is_alike_is_not_told() -> None:
    assert list(differences(replace(PROD, router=LIBVIRTS.server), LIBVIRTS)) == []


def test_each_key_that_differs_is_told() -> None:
    mine = replace(PROD, router=IPv4Address("192.0.2.3"), pools=(), lease_time=timedelta(days=7))
    assert list(differences(mine, LIBVIRTS)) == [
        "router of [networks.prod] is 192.0.2.3; libvirt's would be 192.0.2.1",
        "pools of [networks.prod] is none; libvirt's would be 192.0.2.10-192.0.2.99",
        "lease_time of [networks.prod] is 7 days, 0:00:00; libvirt's would be 1:00:00",
    ]


@pytest.mark.parametrize(
    ("mine", "why"),
    [
        (replace(PROD, pools=()), "no pools"),
        (replace(PROD, unknown=UnknownClients.IGNORE), 'unknown = "ignore"'),
        (replace(PROD, unknown=UnknownClients.REGISTER), 'unknown = "register"'),
    ],
)
def test_a_table_that_leaves_machines_without_an_address_is_refused(mine: Network, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        require_answers(mine, LIBVIRTS)


def test_where_dnsmasq_gives_no_addresses_nobody_loses_one() -> None:
    require_answers(replace(PROD, pools=()), replace(LIBVIRTS, pools=()))
    require_answers(PROD, LIBVIRTS)
