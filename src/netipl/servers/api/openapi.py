"""The OpenAPI document, made complete: every error is problem details, and everything but `/health` needs a token."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from netipl.servers.api.authentication import OPEN
from netipl.servers.api.problems import MEDIA_TYPE, Problem

Responses = dict[int | str, dict[str, Any]]  # Any: JSON, as FastAPI has it
Document = dict[str, Any]

PREFIX: Final = "/api/v1"
_ALWAYS: Final = (400, 401, 403, 408, 413, 422, 500, 503)
"""What any request can end in."""

_SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `netipl token create`. On the Unix socket none is needed: whoever may open it is "
        "admin.",
    }
}
_ETAG: Final = {"ETag": {"description": "Of what PUT can change.", "schema": {"type": "string"}}}


def headers(what: str) -> dict[int, Responses]:
    """Responses that show one `what`, with the header fields that they have besides it, by status."""
    location = {"Location": {"description": f"The new {what}.", "schema": {"type": "string"}}}
    return {
        200: {200: {"description": f"The {what}.", "headers": _ETAG}},
        201: {201: {"description": f"The {what}.", "headers": {**_ETAG, **location}}},
    }


def problems(*statuses: int) -> Responses:
    """Responses of a route, besides those that every route has."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def document(application: FastAPI) -> Document:
    """Of all routes of `application`."""
    made: Document = get_openapi(
        title=application.title,
        version=application.version,
        summary=application.summary,
        description=application.description,
        routes=application.routes,
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(_schemas())
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    components["securitySchemes"] = _SCHEMES
    made["security"] = [{name: []} for name in _SCHEMES]
    for path, operation in _operations(made):
        operation["responses"] = {
            **{str(status): response for status, response in problems(*_ALWAYS).items()},
            **{status: found for status, found in operation["responses"].items() if status != "422"},
        }
        if path in OPEN:
            operation["security"] = []
    return made


def _operations(made: Document) -> Iterator[tuple[str, Document]]:
    for path, item in made["paths"].items():
        yield from ((path, operation) for operation in item.values())


def _schemas() -> dict[str, Any]:
    """Problem details, with what they refer to."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}
