"""What another DHCP server knew of a network, in a file of the state directory, until the daemon has taken it over.

A file, and not the database: that one belongs to the daemon that runs. It is JSON, with guests as their documents.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

from netipl import content
from netipl.errors import UnavailableError, UsageError
from netipl.guests.document import document, guest
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.taking_over import HandedOver
from netipl.store import writing

_MODE: Final = 0o640


def path(state_directory: Path, network: str) -> Path:
    """Where it is, if there is any."""
    return state_directory / f"handed-over-{network}.json"


def write(state_directory: Path, handed: HandedOver) -> None:
    """In the place of an earlier one; it belongs to whom the directory belongs. Raises UnavailableError."""
    place = path(state_directory, handed.network)
    said = {"guests": [document(each) for each in handed.guests], "leases": [_said(each) for each in handed.leases]}
    writing.replace(content.inline(json.dumps(said).encode()), place, mode=_MODE, progress=lambda _: None)
    owner = state_directory.stat()
    with suppress(PermissionError):  # it is ours already
        os.chown(place, owner.st_uid, owner.st_gid)


def read(state_directory: Path, network: str) -> HandedOver | None:
    """None where there is nothing to take over. Raises UnavailableError."""
    place = path(state_directory, network)
    try:
        said = json.loads(place.read_bytes())
        return HandedOver(
            network=network,
            guests=tuple(guest(each) for each in said["guests"]),
            leases=tuple(_lease(each, network) for each in said["leases"]),
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnavailableError(f"{place}: {error.strerror}", remedy="let the daemon read it") from error
    except (ValueError, KeyError, TypeError, UsageError) as error:
        remedy = f"remove it: only leases of before are lost; {error!r}"
        raise UnavailableError(f"{place} cannot be understood", remedy=remedy) from error


def remove(state_directory: Path, network: str) -> None:
    """Nothing happens where there is none. Raises UnavailableError."""
    place = path(state_directory, network)
    try:
        place.unlink(missing_ok=True)
    except OSError as error:
        raise UnavailableError(f"{place}: {error.strerror}", remedy="remove it") from error


def _said(lease: Lease) -> dict[str, object]:
    return {
        "address": str(lease.address),
        "mac": str(lease.mac),
        "client_id": None if lease.client_id is None else lease.client_id.hex(),
        "expires": lease.expires.timestamp(),
        "hostname": lease.hostname,
    }


def _lease(said: Mapping[str, Any], network: str) -> Lease:  # Any: JSON
    client_id = said["client_id"]
    return Lease(
        network=network,
        address=IPv4Address(said["address"]),
        mac=Mac.parse(said["mac"]),
        client_id=None if client_id is None else bytes.fromhex(client_id),
        expires=datetime.fromtimestamp(said["expires"], UTC),
        hostname=str(said["hostname"]),
    )
