"""The application: routes, the errors that they end in, and around them the limits and the door."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from netipl.servers.api import openapi
from netipl.servers.api.authentication import Authentication
from netipl.servers.api.body_limit import BodyLimit, BodyLimits
from netipl.servers.api.control import Control
from netipl.servers.api.problems import HANDLERS
from netipl.servers.api.routes import (
    boot_files,
    builds,
    consoles,
    guests,
    history,
    imports,
    machines,
    media,
    profiles,
    served,
    state,
    tokens,
)

_VERSION: Final = "1"
_LIMITS: Final = BodyLimits()
_ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    each.router
    for each in (
        state,
        guests,
        machines,
        consoles,
        builds,
        imports,
        profiles,
        history,
        served,
        media,
        boot_files,
        tokens,
    )
)
_NO_TELEMETRY: Final[Any] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Any: a mapping with types of the framework's own. What is asked of the API is nobody else's business."""


class Application(FastAPI):
    """Its OpenAPI document is complete, and its pages of documentation, which load from elsewhere, are off."""

    def openapi(self) -> dict[str, Any]:  # Any: JSON
        """Made once."""
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self)
        return self.openapi_schema


def application(control: Control, *, closing: asyncio.Event | None = None, limits: BodyLimits = _LIMITS) -> Application:
    """For `control`. When `closing` is set, streams end."""
    made = Application(
        title="netipl",
        version=_VERSION,
        summary="Guests, their plans, builds, boots and events.",
        openapi_url=f"{openapi.PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={**HANDLERS},
        middleware=[Middleware(Authentication, control=control), Middleware(BodyLimit, limits=limits)],
        telemetry=_NO_TELEMETRY,
        generate_unique_id_function=lambda route: route.name,
    )
    made.state.control = control
    made.state.closing = closing or asyncio.Event()
    for router in _ROUTERS:
        made.include_router(router, prefix=openapi.PREFIX)
    return made
