"""Networks and leases as clients see them. Nobody changes them here."""

from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from pydantic import BaseModel, Field

from netipl.guests.lease import Lease, LeaseState
from netipl.guests.network import Network, UnknownClients


class NetworkView(BaseModel):
    """A subnet that is served."""

    name: str
    subnet: IPv4Network
    server: IPv4Address
    interface: str | None = Field(description="Null: only relays reach it.")
    router: IPv4Address | None
    dns: list[IPv4Address]
    domain: str | None
    pools: list[str]
    relays: list[IPv4Address]
    lease_time: int = Field(description="In seconds.")
    authoritative: bool
    unknown: UnknownClients
    firmware: str | None


class LeaseView(BaseModel):
    """The newest state of one address."""

    network: str
    address: IPv4Address
    mac: str
    client_id: str | None
    guest: str | None
    state: LeaseState
    expires: datetime


def of_network(network: Network) -> NetworkView:
    """All of it."""
    return NetworkView(
        name=network.name,
        subnet=network.subnet,
        server=network.server,
        interface=network.interface,
        router=network.router,
        dns=list(network.dns),
        domain=network.domain,
        pools=[str(pool) for pool in network.pools],
        relays=sorted(network.relays),
        lease_time=int(network.lease_time.total_seconds()),
        authoritative=network.authoritative,
        unknown=network.unknown,
        firmware=str(network.firmware) if network.firmware is not None else None,
    )


def of_lease(lease: Lease) -> LeaseView:
    """All but the transaction that bound it."""
    return LeaseView(
        network=lease.network,
        address=lease.address,
        mac=str(lease.mac),
        client_id=lease.client_id.hex(":") if lease.client_id is not None else None,
        guest=lease.guest,
        state=lease.state,
        expires=lease.expires,
    )
