"""The file in which libvirt keeps the leases of a network's dnsmasq: what dnsmasq knows when it starts is in it.

It may be written while that dnsmasq gives no addresses; then nobody else does. Source: libvirt,
src/network/leaseshelper.c and src/util/virlease.c.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from netipl.errors import UnavailableError, UsageError
from netipl.guests.lease import Lease
from netipl.guests.marks import domain_name

_PLACE: Final = Path("/var/lib/libvirt/dnsmasq")


def path(bridge: str) -> Path:
    """Of the network with that bridge. Raises UnavailableError where this libvirt has another place."""
    if not _PLACE.is_dir():
        raise UnavailableError(f"there is no {_PLACE}")
    return _PLACE / f"{bridge}.status"


def with_leases(text: str, leases: Iterable[Lease]) -> str:
    """What the file says with these, in the place of others of the same address or machine. Raises UnavailableError."""
    try:
        there: list[Mapping[str, Any]] = json.loads(text or "[]")  # Any: JSON
        new = [_entry(each) for each in leases]
        taken = {each[key] for each in new for key in ("ip-address", "mac-address")}
        kept = [each for each in there if not taken & {each.get("ip-address"), _mac_of_ipv4(each)}]
    except (ValueError, TypeError, AttributeError) as error:
        raise UnavailableError(f"libvirt's leases cannot be understood: {error}") from error
    return json.dumps([*kept, *new], indent=2) + "\n"


def _mac_of_ipv4(entry: Mapping[str, Any]) -> str | None:
    """Leases of IPv6 stay, whose machine it may be."""
    return None if ":" in entry.get("ip-address", "") else entry.get("mac-address")


def _entry(lease: Lease) -> dict[str, str | int]:
    entry: dict[str, str | int] = {"ip-address": str(lease.address), "mac-address": str(lease.mac)}
    if name := _name(lease):
        entry["hostname"] = name
    if lease.client_id:
        entry["client-id"] = lease.client_id.hex(":")
    return {**entry, "expiry-time": int(lease.expires.timestamp())}


def _name(lease: Lease) -> str:
    """What a client calls itself proves nothing, and may be anything."""
    try:
        return domain_name(lease.guest or lease.hostname)
    except UsageError:
        return ""
