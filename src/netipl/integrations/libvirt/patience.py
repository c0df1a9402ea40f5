"""Objects of libvirt's binding whose calls are waited for, but not for ever: a libvirtd that hangs keeps nobody.

No call of the binding can be interrupted. So each is made in a thread of its own, which is left behind when it does not
end in time, and whatever it does then is done. Nobody is asked again on that connection.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from netipl.errors import UnavailableError

_REMEDY: Final = "restart libvirtd: its guests and networks go on meanwhile; then run this again"
_LOCAL: Final = frozenset({"name", "isAlive"})
"""Calls that nobody is asked for."""
_OBJECTS: Final = frozenset({"virNetwork", "virDomain"})


@dataclass(slots=True, eq=False)
class Line:
    """What the objects of one connection share: `hangs` once a call has not ended within `patience` seconds."""

    uri: str
    patience: float
    hangs: bool = False

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:  # Any: the binding has no types
        """What it returns or raises. Raises UnavailableError when that takes too long."""
        if self.hangs:
            raise self._silent()
        answers: list[Any] = []

        def ask() -> None:
            try:
                answers.append((function(*arguments), None))
            except Exception as error:  # noqa: BLE001 - raised by whoever waits
                answers.append((None, error))

        asking = threading.Thread(target=ask, name="libvirt", daemon=True)
        asking.start()
        asking.join(self.patience)
        if not answers:
            self.hangs = True
            raise self._silent()
        answer, error = answers[0]
        if error is not None:
            raise error
        return self._patient(answer)

    def _patient(self, answer: Any) -> Any:
        if isinstance(answer, list):
            return [self._patient(each) for each in answer]
        return Patient(answer, self) if type(answer).__name__ in _OBJECTS else answer

    def _silent(self) -> UnavailableError:
        return UnavailableError(f"libvirt at {self.uri} does not answer within {self.patience:g} s", remedy=_REMEDY)


class Patient:
    """Stands for one of the binding's objects, with all its methods."""

    def __init__(self, raw: Any, line: Line) -> None:
        self._raw = raw
        self.line = line

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._raw, name)
        if name in _LOCAL:
            return method
        return lambda *arguments: self.line.call(method, *arguments)
