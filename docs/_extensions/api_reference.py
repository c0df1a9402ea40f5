"""The directive `api-reference`: every operation of the API, drawn from the OpenAPI document of the application."""

from collections.abc import Iterator
from typing import Any, cast

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.servers.api.application import application
from netipl.servers.api.control import Control

Json = Any  # Any: JSON


class ApiReference(Directive):
    """Takes no argument and no content."""

    def run(self) -> list[nodes.Node]:
        document = application(cast("Control", None)).openapi()  # no route is asked
        lines = [line for path, item in document["paths"].items() for line in _path(path, item)]
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.servers.api"), 0, container, match_titles=True)
        return container.children


def _path(path: str, item: Json) -> Iterator[str]:
    for method, operation in item.items():
        yield from (f"### `{method.upper()} {path}`", "", *operation["description"].splitlines(), "")
        if parameters := [_parameter(each) for each in operation.get("parameters", ()) if each["in"] != "path"]:
            yield from ("| parameter | | |", "|---|---|---|", *parameters, "")
        if body := operation.get("requestBody"):
            yield from (f"Takes {_taken(body['content'])}.", "")
        yield from (f"Answers {_answers(operation['responses'])}.", "")


def _taken(content: Json) -> str:
    (kind, found), *_ = content.items()
    return _schema(found["schema"]) if kind == "application/json" else f"`{kind}`"


def _parameter(parameter: Json) -> str:
    schema = parameter["schema"]
    default = f"default `{schema['default']}`" if schema.get("default") not in (None, "", []) else ""
    return f"| `{parameter['name']}` | {default} | {parameter.get('description') or schema.get('description', '')} |"


def _answers(responses: Json) -> str:
    good = {status: found for status, found in responses.items() if int(status) < 400}
    return ", ".join(f"{status}{_content(found)}" for status, found in good.items())


def _content(response: Json) -> str:
    content = response.get("content", {}).get("application/json")
    return f" with {_schema(content['schema'])}" if content else ""


def _schema(schema: Json) -> str:
    """The name of what it refers to."""
    references = [schema, *schema.get("anyOf", ())]
    names = [each["$ref"].rpartition("/")[2] for each in references if "$ref" in each]
    return f"`{names[0].replace('_', ' ').strip()}`" if names else "a document"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("api-reference", ApiReference)
    return {"parallel_read_safe": True}
