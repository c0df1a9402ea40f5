"""Work on media that takes a while: what is asked for, and how far it is, for whoever follows it."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from netipl.errors import UsageError
from netipl.guests.marks import domain_name
from netipl.values import value

_LONGEST_NAME: Final = 40
_SUM: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)


class Work(StrEnum):
    """What is done."""

    IMPORT = "import"
    VERIFY = "verify"


class JobState(StrEnum):
    """How far it is."""

    UPLOADING = "uploading"
    """It waits for the bytes of whoever asked."""
    WAITING = "waiting"
    """For its turn."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


@value(kw_only=True)
class MediumAsked:
    """A medium that somebody wants. `source` is a URL or a path on the daemon's host; None: whoever asks sends it.

    `called` is then what the file has been called. With `tree` the whole of it is kept and served; with `unpack` the
    image of a disk is kept raw. `key` are keys of OpenPGP by which it has to be signed, `sha256` is the sum of a file.
    """

    name: str
    source: str | None
    called: str = ""
    tree: bool = False
    unpack: bool = False
    key: bytes = b""
    sha256: str | None = None


@value(kw_only=True)
class FileProgress:
    """`done` of `size` bytes; None where it is not known yet."""

    name: str
    done: int
    size: int | None


@value(kw_only=True)
class Fault:
    """A file of a medium that is not what it was."""

    file: str
    what: str


@value(kw_only=True)
class MediumJob:
    """`medium` is the identifier that the medium has, or will have; `error` and `remedy` say why it failed.

    With `again` it may work another time, and goes on from what has come: something was not there, or had no room.
    """

    id: str
    work: Work
    name: str
    source: str
    by: str
    asked: datetime
    state: JobState
    step: str = ""
    files: tuple[FileProgress, ...] = ()
    medium: str
    warnings: tuple[str, ...] = ()
    error: str = ""
    remedy: str = ""
    again: bool = False
    faults: tuple[Fault, ...] = ()


def medium_name(text: str) -> str:
    """What a medium may be called: its name stands in URLs, and in names that the firmware asks for by TFTP.

    Raises UsageError.
    """
    try:
        if len(text) <= _LONGEST_NAME and domain_name(text) == text:
            return text
    except UsageError:
        pass
    remedy = f"use up to {_LONGEST_NAME} letters, digits, dots and dashes, as in debian-13 or rhel-9.4"
    raise UsageError(f"{text!r} is no name for a medium", remedy=remedy)


def checked_sum(text: str) -> str:
    """A SHA-256 sum in lower case. Raises UsageError."""
    if not _SUM.fullmatch(text):
        raise UsageError(f"{text!r} is no SHA-256 sum", remedy="write its 64 hexadecimal digits, as `sha256sum` does")
    return text.lower()
