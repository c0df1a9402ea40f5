"""Tokens, for admins alone. The secret of one is random, shown once, and known to nobody but who was shown it."""

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from netipl.provisioning.credential import ApiToken, digest
from netipl.provisioning.tokens import PREFIX
from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import ByAdmin
from netipl.servers.api.openapi import problems
from netipl.servers.api.views.pages import Items
from netipl.servers.api.views.tokens import TokenAsked, TokenMade, TokenView, of_token

router = APIRouter(prefix="/tokens", tags=["tokens"])

_SECRET_SIZE: Final = 32  # bytes


@router.get("", response_model=Items[TokenView])
async def list_tokens(asked: ByAdmin) -> Response:
    """Those that are good."""
    return answer(Items[TokenView](items=[of_token(token) for token in asked.control.tokens]))


@router.post("", status_code=201, response_model=TokenMade, responses=problems(409))
async def add_token(asked: ByAdmin, wanted: TokenAsked) -> Response:
    """A new token: this answer is the only place that shows it."""
    secret = PREFIX + secrets.token_urlsafe(_SECRET_SIZE)
    token = ApiToken(name=wanted.name, role=wanted.role, digest=digest(secret), created=datetime.now(UTC), by=asked.by)
    await asked.control.add_token(token)
    made = TokenMade(name=token.name, role=token.role, token=secret)
    return answer(made, status=HTTPStatus.CREATED, headers={"Cache-Control": "no-store"})


@router.delete("/{name}", status_code=204, responses=problems(404))
async def revoke_token(asked: ByAdmin, name: Annotated[str, Path(max_length=512)]) -> Response:
    """It is good for nothing from now on."""
    await asked.control.revoke_token(name, by=asked.by)
    return nothing()
