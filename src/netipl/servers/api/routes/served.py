"""What is served, read only: networks and leases."""

from heapq import nsmallest
from ipaddress import IPv4Address
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.views.pages import Items, Limit, Page
from netipl.servers.api.views.served import (
    LeaseView,
    NetworkView,
    of_lease,
    of_network,
)

router = APIRouter(tags=["served"])


class LeasesWanted(BaseModel):
    """Which leases."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 1000
    after: Annotated[IPv4Address | None, Query(description="`next` of the page before.")] = None


@router.get("/networks", response_model=Items[NetworkView])
async def list_networks(asked: ByAnybody) -> Response:
    """As the settings have them."""
    return answer(Items[NetworkView](items=[of_network(network) for network in asked.control.networks]))


@router.get("/leases", response_model=Page[LeaseView])
async def list_leases(asked: ByAnybody, wanted: Annotated[LeasesWanted, Query()]) -> Response:
    """In the order of their addresses; also those that have expired and are not given to another yet."""
    after = wanted.after
    fitting = (lease for lease in asked.control.leases if after is None or lease.address > after)
    leases = nsmallest(wanted.limit + 1, fitting, key=lambda lease: lease.address)
    shown = leases[: wanted.limit]
    last = str(shown[-1].address) if len(leases) > len(shown) else None
    return answer(Page[LeaseView](items=[of_lease(lease) for lease in shown], next=last))
