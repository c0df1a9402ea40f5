"""What the worker says of a domain: its name, UUID, state and XML, as libvirt has them."""

from collections.abc import Mapping
from typing import Any, Final

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

CRASHED: Final = "crashed"
_OFF: Final = 5
_OFF_CRASHED: Final = 3
"""virDomainShutoffReason: its guest has crashed, and it was switched off for that."""


def record(binding: Any, domain: Any) -> dict[str, Any]:  # Any: libvirt's module, its virDomain, and JSON
    """Raises libvirtError. `inactive` is the XML of its next start, where it has one."""
    state, reason = domain.state()
    persistent = bool(domain.isPersistent())
    secure = binding.VIR_DOMAIN_XML_INACTIVE
    return {
        "uuid": domain.UUIDString(),
        "name": domain.name(),
        "state": CRASHED if (state, reason) == (_OFF, _OFF_CRASHED) else STATES.get(state, str(state)),
        "active": bool(domain.isActive()),
        "persistent": persistent,
        "xml": domain.XMLDesc(),
        "inactive": domain.XMLDesc(secure) if persistent else None,
    }
