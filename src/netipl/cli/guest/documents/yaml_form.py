"""Guests as YAML: a list of mappings. All scalars are text: a MAC such as `52:54:00:13:33:10` is no number here.

Source: YAML 1.1, whose integers of base 60 and numbers with a leading zero no reader of guests may see.
"""

from collections.abc import Iterable
from typing import Final, NoReturn

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from netipl.cli.guest.documents.entry import Entry, Source, known, refuse
from netipl.guests.reading import Document

_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's, where PyYAML was built with it
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_FORM: Final = "write a list of guests, each as `- name: web1` with more keys below it"
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def read(text: str, name: str) -> list[Entry]:
    """The guests of a file called `name`. Raises UsageError with line and column."""
    try:
        root = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        _refuse_form(name, error)
    except yaml.YAMLError as error:  # a character that YAML does not have
        refuse(Source(file=name, line=1), f"this is no YAML: {error}", _FORM)
    if root is None:
        return []
    if not isinstance(root, SequenceNode):
        refuse(_source(name, root), "this is no list of guests", _FORM)
    return [_entry(name, each) for each in root.value]


def write(documents: Iterable[Document]) -> str:
    """One key a line, in the order of the documents."""
    made = yaml.dump(
        list(documents), Dumper=_DUMPER, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1 << 16
    )
    return str(made)


def _entry(name: str, node: Node) -> Entry:
    source = _source(name, node)
    if not isinstance(node, MappingNode):
        refuse(source, "this is no guest", _FORM)
    document: dict[str, object] = {}
    places: dict[str, Source] = {}
    for key_node, value_node in node.value:
        at = _source(name, key_node)
        key = known(_scalar(name, key_node), at)
        if key in document:
            refuse(at, f"{key}: this guest has it twice", "take one of the two out")
        document[key] = _value(name, value_node)
        places[key] = _source(name, value_node)
    return Entry(document=document, source=source, places=places)


def _value(name: str, node: Node) -> object:
    match node:
        case SequenceNode():
            return [_value(name, each) for each in node.value]
        case MappingNode():
            return {_scalar(name, key): _value(name, each) for key, each in node.value}
    return _scalar(name, node)


def _scalar(name: str, node: Node) -> str:
    if not isinstance(node, ScalarNode):
        refuse(_source(name, node), "this is no text", _FORM)
    text = str(node.value)
    return "" if not node.style and text in _NULLS else text


def _source(name: str, node: Node) -> Source:
    mark = node.start_mark
    return Source(file=name, line=mark.line + 1, column=str(mark.column + 1)) if mark else Source(file=name, line=1)


def _refuse_form(name: str, error: yaml.MarkedYAMLError) -> NoReturn:
    mark = error.problem_mark
    line, column = (mark.line + 1, str(mark.column + 1)) if mark else (1, "")
    words = ", ".join(part for part in (error.context, error.problem) if part)
    refuse(Source(file=name, line=line, column=column), f"this is no YAML: {words}", _FORM)
