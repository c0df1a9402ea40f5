"""The directive `answers-reference`: what answer templates find by which name, drawn from the code."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from netipl.answers.choices import Choices, Repository, User
from netipl.answers.environment import MOST_BYTES, MOST_STEPS
from netipl.answers.facts import DEFAULTS, FOLLOWING, Facts
from netipl.answers.quoting import FILTERS
from netipl.answers.sound import MOST_SCRIPT


class AnswersReference(Directive):
    """Its argument names the part."""

    required_arguments = 1
    parts: ClassVar[dict[str, Callable[[], Iterator[str]]]]

    def run(self) -> list[nodes.Node]:
        lines = list(self.parts[self.arguments[0]]())
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="netipl.answers"), 0, container, match_titles=True)
        return container.children


def _fields(of: type) -> Iterator[tuple[str, str, str]]:
    """Name, type and docstring of each field, as they stand in the source."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
    assert isinstance(node, ast.ClassDef)
    for each, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            is_told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            yield each.target.id, ast.unparse(each.annotation), str(after.value.value) if is_told else ""


def _table(of: type, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    yield from ("| name | type | |", "|---|---|---|")
    for name, kind, told in _fields(of):
        if name not in without:
            default = getattr(DEFAULTS, name, None) if of is Choices else None
            also = f" Without a choice: `{default}`." if default else ""
            yield f"| `{name}` | `{kind.replace('|', 'or')}` | {' '.join(told.split())}{also} |"


def _facts() -> Iterator[str]:
    yield from _table(Facts, without=frozenset({"choices"}))
    for name, told in FOLLOWING.items():
        yield f"| `{name}` | | {told} |"


def _choices() -> Iterator[str]:
    yield from _table(Choices)


def _users() -> Iterator[str]:
    yield from _table(User)


def _repositories() -> Iterator[str]:
    yield from _table(Repository)


def _filters() -> Iterator[str]:
    yield from ("| filter | what it makes of a value |", "|---|---|")
    for name, function in FILTERS.items():
        yield f"| `{name}` | {' '.join((inspect.getdoc(function) or '').split())} |"


def _limits() -> Iterator[str]:
    yield from ("| limit | |", "|---:|---|")
    yield f"| {MOST_BYTES} bytes | of one file that is made |"
    yield f"| {MOST_STEPS} steps | of all loops of one file |"
    yield f"| {MOST_BYTES} elements | that `*` repeats |"
    yield f"| {MOST_SCRIPT} bytes | of one script |"


AnswersReference.parts = {
    "facts": _facts,
    "choices": _choices,
    "users": _users,
    "repositories": _repositories,
    "filters": _filters,
    "limits": _limits,
}


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("answers-reference", AnswersReference)
    return {"parallel_read_safe": True}
