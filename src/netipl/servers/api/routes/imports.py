"""Many guests in one request: what would become of each, or all of it done."""

from fastapi import APIRouter, Response

from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import problems
from netipl.servers.api.views.guests import ImportAsked, ImportView, guest_of, of_import

router = APIRouter(tags=["guests"])


@router.post("/imports", response_model=ImportView, responses=problems(409))
async def import_guests(asked: ByAnybody, wanted: ImportAsked) -> Response:
    """All of these guests are added or changed, or, where one of them cannot be, none."""
    guests = [guest_of(keys) for keys in wanted.guests]
    made = await asked.control.import_guests(guests, by=asked.by, dry_run=wanted.dry_run, prune=wanted.prune)
    return answer(of_import(made))
