"""What the worker says of a domain: its state, and what its XML says of its boots, now and at its next start."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

from netipl.errors import NetiplError
from netipl.integrations.libvirt.domain_xml import facts

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

_OFF: Final = 5
_OFF_CRASHED: Final = 3
"""virDomainShutoffReason: its guest has crashed, and it was switched off for that."""


def records(binding: Any, domains: Iterable[Any]) -> list[dict[str, Any]]:  # Any: as below
    """Of those that are still there, and say what can be understood."""
    made = []
    for domain in domains:
        with suppress(binding.libvirtError, NetiplError, ValueError, SyntaxError):
            made.append(record(binding, domain))
    return made


def record(binding: Any, domain: Any) -> dict[str, Any]:  # Any: libvirt's module, its virDomain, and JSON
    """As `Domain` of machine.py reads it. Raises libvirtError."""
    state, reason = domain.state()
    active, persistent = bool(domain.isActive()), bool(domain.isPersistent())
    now = facts(domain.XMLDesc())
    then = facts(domain.XMLDesc(binding.VIR_DOMAIN_XML_INACTIVE)) if persistent else now
    return {
        "state": "crashed" if (state, reason) == (_OFF, _OFF_CRASHED) else STATES.get(state, str(state)),
        "active": active,
        "persistent": persistent,
        "boots_from_now": now.boots_from if active else "",
        **asdict(then),
    }
