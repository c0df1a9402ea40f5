"""Lists: whole ones, and pages with the name behind which the next one begins."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

Item = TypeVar("Item", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
Identifier = Annotated[str, Field(max_length=512, pattern=r"^[A-Za-z0-9._-]+$")]
"""A name, or the identifier of a build or a boot: it goes to the database."""


def _no_number(value: object) -> object:
    if isinstance(value, str) and value[4:5] != "-":
        raise ValueError("a time is written as 2026-01-31T12:00:00Z")
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""As RFC 3339 has it; a number is no time."""


class Items(BaseModel, Generic[Item]):
    """All that was asked for."""

    items: list[Item]


class Page(Items[Item], Generic[Item]):
    """`next` is the `after` of the next page; null: there is none."""

    next: str | None
