"""Media: listed, imported from a URL, a path or what is sent, verified and removed; and the jobs that do it."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import ByAdmin, ByAnybody
from netipl.servers.api.body_limit import UPLOADS
from netipl.servers.api.openapi import Document, problems
from netipl.servers.api.problems import Refusal
from netipl.servers.api.views.media import MediaJobView, MediumView, MediumWanted, of_job, of_medium
from netipl.servers.api.views.pages import Items, Limit, Number, Page

router = APIRouter(tags=["media"])

Name = Annotated[str, Path(max_length=512)]
_BODY: Document = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


class MediaWanted(BaseModel):
    """Which media, in the order of their names."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = 100
    after: Annotated[str, Query(description="The name behind which to begin: `next` of the page before.")] = ""


class UploadWanted(BaseModel):
    """Where what is sent belongs."""

    model_config = ConfigDict(extra="forbid")

    offset: Annotated[Number, Query(description="How many bytes are there already, of what was sent before.")] = 0


@router.get("/media", response_model=Page[MediumView])
async def list_media(asked: ByAnybody, wanted: Annotated[MediaWanted, Query()]) -> Response:
    """A page of the media that are whole, in the order of their names."""
    found = [medium for medium in asked.control.media.media if medium.name > wanted.after]
    shown = found[: wanted.limit]
    last = shown[-1].name if len(found) > len(shown) else None
    views = [of_medium(medium, list(asked.control.media.used_by(medium))) for medium in shown]
    return answer(Page[MediumView](items=views, next=last))


@router.post("/media", status_code=202, response_model=MediaJobView, responses=problems(409))
async def add_medium(asked: ByAdmin, wanted: MediumWanted) -> Response:
    """Begins an import, which goes on in the daemon, whatever becomes of the caller.

    A path on the daemon's host is for users of that host: no token reads its files.
    """
    if wanted.is_on_host and not asked.caller.is_local:
        detail = f"{asked.by} may not name files of the daemon's host"
        raise Refusal(HTTPStatus.FORBIDDEN, detail, remedy="send the file, or ask on that host, by the Unix socket")
    job = await asked.control.media.add(wanted.asked, by=asked.by)
    location = f"/api/v1/media-jobs/{job.id}"
    return answer(of_job(job), status=HTTPStatus.ACCEPTED, headers={"Location": location})


@router.get("/media/{name}", response_model=MediumView, responses=problems(404))
async def show_medium(asked: ByAnybody, name: Name) -> Response:
    """One medium."""
    medium = asked.control.media.medium(name)
    return answer(of_medium(medium, list(asked.control.media.used_by(medium))))


@router.delete("/media/{name}", status_code=204, responses=problems(404, 409))
async def remove_medium(asked: ByAdmin, name: Name) -> Response:
    """It is gone, unless a profile uses it. What is being sent to a guest is sent to its end."""
    await asked.control.media.remove(name, by=asked.by)
    return nothing()


@router.post("/media/{name}/verify", status_code=202, response_model=MediaJobView, responses=problems(404))
async def verify_medium(asked: ByAdmin, name: Name) -> Response:
    """Begins to read every file of it; the job says which are broken."""
    job = await asked.control.media.verify(name, by=asked.by)
    return answer(of_job(job), status=HTTPStatus.ACCEPTED)


@router.get("/media-jobs", response_model=Items[MediaJobView])
async def list_media_jobs(asked: ByAnybody) -> Response:
    """Imports and verifications that go on, and the last that are over; the newest last."""
    return answer(Items[MediaJobView](items=[of_job(job) for job in asked.control.media.jobs]))


@router.get("/media-jobs/{job}", response_model=MediaJobView, responses=problems(404))
async def show_media_job(asked: ByAnybody, job: Name) -> Response:
    """How far it is."""
    return answer(of_job(asked.control.media.job(job)))


@router.delete("/media-jobs/{job}", response_model=MediaJobView, responses=problems(404, 409))
async def cancel_media_job(asked: ByAdmin, job: Name) -> Response:
    """It ends, and what has come for it is thrown away; of one that failed, too."""
    return answer(of_job(await asked.control.media.cancel(job, by=asked.by)))


@router.put(
    "/media-jobs/{job}/" + UPLOADS,
    status_code=202,
    response_model=MediaJobView,
    responses=problems(404, 409),
    openapi_extra=_BODY,
)
async def upload_medium(
    request: Request, asked: ByAdmin, job: Name, wanted: Annotated[UploadWanted, Query()]
) -> Response:
    """The bytes that an import waits for, up to their end. Sent in parts, each begins at the `offset` of its first."""
    said = request.headers.get("content-length", "")
    size = int(said) if said.isdecimal() else None
    try:
        found = await asked.control.media.upload(job, _pieces(request), offset=wanted.offset, size=size)
    except ClientDisconnect:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the upload ended before its end") from None
    return answer(of_job(found), status=HTTPStatus.ACCEPTED)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        yield piece
