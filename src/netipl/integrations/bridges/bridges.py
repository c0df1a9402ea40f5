"""Bridges of this host: whether they forward at once, what is attached to them, and attaching it again.

A device that was on a bridge which went and came back is on none. What its port was set to is remembered and set again,
with the static entries of the forwarding table. Sources: Linux, Documentation/networking/bridge.rst,
net/bridge/br_sysfs_if.c for the files, bridge(8).
"""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from netipl.errors import UnavailableError

_DEVICES: Final = Path("/sys/class/net")
_TICKS: Final = 100  # USER_HZ, in which sysfs gives times
_SETTINGS: Final = (
    *("isolated", "learning", "unicast_flood", "multicast_flood", "broadcast_flood", "hairpin_mode"),
    *("bpdu_guard", "root_block", "neigh_suppress", "proxyarp", "multicast_to_unicast", "path_cost", "priority"),
)
"""Of a port, by the names of their files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """As the kernel runs it. `delay` is in seconds: a new port forwards after twice as long where `stp` is on."""

    name: str
    stp: bool
    delay: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A device on a bridge, with what its port is set to and the MACs that are fixed to it.

    `index` is the kernel's number of the device, which no other gets that is called so later; 0 where nobody has asked.
    """

    device: str
    index: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    macs: tuple[str, ...] = ()


def bridge(name: str) -> Bridge | None:
    """None where there is no such bridge now."""
    try:
        stp, delay = ((_DEVICES / name / "bridge" / key).read_text() for key in ("stp_state", "forward_delay"))
    except OSError:
        return None
    return Bridge(name=name, stp=int(stp) != 0, delay=int(delay) / _TICKS)


def master(device: str) -> str | None:
    """The bridge that `device` is on; None where it is on none. Raises UnavailableError where there is no device."""
    place = _DEVICES / device
    if not place.exists():
        raise UnavailableError(f"there is no device {device}")
    found = place / "master"
    return found.resolve().name if found.exists() else None


def exists(device: str) -> bool:
    """Whether this host has a device of that name."""
    return (_DEVICES / device).exists()


def is_stray(port: Port) -> bool:
    """Whether its device is there still, and on no bridge."""
    try:
        return port.index in {0, _index(port.device)} and master(port.device) is None
    except UnavailableError:  # it went away between the two
        return False


def ports(name: str) -> tuple[Port, ...]:
    """What is on the bridge now, by name; nothing where there is no such bridge."""
    place = _DEVICES / name / "brif"
    fixed = _fixed(name) if place.exists() else {}
    devices = sorted(path.name for path in place.iterdir()) if place.exists() else []
    return tuple(
        Port(device=each, index=_index(each), settings=_settings(each), macs=fixed.get(each, ())) for each in devices
    )


def attach(port: Port, name: str) -> tuple[str, ...]:
    """Put it on the bridge, set as it was. Returns the commands that would do what has failed.

    Raises UnavailableError where it is not on the bridge.
    """
    run("ip", "link", "set", "dev", port.device, "master", name)
    new, place, failed = _settings(port.device), _DEVICES / port.device / "brport", []
    for key, value in port.settings.items():
        if new.get(key) != value:
            with suppress(OSError):  # which is seen below
                (place / key).write_text(value)
    now = _settings(port.device)
    failed += [f"echo {value} >{place / key}" for key, value in port.settings.items() if now.get(key) != value]
    for mac in port.macs:
        command = ("bridge", "fdb", "replace", mac, "dev", port.device, "master", "static")
        try:
            run(*command)
        except UnavailableError:
            failed.append(" ".join(command))
    return tuple(failed)


def detach(device: str) -> None:
    """Take it off its bridge. Raises UnavailableError."""
    run("ip", "link", "set", "dev", device, "nomaster")


def remove(name: str) -> None:
    """Take away a bridge that is there. Raises UnavailableError."""
    run("ip", "link", "delete", "dev", name, "type", "bridge")


def _index(device: str) -> int:
    """-1 where there is no such device."""
    try:
        return int((_DEVICES / device / "ifindex").read_text())
    except OSError:
        return -1


def _settings(device: str) -> dict[str, str]:
    found = {}
    for key in _SETTINGS:
        with suppress(OSError):
            found[key] = (_DEVICES / device / "brport" / key).read_text().strip()
    return found


def _fixed(name: str) -> dict[str, tuple[str, ...]]:
    """The MACs that somebody has put behind each device by hand."""
    found: dict[str, list[str]] = {}
    entries: list[dict[str, Any]] = json.loads(run("bridge", "-json", "fdb", "show", "br", name) or "[]")  # Any: JSON
    for each in entries:
        if each.get("state") == "static" and "master" in each:
            found.setdefault(each["ifname"], []).append(each["mac"])
    return {device: tuple(dict.fromkeys(macs)) for device, macs in found.items()}


def run(*command: str) -> str:
    """A program of iproute2: what it prints. Raises UnavailableError."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise UnavailableError(f"the program {command[0]} is not here", remedy="install iproute2") from error
    if done.returncode:
        message = f"{' '.join(command)}: {' '.join(done.stderr.split())}"
        raise UnavailableError(message, remedy="this needs root, or CAP_NET_ADMIN")
    return done.stdout
