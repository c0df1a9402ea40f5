"""Guests: listed page by page, added, changed under If-Match, removed, approved; and the plan of one."""

from collections.abc import Iterator
from heapq import nsmallest
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from netipl.errors import ConflictError, UsageError
from netipl.guests.document import document
from netipl.guests.guest import Guest
from netipl.guests.status import Status
from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import Asked, ByAnybody
from netipl.servers.api.control import Control
from netipl.servers.api.etags import changed, etag, expected
from netipl.servers.api.openapi import headers, problems
from netipl.servers.api.views.guests import GuestKeys, GuestView, guest_of, of_guest
from netipl.servers.api.views.pages import Limit, Page
from netipl.servers.api.views.plan import PlanShown, of_plan

router = APIRouter(prefix="/guests", tags=["guests"])
_SHOWN = headers("guest")

IfMatch = Annotated[str | None, Header(description="The ETag of the state that is meant, or `*`.")]


class Wanted(BaseModel):
    """Which guests, in the order of their names."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    after: Annotated[str, Query(description="The name behind which to begin: `next` of the page before.")] = ""
    status: Status | None = None
    network: str | None = None
    profile: str | None = None

    def found(self, control: Control) -> Iterator[Guest]:
        """Those that fit, in any order. The status takes longest to find out."""
        after, network, profile, status = self.after, self.network, self.profile, self.status
        for guest in control.guests:
            if (
                guest.name > after
                and (network is None or guest.network == network)
                and (profile is None or guest.profile == profile)
                and (status is None or control.standing(guest).status is status)
            ):
                yield guest


class PlanWanted(BaseModel):
    """Which plan."""

    model_config = ConfigDict(extra="forbid")

    build: Annotated[bool, Query(description="What a build would give it.")] = False
    profile: Annotated[str | None, Query(description="The profile of that build, if not the guest's own.")] = None
    secrets: Annotated[bool, Query(description="With tokens, for admins alone.")] = False


@router.get("", response_model=Page[GuestView])
async def list_guests(asked: ByAnybody, wanted: Annotated[Wanted, Query()]) -> Response:
    """A page of guests, in the order of their names."""
    guests = nsmallest(wanted.limit + 1, wanted.found(asked.control), key=lambda guest: guest.name)
    shown = guests[: wanted.limit]
    last = shown[-1].name if len(guests) > len(shown) else None
    return answer(Page[GuestView](items=[_view(asked, guest) for guest in shown], next=last))


@router.post("", status_code=201, response_model=GuestView, responses={**_SHOWN[201], **problems(409)})
async def add_guest(asked: ByAnybody, keys: GuestKeys) -> Response:
    """A guest that is not there yet. A name, MAC, UUID or address that another has is refused with its owner."""
    guest = await asked.control.put_guest(guest_of(keys), by=asked.by, expected=None, is_new=True)
    return _guest(asked, guest, HTTPStatus.CREATED, Location=f"/api/v1/guests/{guest.name}")


@router.get("/{name}", response_model=GuestView, responses={**_SHOWN[200], **problems(404)})
async def show_guest(asked: ByAnybody, name: str) -> Response:
    """One guest."""
    return _guest(asked, asked.control.guest(name))


@router.put("/{name}", response_model=GuestView, responses={**_SHOWN[200], **problems(400, 404, 409, 412, 428)})
async def change_guest(asked: ByAnybody, name: str, keys: GuestKeys, if_match: IfMatch = None) -> Response:
    """All that is said of it, anew. Needs If-Match, so that nobody undoes what another has just done."""
    before = _expected(asked, name, if_match, needed=True)
    guest = guest_of(keys)
    if guest.name != name:
        raise UsageError(f"name: {guest.name} is not {name}", remedy="a guest keeps its name; add another guest")
    try:
        guest = await asked.control.put_guest(guest, by=asked.by, expected=before, is_new=False)
    except ConflictError:
        raise changed("guest") from None
    return _guest(asked, guest)


@router.delete("/{name}", status_code=204, responses=problems(400, 404, 409, 412))
async def remove_guest(asked: ByAnybody, name: str, if_match: IfMatch = None) -> Response:
    """It is known no more, and an open build of it is cancelled."""
    before = _expected(asked, name, if_match, needed=False)
    try:
        await asked.control.remove_guest(name, by=asked.by, expected=before)
    except ConflictError:
        raise changed("guest") from None
    return nothing()


@router.post("/{name}/approve", response_model=GuestView, responses={**_SHOWN[200], **problems(404, 409)})
async def approve_guest(asked: ByAnybody, name: str) -> Response:
    """A discovered guest becomes one like any other."""
    return _guest(asked, await asked.control.approve_guest(name, by=asked.by))


@router.get("/{name}/plan", response_model=PlanShown, responses=problems(404, 409))
async def show_plan(asked: ByAnybody, name: str, wanted: Annotated[PlanWanted, Query()]) -> Response:
    """What its firmware would be given now, and what lint finds in it."""
    if wanted.secrets:
        asked.as_admin()
    return answer(of_plan(asked.control.plan(name, secrets=wanted.secrets, build=wanted.build, profile=wanted.profile)))


def _view(asked: Asked, guest: Guest) -> GuestView:
    return of_guest(guest, asked.control, secrets=asked.caller.is_admin)


def _expected(asked: Asked, name: str, if_match: str | None, *, needed: bool) -> Guest | None:
    guest = asked.control.guest(name)
    return expected(guest, document(guest), if_match, needed=needed, what="guest")


def _guest(asked: Asked, guest: Guest, status: HTTPStatus = HTTPStatus.OK, **fields: str) -> Response:
    return answer(
        _view(asked, guest),
        status=status,
        headers={"ETag": etag(document(guest)), **fields},
    )
