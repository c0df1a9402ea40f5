"""Tokens as clients see them: the secret of one is in the answer that makes it, and nowhere else."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from netipl.provisioning.credential import ApiToken, Role

TokenName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", examples=["monitoring"])]


class TokenAsked(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: TokenName
    role: Role


class TokenMade(TokenAsked):
    """`token` is shown this once: only a digest of it is kept."""

    token: str


class TokenView(BaseModel):
    """A token that is good."""

    name: str
    role: Role
    created: datetime
    by: str = Field(description="Who made it.")


def of_token(token: ApiToken) -> TokenView:
    """All but its digest."""
    return TokenView(name=token.name, role=token.role, created=token.created, by=token.by)
