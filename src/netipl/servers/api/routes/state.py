"""Whether the daemon lives and its store answers, and who the caller is."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from netipl.provisioning.credential import Role
from netipl.servers.api.answers import answer
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.openapi import problems

router = APIRouter(tags=["state"])


class Health(BaseModel):
    """It is there, or there is no answer."""

    status: Literal["ok"] = "ok"


class Myself(BaseModel):
    """The caller, as netipl knows it."""

    by: str = Field(examples=["user root", "token monitoring"])
    role: Role


@router.get("/health", response_model=Health)
async def health() -> Response:
    """Whether the daemon answers. Needs no token."""
    return answer(Health(status="ok"))


@router.get("/ready", response_model=Health, responses=problems(503))
async def ready(asked: ByAnybody) -> Response:
    """Whether its store answers too."""
    await asked.control.builds(guest=None, limit=1)
    return answer(Health(status="ok"))


@router.get("/whoami", response_model=Myself)
async def whoami(asked: ByAnybody) -> Response:
    """Under which name changes of the caller are recorded, and what it may do."""
    return answer(Myself(by=asked.by, role=asked.caller.role))
