"""Builds: asked for, ended by hand; and those that were."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import problems
from netipl.servers.api.views.history import BuildView, of_build
from netipl.servers.api.views.pages import Identifier, Items, Limit

router = APIRouter(tags=["builds"])


class BuildAsked(BaseModel):
    """A build that is wanted."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = Field(default=None, description="Without it that of the guest.", examples=["debian12"])


class BuildsWanted(BaseModel):
    """Which builds."""

    model_config = ConfigDict(extra="forbid")

    guest: Identifier | None = None
    limit: Limit = 100


@router.post("/guests/{name}/builds", status_code=201, response_model=BuildView, responses=problems(404, 409))
async def ask_build(asked: ByAnybody, name: str, wanted: Annotated[BuildAsked | None, Body()] = None) -> Response:
    """The next boot of the guest leads to an installer, once. Refused where the plan has lint errors."""
    build = await asked.control.ask_build(name, profile=wanted.profile if wanted is not None else None, by=asked.by)
    return answer(of_build(build), status=HTTPStatus.CREATED)


@router.post("/guests/{name}/builds/current/done", response_model=BuildView, responses=problems(404, 409))
async def end_build(asked: ByAnybody, name: str) -> Response:
    """The guest is installed: its open build is done."""
    return answer(of_build(await asked.control.end_build(name, done=True, by=asked.by)))


@router.post("/guests/{name}/builds/current/cancel", response_model=BuildView, responses=problems(404, 409))
async def cancel_build(asked: ByAnybody, name: str) -> Response:
    """The open build is taken back; a boot that runs is not touched."""
    return answer(of_build(await asked.control.end_build(name, done=False, by=asked.by)))


@router.get("/builds", response_model=Items[BuildView], responses=problems(503))
async def list_builds(asked: ByAnybody, wanted: Annotated[BuildsWanted, Query()]) -> Response:
    """The newest first."""
    found = await asked.control.builds(guest=wanted.guest, limit=wanted.limit)
    return answer(Items[BuildView](items=[of_build(build) for build in found]))
