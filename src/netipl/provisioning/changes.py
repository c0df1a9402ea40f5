"""Changes of the inventory that must outlive the process: what an engine returns and the store journals.

Applied in order to an inventory with the same networks and guests they give the same leases.
"""

from ipaddress import IPv4Address

from netipl.guests.lease import Lease
from netipl.values import value


@value()
class LeaseSet:
    """The address of `lease` is now in this state, whatever was known of it before."""

    lease: Lease


@value()
class LeaseForgotten:
    """Nothing is known any more of this address in the network of that name."""

    network: str
    address: IPv4Address


Change = LeaseSet | LeaseForgotten
