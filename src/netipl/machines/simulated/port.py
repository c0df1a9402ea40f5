"""Where simulated guests are plugged in: the interface itself, or, where that is a bridge, a port on it.

What a program sends through a bridge's own interface never reaches the servers on that bridge's machine; what comes
from a port does. The port is a veth that lives as long as the guests.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from netipl.errors import UnavailableError
from netipl.machines import iproute

_JSON: Final = ("-json", "-details", "link", "show")
_PATIENCE: Final = 3.0
"""Seconds until a new port forwards. Under a spanning tree it takes longer, for a real guest as well."""
_PAUSE: Final = 0.05


@contextmanager
def plugged(interface: str) -> Iterator[str]:
    """The name of the interface that the guests' frames come from and go to. Raises UnavailableError."""
    device = _device(interface)
    if "UP" not in device["flags"]:
        raise UnavailableError(f"the interface {interface} is down", remedy=f"ip link set {interface} up")
    if device.get("linkinfo", {}).get("info_kind") != "bridge":
        yield interface
        return
    port = f"nipl{os.getpid()}"
    far = f"{port}-far"
    iproute.configure(f"link add name {port} type veth peer name {far}")
    try:
        iproute.configure(
            *(f"link set dev {end} addrgenmode none" for end in (port, far)),
            f"link set dev {port} master {interface}",
            *(f"link set dev {end} up" for end in (port, far)),
        )
        _await_forwarding(port)
        yield far
    finally:
        iproute.configure(f"link delete dev {port}")


def _await_forwarding(port: str) -> None:
    """The bridge learns of the carrier a moment later, and loses what comes before: a guest needs longer to start."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if _device(port).get("linkinfo", {}).get("info_slave_data", {}).get("state") == "forwarding":
            return
        time.sleep(_PAUSE)


def _device(interface: str) -> dict[str, Any]:  # Any: JSON of `ip`
    devices = {device["ifname"]: device for device in json.loads(iproute.show(*_JSON))}
    try:
        found: dict[str, Any] = devices[interface]
    except KeyError:
        there = ", ".join(sorted(devices.keys() - {"lo"})) or "none but lo"
        raise UnavailableError(f"there is no interface {interface}", remedy=f"there are: {there}") from None
    return found
