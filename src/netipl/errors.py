"""The error tree: one root, and branches named for what the one who catches them does next.

Engines and adapters raise these; each door translates them once: a datagram server counts and drops, TFTP answers
ERROR, HTTP a status, the command line prints message and remedy and exits with `exit_status`.
"""

from typing import ClassVar


class NetiplError(Exception):
    """The root of everything raised on purpose. `remedy` says what a person can do about it, or is empty."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class WireError(NetiplError):
    """Bytes from outside do not follow their format: drop them and count."""


class RefusedError(NetiplError):
    """The question is understood and the answer is no: tell whoever asked (exit status 1)."""


class UsageError(NetiplError):
    """Asked wrongly, by an argument or a setting: nothing is tried (exit status 2)."""

    exit_status = 2


class UnavailableError(NetiplError):
    """Something needed is not there now (a port, a program, space): mend it or try later (exit status 3)."""

    exit_status = 3


class ContentError(NetiplError):
    """A content cannot be read, or is no longer what it was: end the transfer that needs it."""


class MissingError(RefusedError):
    """What is asked about is not there."""


class ConflictError(RefusedError):
    """Somebody else has changed it meanwhile, or it is there already."""
