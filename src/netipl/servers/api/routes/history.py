"""What was: boots and events, page by page; and events as they happen, for who accepts `text/event-stream`."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from netipl.errors import UsageError
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.timeline import Event
from netipl.servers.api import event_stream
from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import Responses, problems
from netipl.servers.api.views.history import BootView, EventView, of_boot, of_event
from netipl.servers.api.views.pages import Identifier, Items, Limit, Number, Time

router = APIRouter(tags=["history"])

_STREAM: Final[Responses] = {200: {"content": {event_stream.MEDIA_TYPE: {"schema": {"type": "string"}}}}}


class BootsWanted(BaseModel):
    """Which boots."""

    model_config = ConfigDict(extra="forbid")

    guest: Identifier | None = None
    before: Annotated[Time | None, Query(description="Those that began before this time.")] = None
    limit: Limit = 100


class EventsWanted(BaseModel):
    """Which events. A stream takes several guests, and neither `before` nor `limit` nor `newest_first`."""

    model_config = ConfigDict(extra="forbid")

    guest: Annotated[list[Identifier], Query(max_length=100)] = []
    boot: Identifier | None = None
    build: Identifier | None = None
    after: Annotated[Number | None, Query(description="Those with greater numbers.")] = None
    before: Annotated[Number | None, Query(description="Those with smaller numbers.")] = None
    limit: Limit = 100
    newest_first: bool = False

    @property
    def query(self) -> EventQuery:
        """For the store. Raises UsageError."""
        if len(self.guest) > 1:
            raise UsageError(
                "guest: a list is of one guest, or of all", remedy="ask once for each; a stream takes more"
            )
        return EventQuery(
            guest=self.guest[0] if self.guest else None,
            boot=self.boot,
            build=self.build,
            after=self.after or 0,
            before=self.before,
            limit=self.limit,
            newest_first=self.newest_first,
        )

    @property
    def fits(self) -> Callable[[Event], bool]:
        """Whether an event is one of those."""
        guests = frozenset(self.guest)
        return lambda event: (
            (not guests or event.guest in guests)
            and self.boot in {None, event.boot}
            and self.build in {None, event.build}
        )


@router.get("/boots", response_model=Items[BootView], responses=problems(503))
async def list_boots(asked: ByAnybody, wanted: Annotated[BootsWanted, Query()]) -> Response:
    """The newest first."""
    query = BootQuery(guest=wanted.guest, before=wanted.before, limit=wanted.limit)
    return answer(Items[BootView](items=[of_boot(boot) for boot in await asked.control.boots(query)]))


@router.get("/events", response_model=Items[EventView], responses={**_STREAM, **problems(503)})
async def list_events(
    request: Request,
    asked: ByAnybody,
    wanted: Annotated[EventsWanted, Query()],
    last_event_id: Annotated[Number | None, Header(description="Where a stream was cut; goes before `after`.")] = None,
) -> Response:
    """What was, as a list; or, as server-sent events, what was after a number and all that happens from now on."""
    if event_stream.is_wanted(request.headers.get("accept", "")):
        after = wanted.after if last_event_id is None else last_event_id
        events = asked.control.follow(after=after)
        return event_stream.EventStream(events, wanted.fits, closing=request.app.state.closing)
    return answer(Items[EventView](items=[of_event(event) for event in await asked.control.events(wanted.query)]))
