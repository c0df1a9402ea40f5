"""What the worker says of a domain: its state, and what its XML says of its boots, now and at its next start."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from typing import Any, Final

from netipl.errors import NetiplError
from netipl.integrations.libvirt.domain_xml import DomainFacts, facts

STATES: Final[Mapping[int, str]] = {
    0: "no state",
    1: "running",
    2: "blocked",
    3: "paused",
    4: "shutting down",
    5: "off",
    6: "crashed",
    7: "suspended",
}
"""virDomainState."""

_PAUSED: Final = 3
_BEFORE_RUNNING: Final = 50_000_000
"""Nanoseconds of a processor: one that was never let run has taken 0 to 10 ms, one that ran for 0.1 s takes 110."""
_TIME: Final = 2
"""Of virVcpuInfo, as the binding gives it."""
_OFF: Final = 5
_OFF_CRASHED: Final = 3
"""virDomainShutoffReason: its guest has crashed, and it was switched off for that."""


def records(binding: Any, domains: Iterable[Any]) -> list[dict[str, Any]]:  # Any: as below
    """Of those that are still there, and say what can be understood."""
    made, bridge_of = [], cache(_bridge_of)
    for domain in domains:
        with suppress(binding.libvirtError, NetiplError, ValueError, SyntaxError):
            made.append(record(binding, domain, bridge_of))
    return made


def record(
    binding: Any, domain: Any, bridge_of: Callable[[Any, Any, str], str] | None = None
) -> dict[str, Any]:  # Any: libvirt's module, its virDomain, and JSON
    """As `Domain` of machine.py reads it. Raises libvirtError."""
    state, reason = domain.state()
    active, persistent = bool(domain.isActive()), bool(domain.isPersistent())
    now = facts(domain.XMLDesc())
    then = facts(domain.XMLDesc(binding.VIR_DOMAIN_XML_INACTIVE)) if persistent else now
    return {
        "state": "crashed" if (state, reason) == (_OFF, _OFF_CRASHED) else STATES.get(state, str(state)),
        "active": active,
        "persistent": persistent,
        "is_unborn": state == _PAUSED and _has_not_run(binding, domain),
        "saved": bool(domain.hasManagedSaveImage()),
        "boots_from_now": now.boots_from if active else "",
        **asdict(_with_bridges(binding, domain, then, bridge_of or _bridge_of)),
    }


def _has_not_run(binding: Any, domain: Any) -> bool:  # Any: as above
    """Libvirt calls one that was started paused and one that somebody has paused the same. Not where it cannot tell."""
    try:
        processors = domain.vcpus()[0]
    except binding.libvirtError:
        return False
    return bool(processors) and all(each[_TIME] < _BEFORE_RUNNING for each in processors)


def _with_bridges(
    binding: Any, domain: Any, said: DomainFacts, bridge_of: Callable[[Any, Any, str], str]
) -> DomainFacts:  # Any: as above
    """What is kept for the next start names networks alone."""
    return replace(
        said,
        interfaces=tuple(
            replace(each, bridge=bridge_of(binding, domain.connect(), each.source)) if each.kind == "network" else each
            for each in said.interfaces
        ),
    )


def _bridge_of(binding: Any, connection: Any, network: str) -> str:  # Any: as above, and its virConnect
    """Empty where that network has none, or is not there."""
    try:
        return str(connection.networkLookupByName(network).bridgeName())
    except binding.libvirtError:
        return ""
