"""The door of the API: nobody comes in unknown, and who may only read changes nothing. No body is read before that.

A connection of the Unix socket brings its caller along; all others show a token (RFC 6750).
"""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from netipl.provisioning.credential import Role
from netipl.servers.api.caller import Caller, with_secret
from netipl.servers.api.control import Control
from netipl.servers.api.problems import problem

CALLER: Final = "caller"
"""The key of `scope["state"]` under which the caller is found, from the connection on."""

OPEN: Final = frozenset({"/api/v1/health", "/api/v1/openapi.json"})
"""What anybody may see: it tells nothing of this netipl."""

_SCHEME: Final = "bearer"


class Authentication:
    """Around the application."""

    def __init__(self, application: ASGIApp, *, control: Control) -> None:
        self._application = application
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        await (refusal or self._application)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """What to say to one who may not come in; else the caller is known from now on."""
        state, shown = scope["state"], Headers(scope=scope).get("authorization")
        caller: Caller | None = state.get(CALLER) or self._known(shown)
        if caller is None:
            return None if scope["path"] in OPEN else _unknown(shown)
        if not caller.may(scope["method"]):
            detail, remedy = f"{caller.by} may only read", f"use a token of the role {Role.ADMIN}"
            return problem(HTTPStatus.FORBIDDEN, detail, remedy=remedy)
        state[CALLER] = caller
        return None

    def _known(self, shown: str | None) -> Caller | None:
        scheme, _, secret = (shown or "").partition(" ")
        return with_secret(self._control.tokens, secret.strip()) if scheme.lower() == _SCHEME else None


def _unknown(shown: str | None) -> Response:
    detail = "there is no such token" if shown else "this needs a token"
    remedy = "send `Authorization: Bearer TOKEN`; `netipl token create` makes one"
    challenge = 'Bearer error="invalid_token"' if shown else "Bearer"
    return problem(HTTPStatus.UNAUTHORIZED, detail, remedy=remedy, headers={"WWW-Authenticate": challenge})
