"""How an answer is written: a view as JSON, without what it does not say."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Response
from pydantic import BaseModel


def answer(
    view: BaseModel, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Already written: the framework would check and convert every view once more."""
    return Response(view.model_dump_json(exclude_unset=True), status, headers, "application/json")


def nothing() -> Response:
    """It is done, and there is no more to say."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
