"""A network device of this host, as sysfs shows it. Source: Linux, Documentation/ABI/testing/sysfs-class-net."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl.net import Mac

_DEVICES: Final = Path("/sys/class/net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`has_carrier` is false for a bridge without a single port that is up: nothing can be sent there."""

    name: str
    mac: Mac | None
    has_carrier: bool
    is_bridge: bool


def device(name: str) -> Device | None:
    """None where there is none."""
    place = _DEVICES / name
    if not name or not place.exists():
        return None
    address = (place / "address").read_text().strip()
    return Device(
        name=name,
        mac=Mac.parse(address) if len(address) == 17 else None,
        has_carrier=_carrier(place),
        is_bridge=(place / "bridge").is_dir(),
    )


def _carrier(place: Path) -> bool:
    """A device that is down has none, and no file that can be read."""
    try:
        return (place / "carrier").read_text().strip() == "1"
    except OSError:
        return False
