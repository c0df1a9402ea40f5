"""Renders one template: sandboxed Jinja2 that knows no files, and whose every failure names template and line.

Bounded are the steps of all loops and calls of one file, what `range` and `*` make, and the size of the file; `**` is
refused.
Not bounded is what one single expression makes otherwise: templates are the administrator's own.
"""

import operator
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from traceback import extract_tb
from types import CodeType
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from netipl.answers.quoting import FILTERS
from netipl.errors import UsageError

MOST_BYTES: Final = 1 << 20
"""Of one file. Installers read far less."""
MOST_STEPS: Final = 100_000
"""Of all loops and calls of one file together."""

_XML: Final = (".xml",)
_COUNTED: Final = "counted"


class _Loader(BaseLoader):
    """From texts by name; each is compiled once, whoever renders it."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja2's
    ) -> Template:
        if name not in self._texts:
            raise TemplateNotFound(name)
        code = _compiled(name, self._texts[name])
        return environment.template_class.from_code(environment, code, environment.make_globals(globals))


class Templates(ImmutableSandboxedEnvironment):
    """`texts` are the templates by name."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(
            loader=_Loader(texts),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(_XML),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._steps = 0
        self.filters.update(FILTERS)
        self.filters[_COUNTED] = self._counted
        self.globals["refuse"] = _refuse

    def rendered(self, name: str, known: Mapping[str, Any]) -> bytes:  # Any: a template takes values of every type
        """The template `name` with what is known. Raises UsageError."""
        self._steps = 0
        try:
            return self._bounded(name, self.get_template(name).generate(known))
        except UsageError as error:
            raise UsageError(f"{_place(name, error)}: {error}", remedy=error.remedy) from error
        except TemplateError as error:
            raise UsageError(f"{_place(name, error)}: {_said(error)}", remedy=_remedy(error)) from error
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise UsageError(
                f"{_place(name, error)}: {error}", remedy="see what this line of the template asks"
            ) from error

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # Any: Jinja2's
        """Every call is a step: macros may call themselves."""
        self._step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: object, operator_: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's
        """Refuses powers, and products that are too long."""
        if operator_ == "**":
            raise SecurityError("templates have no powers")
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            times = right if isinstance(right, int) else left
            length = len(left if times is right else right)
            if length * times > MOST_BYTES:
                raise SecurityError(f"a product of more than {MOST_BYTES} elements")
        return operator.mul(left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Every loop counts its steps."""
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
        return tree

    def _counted(self, many: Iterable[object]) -> Iterator[object]:
        for each in many:
            self._step()
            yield each

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise UsageError(f"its loops and calls take more than {MOST_STEPS} steps", remedy="see what they go over")

    @staticmethod
    def _bounded(name: str, pieces: Iterable[str]) -> bytes:
        made, size = [], 0
        for piece in pieces:
            made.append(encoded := piece.encode())
            size += len(encoded)
            if size > MOST_BYTES:
                raise UsageError(f"it makes more than {MOST_BYTES} bytes", remedy=f"see what {name} repeats")
        return b"".join(made)


@lru_cache(maxsize=256)
def _compiled(name: str, text: str) -> CodeType:
    return Templates({}).compile(text, name, name)


def _refuse(message: str) -> str:
    """For a template that cannot do what was chosen."""
    raise UsageError(message, remedy="choose otherwise, or give the profile a template of your own")


def _place(name: str, error: Exception) -> str:
    """`TEMPLATE, line N`, as near as the error knows."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name or name}, line {error.lineno}"
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.endswith(".py")]
    inside = [frame for frame in frames if not frame.filename.startswith("<")]
    return f"{inside[-1].filename}, line {inside[-1].lineno}" if inside else name


def _said(error: TemplateError) -> str:
    return f"there is no template {error}" if isinstance(error, TemplateNotFound) else str(error.message or error)


def _remedy(error: TemplateError) -> str:
    match error:
        case TemplateSyntaxError():
            return "correct the template's syntax (Jinja2)"
        case TemplateNotFound():
            return "name one of the shipped templates or of your own"
        case SecurityError():
            return "templates may not reach into Python; use the facts, choices and variables they are given"
        case _:
            return "define it as a variable of the profile or guest, or ask first: {% if NAME is defined %}"
