"""What a libvirt has of networks and domains, read once by a read-only connection: it changes nothing, and needs no root.

A libvirtd that hangs keeps nobody: all calls are made in a thread of their own, which is left behind when it does not
end in time. Source: libvirt's API reference (virConnectOpenReadOnly and the list functions).
"""

import threading
from dataclasses import dataclass
from typing import Any, Final

from netipl.errors import UnavailableError
from netipl.integrations.libvirt.binding import libvirt

PATIENCE: Final = 20.0
"""Seconds for everything."""
_NO_NETWORK: Final = 43  # VIR_ERR_NO_NETWORK: it went away while it was read
_NO_DOMAIN: Final = 42
_GONE: Final = frozenset({_NO_NETWORK, _NO_DOMAIN})
_START: Final = "start libvirtd, or name another with --connect; `virsh --connect URI list` says what is wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A network or a domain as XML: as it runs (None if it does not), and as it starts next (None if it is transient)."""

    name: str
    live: str | None
    inactive: str | None
    starts_with_host: bool

    @property
    def xml(self) -> str:
        """As it runs, or would."""
        return self.live or self.inactive or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Of the libvirt at `uri`. `capabilities` is XML too."""

    uri: str
    version: str
    capabilities: str
    networks: tuple[Described, ...]
    domains: tuple[Described, ...]


def overview(uri: str, patience: float = PATIENCE) -> Overview:
    """Raises UnavailableError: there is no binding, nobody answers, or not in time."""
    binding = libvirt()
    binding.registerErrorHandler(lambda *_: None, None)  # it would print what is raised as well
    answers: list[Overview | Exception] = []

    def ask() -> None:
        try:
            answers.append(_read(binding, uri))
        except Exception as error:  # noqa: BLE001 - raised by whoever waits
            answers.append(error)

    asking = threading.Thread(target=ask, name="libvirt", daemon=True)
    asking.start()
    asking.join(patience)
    if not answers:
        raise UnavailableError(
            f"{uri} does not answer within {patience:.0f} seconds",
            remedy="restart libvirtd: its guests and networks go on",
        )
    answer = answers[0]
    if isinstance(answer, binding.libvirtError):
        raise UnavailableError(f"{uri}: {answer}", remedy=_START) from answer
    if isinstance(answer, Exception):
        raise answer
    return answer


def _read(binding: Any, uri: str) -> Overview:  # Any: the binding has no types
    connection = binding.openReadOnly(uri)
    try:
        return Overview(
            uri=connection.getURI(),
            version=_version(connection.getLibVersion()),
            capabilities=connection.getCapabilities(),
            networks=_described(binding, connection.listAllNetworks(), binding.VIR_NETWORK_XML_INACTIVE),
            domains=_described(binding, connection.listAllDomains(), binding.VIR_DOMAIN_XML_INACTIVE),
        )
    finally:
        connection.close()


def _described(binding: Any, objects: list[Any], inactive: int) -> tuple[Described, ...]:
    found = []
    for each in objects:
        try:
            found.append(
                Described(
                    name=each.name(),
                    live=each.XMLDesc(0) if each.isActive() else None,
                    inactive=each.XMLDesc(inactive) if each.isPersistent() else None,
                    starts_with_host=bool(each.autostart()),
                )
            )
        except binding.libvirtError as error:
            if error.get_error_code() not in _GONE:
                raise
    return tuple(sorted(found, key=lambda each: each.name))


def _version(number: int) -> str:
    """Libvirt writes 9.0.0 as 9000000."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}"
