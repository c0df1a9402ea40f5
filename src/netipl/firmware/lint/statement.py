"""A line of a configuration as keyword and argument that remembers where it stood, and a label made of such lines."""

from dataclasses import dataclass, field

from netipl.firmware.configuration import Line
from netipl.firmware.lint.finding import Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`keyword` as it is written."""

    file: bytes
    line: Line
    keyword: bytes
    argument: bytes

    @property
    def whole(self) -> Spot:
        return self._spot(0, len(self.line.text))

    @property
    def of_keyword(self) -> Spot:
        return self._spot(0, len(self.keyword))

    @property
    def of_argument(self) -> Spot:
        return self.part(0, len(self.argument))

    def part(self, start: int, length: int) -> Spot:
        """Of the argument."""
        return self._spot(len(self.line.text) - len(self.argument) + start, length)

    def _spot(self, start: int, length: int) -> Spot:
        indent = self.line.column - 1
        text = b" " * indent + self.line.text
        return Spot(file=self.file, line=self.line.number, column=indent + start + 1, text=text, length=length)


@dataclass(frozen=True, slots=True)
class Label:
    """A `label` line, and the last kernel, initrd and append line below it."""

    statement: Statement
    lines: dict[bytes, Statement] = field(default_factory=dict)

    @property
    def name(self) -> bytes:
        return self.statement.argument
