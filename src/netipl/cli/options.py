"""Options that several commands share, and how their text becomes values."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod
from netipl.machines.impairment import Impairment

Qemu = Annotated[Path, typer.Option("--qemu", metavar="PATH", help="The QEMU program.")]
Json = Annotated[bool, typer.Option("--json", help="Print each event as one line of JSON.")]
Memory = Annotated[int, typer.Option("--memory", metavar="MIB", min=128, help="Memory of the guest in MiB.")]
Limit = Annotated[
    float | None, typer.Option("--limit", metavar="SECONDS", min=1, help="End a guest that runs longer than this.")
]
Firmware = Annotated[
    str | None,
    typer.Option("--firmware", metavar="VERSION", help="Of which QEMU: 7.2, qemu-10.0, ... Without it the strictest."),
]
Method = Annotated[BootMethod, typer.Option("--method", help="How the firmware is given its files.")]
ToGuest = Annotated[
    str,
    typer.Option("--to-guest", metavar="IMPAIRMENT", help="Spoil frames to the guest, such as loss=0.01,delay=0.002."),
]
FromGuest = Annotated[
    str, typer.Option("--from-guest", metavar="IMPAIRMENT", help="Spoil frames from it: duplicate=1,reorder=0.1.")
]
Seed = Annotated[int, typer.Option("--seed", metavar="NUMBER", help="The same seed spoils the same frames.")]


def paragraphs(command: Callable[..., None]) -> str:
    """The docstring without the ends of its lines, which typer would keep in terminals of any width."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(command) or "").split("\n\n"))


def impairment(text: str) -> Impairment:
    """From `loss=0.01,duplicate=1`. Raises UsageError."""
    try:
        return Impairment.parse(text)
    except ValueError as error:
        remedy = "write loss=0.01,duplicate=0.1,reorder=0.1,delay=0.002, or some of these"
        raise UsageError(f"{text!r} spoils nothing: {error}", remedy=remedy) from None


def uuid(text: str) -> UUID:
    """Raises UsageError."""
    try:
        return UUID(text)
    except ValueError:
        remedy = "write it as 9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01; `uuidgen` makes one"
        raise UsageError(f"{text!r} is no UUID", remedy=remedy) from None


def version(text: str | None) -> Version | None:
    """The QEMU whose firmware is meant; None where none is named. Raises UsageError."""
    return None if text is None else Version.named(text)
