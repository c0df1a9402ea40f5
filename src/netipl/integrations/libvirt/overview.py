"""A libvirt that is only looked at: by a read-only connection, which needs no root, and not longer than it may take.

A libvirtd that hangs keeps nobody: all calls are made in a thread of their own, which is left behind when it does not
end in time. Source: libvirt's API reference, virConnectOpenReadOnly.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from netipl.errors import MissingError, UnavailableError
from netipl.integrations.libvirt.binding import libvirt
from netipl.integrations.libvirt.connection import Connection, said, told

PATIENCE: Final = 20.0
"""Seconds for everything."""
_START: Final = "start libvirtd, or name another with --connect; `virsh --connect URI list` says what is wrong"
_Seen = TypeVar("_Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The XML of a domain: `live` is None while it does not run, `inactive` where it is not defined."""

    live: str | None
    inactive: str | None


def seen(uri: str, look: Callable[[Connection], _Seen], patience: float = PATIENCE) -> _Seen:
    """What `look` makes of it. Raises UnavailableError: there is no binding, nobody answers, or not in time."""
    binding = libvirt()
    binding.registerErrorHandler(lambda *_: None, None)  # errors are raised; they need not be printed, too
    answers: list[_Seen | Exception] = []

    def ask() -> None:
        try:
            answers.append(_looked(binding, uri, look))
        except Exception as error:  # noqa: BLE001 - raised by whoever waits
            answers.append(error)

    asking = threading.Thread(target=ask, name="libvirt", daemon=True)
    asking.start()
    asking.join(patience)
    if not answers:
        message = f"{uri} does not answer within {patience:g} seconds"
        raise UnavailableError(message, remedy="restart libvirtd; its guests and networks go on meanwhile")
    answer = answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer


def version(connection: Connection) -> str:
    """As 9.0.0, which libvirt writes as 9000000. Raises UnavailableError."""
    with told("its version"):
        number = connection.raw.getLibVersion()
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"


def capabilities(connection: Connection) -> str:
    """XML. Raises UnavailableError."""
    with told("its capabilities"):
        return str(connection.raw.getCapabilities())


def domains(connection: Connection) -> tuple[Described, ...]:
    """All of them. Raises UnavailableError."""
    with told("domains"):
        handles = sorted(connection.raw.listAllDomains(), key=lambda each: str(each.name()))
    found = []
    for each in handles:
        with suppress(MissingError), told("a domain", missing=MissingError("it went away")):
            found.append(_described(each))
    return tuple(found)


def _described(domain: Any) -> Described:  # Any: the binding has no types
    return Described(
        live=domain.XMLDesc() if domain.isActive() else None,
        inactive=domain.XMLDesc(libvirt().VIR_DOMAIN_XML_INACTIVE) if domain.isPersistent() else None,
    )


def _looked(binding: Any, uri: str, look: Callable[[Connection], _Seen]) -> _Seen:  # Any: the binding has no types
    try:
        raw = binding.openReadOnly(uri)
    except binding.libvirtError as error:
        raise UnavailableError(f"libvirt at {uri}: {said(error)}", remedy=_START) from error
    try:
        return look(Connection(raw, uri))
    finally:
        raw.close()
