"""How a value of a document is read: text, a choice, a list, a table of its own. Whoever reads a key names it.

A document comes from JSON, TOML, YAML (whose scalars are all text here) or a cell of CSV.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from netipl.errors import UsageError

Document = dict[str, Any]
"""Any: text, booleans, lists and documents, as JSON has them."""
Read = Callable[[object], object]
Row = tuple[str, Read]
"""The field that a key says, and how its value is read."""

EMPTY: Final[tuple[object, ...]] = (None, "", [], {}, ())
"""What says nothing."""
_TRUTH: Final = {"true": True, "yes": True, "false": False, "no": False}


def fields(document: Mapping[str, object], keys: Mapping[str, Row], remedies: Mapping[str, str] = {}) -> Document:
    """Values by the name of their field, of the keys that say something. Raises UsageError that names the key.

    `remedies` are for keys whose type gives none.
    """
    unknown = [key for key in document if key not in keys]
    if unknown:
        raise UsageError(f"{unknown[0]}: there is no such key", remedy=f"known are {', '.join(keys)}")
    found: Document = {}
    for key, value in document.items():
        field, read = keys[key]
        if value in EMPTY:
            continue
        try:
            found[field] = read(value)
        except (UsageError, ValueError) as error:
            raise named(key, error, remedies.get(key, "")) from None
    return found


def named(key: str | int, error: Exception, remedy: str = "") -> UsageError:
    """`error`, with the key that it is about before it."""
    return UsageError(f"{key}: {error}", remedy=error.remedy if isinstance(error, UsageError) else remedy)


def text(value: object) -> str:
    """Text, or a number as text. Raises UsageError, which does not repeat a value of another kind."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UsageError("it is no text", remedy="write it as text, in quotes where it is taken for more")
    return str(value)


def read(parse: Callable[[str], object]) -> Read:
    """Text as `parse` takes it."""
    return lambda value: parse(text(value))


def one_of(choices: type[StrEnum], *others: str) -> Callable[[str], object]:
    """A member of an enumeration; `others` are said in the remedy too."""

    def choose(word: str) -> object:
        try:
            return choices(word)
        except ValueError:
            remedy = f"choose one of {', '.join((*others, *choices))}"
            raise UsageError(f"{word!r} is no choice", remedy=remedy) from None

    return choose


def truth(value: object) -> bool:
    """True or false, or such a word."""
    found = value if isinstance(value, bool) else _TRUTH.get(str(value).lower())
    if found is None:
        raise UsageError("it is neither true nor false", remedy="write true or false")
    return found


def listed(each: Read) -> Read:
    """A list; one value alone is a list of it."""

    def read_all(value: object) -> tuple[object, ...]:
        values = value if isinstance(value, list | tuple) else [value]
        return tuple(_numbered(number, one, each) for number, one in enumerate(values))

    return read_all


def distinct(each: Read, name: Callable[[Any], object], what: str) -> Read:
    """As `listed`, of things no two of which have the same name."""

    def read_all(value: object) -> object:
        found = listed(each)(value)
        assert isinstance(found, tuple)  # by `listed`
        names = [name(one) for one in found]
        if twice := [each_name for each_name in names if names.count(each_name) > 1]:
            raise UsageError(f"{what} {twice[0]} is there twice", remedy="take one of the two out")
        return found

    return read_all


def table(value: object) -> Mapping[str, object]:
    """Keys and values. Raises UsageError."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UsageError("it is no table", remedy="write keys with values")
    return value


def _numbered(number: int, value: object, each: Read) -> object:
    try:
        return each(value)
    except (UsageError, ValueError) as error:
        raise named(number, error) from None
