"""Whether two inventories know the same, asked in every way that the engines ask."""

from netipl.content import Content, Inline
from netipl.protocols.dhcp4.options import Options
from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning.inventory import Inventory
from tests.property.small_world import ADDRESSES, STATIONS


def assert_alike(here: Inventory, there: Inventory) -> None:
    """In which guests there are, who is recognised, whose leases are, and which addresses may be given."""
    assert set(here.guests) == set(there.guests)
    assert set(here.leases) == set(there.leases)
    for station in STATIONS:
        options = Options({**station.always})
        marks = station.mac, options.client_identifier, options.uuid
        assert here.recognised(*marks) == there.recognised(*marks)
    for lease in here.leases:
        assert here.guest_of(lease) == there.guest_of(lease)
    for network in here.networks:
        ours, theirs = here.addresses(network), there.addresses(network)
        assert [ours.plan.pooled(each) for each in ADDRESSES] == [theirs.plan.pooled(each) for each in ADDRESSES]
        for guest in here.guests:
            assert ours.plan.reserved(guest) == theirs.plan.reserved(guest)
            assert ours.lease_of(guest.name) == theirs.lease_of(guest.name)


def text_of(found: Resolution) -> bytes:
    """Of a content of one piece."""
    assert isinstance(found, Content)
    (segment,) = found.segments
    assert isinstance(segment, Inline)
    return segment.data
