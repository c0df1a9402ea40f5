"""The dataclasses that are made for every packet: frozen to the type checker alone, and so quick to make.

At run time `dataclass(frozen=True)` sets each field through `object.__setattr__`; that was a quarter of what the DHCP
engine did for a message. Equality, hash, pattern matching and `dataclasses.replace` are as with a frozen dataclass.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def value(*, kw_only: bool = False) -> Callable[[type[_Class]], type[_Class]]:
    """Makes a class a slotted dataclass whose fields nobody assigns to again."""
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
