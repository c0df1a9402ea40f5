"""What a client is told when the answer is no: problem details (RFC 9457), of our errors and of the framework's.

Nothing of a request is repeated that could be a secret, and a fault of ours says no more than that it is one.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from netipl.errors import ConflictError, MissingError, NetiplError, RefusedError, UnavailableError, UsageError

MEDIA_TYPE: Final = "application/problem+json"


class FieldProblem(BaseModel):
    """One value that was sent, and what is wrong with it."""

    field: str = Field(description="Where it stands; keys and positions with dots between.", examples=["guests.0.mac"])
    problem: str = Field(examples=["Input should be a valid string"])


class Problem(BaseModel):
    """Problem details (RFC 9457). `remedy` says what to do about it, or is empty; `fields` are for status 422."""

    type: str = "about:blank"
    title: str = Field(description="The name of the status.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no guest web9"])
    remedy: str = Field(default="", examples=["`netipl guest list` shows all"])
    fields: list[FieldProblem] = []


class Refusal(HTTPException):
    """An answer that only HTTP knows, as 412 or 428; all else is said by the errors of netipl."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, remedy: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.remedy = remedy


STATUSES: Final[Mapping[type[NetiplError], HTTPStatus]] = {
    MissingError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    RefusedError: HTTPStatus.CONFLICT,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    NetiplError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each branch of the error tree; of the others that of the nearest."""

_OF_ROUTING: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.NOT_FOUND: ("there is nothing at this path", "all paths are in /api/v1/openapi.json"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("this cannot be done with this path", "all methods are in /api/v1/openapi.json"),
}

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]  # Any: as Starlette has it


def problem(
    status: int,
    detail: str,
    *,
    remedy: str = "",
    fields: Iterable[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response."""
    title = HTTPStatus(status).phrase
    found = Problem(title=title, status=status, detail=detail, remedy=remedy, fields=list(fields))
    return Response(found.model_dump_json(), status, headers, MEDIA_TYPE)


def of_refusal(refusal: HTTPException) -> Response:
    """The framework has only the name of the status to say; ours say more."""
    detail, remedy = refusal.detail, getattr(refusal, "remedy", "")
    if detail == HTTPStatus(refusal.status_code).phrase:
        detail, remedy = _OF_ROUTING.get(refusal.status_code, (detail, remedy))
    return problem(refusal.status_code, detail, remedy=remedy, headers=refusal.headers)


def of_error(error: NetiplError) -> Response:
    """As the table of statuses has it."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    return problem(status, str(error), remedy=error.remedy)


def of_validation(error: RequestValidationError) -> Response:
    """Every value that does not fit, and in words the first."""
    fields = [FieldProblem(field=_place(each["loc"]), problem=each["msg"]) for each in error.errors()]
    first = f"{fields[0].field}: {fields[0].problem}" if fields else "the request does not fit"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, first, fields=fields)


async def _refused(request: Request, refusal: HTTPException) -> Response:
    response = of_refusal(refusal)
    if refusal.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # each route of the framework knows only its own method
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    return of_validation(error)


async def _failed(_: Request, error: NetiplError) -> Response:
    return of_error(error)


async def _bug(_: Request, __: Exception) -> Response:
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "netipl has a fault", remedy="its log has more: please report it")


HANDLERS: Final[Mapping[int | type[Exception], Handler]] = {
    HTTPException: _refused,
    RequestValidationError: _invalid,
    NetiplError: _failed,
    Exception: _bug,
}


def _methods(request: Request) -> list[str]:
    """All that there are for the path of `request`."""
    asked = [{**request.scope, "method": method.value} for method in HTTPMethod]
    routes = request.app.routes
    return [each["method"] for each in asked if any(route.matches(each)[0] is Match.FULL for route in routes)]


def _place(location: Iterable[int | str]) -> str:
    """Without the `body`, `query` or `path` that it begins with, unless there is no more."""
    first, *rest = location
    return ".".join(map(str, rest or (first,)))
