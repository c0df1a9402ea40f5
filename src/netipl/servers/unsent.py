"""What helps when the kernel refuses to send a packet. Sources: sendmsg(2), packet(7), udp(7)."""

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CROWDED: Final = "let the interface queue more (`ip link set NAME txqueuelen`), and raise net.core.wmem_max"
_FILTERED: Final = "let the firewall pass what the server sends (`nft list ruleset` shows it)"

_REMEDIES: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.ENETUNREACH: "give the interface its address again, or add a route to the client",
        errno.EHOSTUNREACH: "see whether the client is still there: it does not answer to its address (ARP)",
        errno.ENETDOWN: "set the interface up (`ip link set NAME up`)",
        errno.ENXIO: "see whether the interface is still there",
        errno.EPERM: _FILTERED,
        errno.EACCES: _FILTERED,
        errno.ENOBUFS: _CROWDED,
        errno.EAGAIN: _CROWDED,
    }
)


def remedy_for(number: int | None) -> str:
    """For this errno; empty where none is known."""
    return _REMEDIES.get(number or 0, "")
