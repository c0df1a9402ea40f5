"""Holds a JSON or YAML document against a model of its keys, and finds the line of what does not fit."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from netipl.answers.finding import Finding, Source
from netipl.answers.sound import HASH
from netipl.firmware.rules import Severity

_UNKNOWN: Final = "extra_forbidden"


def _hash(text: str) -> str:
    if not HASH.pattern.fullmatch(text):
        raise ValueError(f"it is no {HASH.called}")
    return text


Hash = Annotated[str, AfterValidator(_hash)]
"""A password as it may stand in answers."""


class Form(BaseModel):
    """Of one mapping: what is not named in it is not known, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Open(BaseModel):
    """Of a mapping that may have more than is named."""

    model_config = ConfigDict(extra="allow", strict=True)


def misfits(
    source: Source, document: Any, form: type[BaseModel], *, unknown: Severity = Severity.ERROR
) -> Iterator[Finding]:  # Any: a document has values of every type
    """What in `document`, which was read from `source`, does not fit `form`. `unknown` is how bad a strange key is."""
    try:
        form.model_validate(document)
    except ValidationError as error:
        root = yaml.compose(source.text, Loader=yaml.SafeLoader)
        for each in error.errors(include_url=False, include_input=False):
            line, column = place(root, each["loc"])
            where = ".".join(str(part) for part in each["loc"] if not str(part).startswith("function-"))
            is_unknown = each["type"] == _UNKNOWN
            yield source.finding(
                f"{where}: {_said(each['type'], each['msg'])}",
                line,
                column,
                remedy="see the reference of the installer" if is_unknown else "",
                severity=unknown if is_unknown else Severity.ERROR,
            )


def _said(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "no such key is known here"
        case "missing":
            return "it is missing"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return message


def place(root: yaml.Node | None, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the key or element that `path` leads to, or of the last that is there."""
    node, found = root, root
    for part in path:
        match node:
            case yaml.MappingNode():
                step = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            case yaml.SequenceNode() if isinstance(part, int) and part < len(node.value):
                step = (node.value[part], node.value[part])
            case _:
                step = None
        if step is not None:  # parts that name a member of a union lead nowhere
            found, node = step
    return (0, 0) if found is None else (found.start_mark.line + 1, found.start_mark.column + 1)


def yaml_of(source: Source) -> tuple[Any, list[Finding]]:  # Any: as above
    """The document, or what is wrong with its syntax."""
    try:
        return yaml.safe_load(source.text), []
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        return None, [source.finding(f"it is not YAML: {error.problem}", line, column, remedy="correct the syntax")]
    except yaml.YAMLError as error:
        return None, [source.finding(f"it is not YAML: {error}", remedy="correct the syntax")]
