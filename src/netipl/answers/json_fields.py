"""The fields of a JSON object, each taken once with its type; what nobody took is a fault.

Every fault is a WireError that begins with the path of its field.
"""

import json
from enum import StrEnum
from typing import TypeVar

from netipl.errors import WireError

_Choice = TypeVar("_Choice", bound=StrEnum)


class Fields:
    """Of one object; `path` is where it stands, with a dot at its end, and empty at the top."""

    def __init__(self, fields: dict[str, object], path: str = "") -> None:
        self._fields = fields
        self._path = path

    @classmethod
    def of(cls, data: bytes) -> "Fields":
        """From a document whose top is an object."""
        try:
            found = json.loads(data, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise WireError(f"not JSON: {error}") from error
        if not isinstance(found, dict):
            raise WireError("not a JSON object")
        return cls(found)

    def end(self) -> None:
        """Every field has been taken."""
        if self._fields:
            raise self._fault(next(iter(self._fields)), "is not known")

    def text(self, name: str) -> str:
        found = self.text_or_none(name)
        if found is None:
            raise self._fault(name, "is missing")
        return found

    def text_or(self, name: str, default: str) -> str:
        found = self.text_or_none(name)
        return default if found is None else found

    def text_or_none(self, name: str) -> str | None:
        found = self._fields.pop(name, None)
        if found is not None and not isinstance(found, str):
            raise self._fault(name, "text is wanted")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        found = self._fields.pop(name, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self._fault(name, "a list of texts is wanted")
        return tuple(found)

    def integer(self, name: str) -> int:
        found = self.integer_or_none(name)
        if found is None:
            raise self._fault(name, "is missing")
        return found

    def integer_or_none(self, name: str) -> int | None:
        """None or 0 and more."""
        found = self._fields.pop(name, None)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise self._fault(name, "an integer of 0 or more is wanted")
        return found

    def truth(self, name: str) -> bool:
        """False where there is none."""
        found = self._fields.pop(name, False)
        if not isinstance(found, bool):
            raise self._fault(name, "true or false is wanted")
        return found

    def choice(self, name: str, kind: type[_Choice]) -> _Choice:
        try:
            return kind(text := self.text(name))
        except ValueError:
            raise self._fault(name, f"{text!r} is none of {', '.join(kind)}") from None

    def choice_or(self, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
        return self.choice(name, kind) if self._fields.get(name) is not None else default

    def inner(self, name: str) -> "Fields":
        found = self.inner_or_none(name)
        if found is None:
            raise self._fault(name, "is missing")
        return found

    def inner_or_none(self, name: str) -> "Fields | None":
        found = self._fields.pop(name, None)
        if found is None:
            return None
        if not isinstance(found, dict):
            raise self._fault(name, "an object is wanted")
        return Fields(found, f"{self._path}{name}.")

    def inners(self, name: str) -> "tuple[Fields, ...]":
        """A list of objects; empty where there is none."""
        found = self._fields.pop(name, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self._fault(name, "a list of objects is wanted")
        return tuple(Fields(each, f"{self._path}{name}[{number}].") for number, each in enumerate(found))

    def _fault(self, name: str, words: str) -> WireError:
        return WireError(f"{self._path}{name}: {words}")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of two fields of one name, readers take now this one and now that one."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise WireError("a field stands twice in one object")
    return fields
