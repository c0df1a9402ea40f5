"""What every route is given: the daemon that it asks, and who wants to know."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from netipl.servers.api.authentication import CALLER
from netipl.servers.api.caller import Caller
from netipl.servers.api.control import Control
from netipl.servers.api.problems import Refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, behind the door."""

    control: Control
    caller: Caller

    @property
    def by(self) -> str:
        return self.caller.by

    def as_admin(self) -> "Asked":
        """Raises Refusal where the caller may only read."""
        if not self.caller.is_admin:
            raise Refusal(HTTPStatus.FORBIDDEN, f"{self.by} may not see this", remedy="use a token of the role admin")
        return self


async def _asked(request: Request) -> Asked:
    return Asked(request.app.state.control, getattr(request.state, CALLER))


async def _admin(request: Request) -> Asked:
    return (await _asked(request)).as_admin()


ByAnybody = Annotated[Asked, Depends(_asked)]
ByAdmin = Annotated[Asked, Depends(_admin)]
