"""What a network has while it runs and loses in a restart, in a file until all is back.

So whoever comes after a command that was killed knows what has lost its bridge, and that the network was not stopped by
a person. The file goes with the next start of the host, as the devices do.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from netipl.errors import UnavailableError
from netipl.integrations.bridges.additions import Additions
from netipl.integrations.bridges.bridges import Port

_DIRECTORY: Final = Path("/run/netipl-networks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`added` is what somebody has given the bridge, `names` are `<host>`s of the DNS, as text."""

    ports: tuple[Port, ...] = ()
    added: Additions = field(default_factory=Additions)
    names: tuple[str, ...] = ()


def write(network: UUID, kept: Kept) -> None:
    """Whoever is not root has none to put back. Raises UnavailableError."""
    file = _file(network)
    part = file.with_suffix(".part")
    try:
        _DIRECTORY.mkdir(mode=0o755, exist_ok=True)
        part.write_text(json.dumps(asdict(kept)))
        part.replace(file)
    except OSError as error:
        if os.geteuid() == 0:
            raise UnavailableError(f"{file} cannot be written: {error.strerror}", remedy="see `df /run`") from error


def read(network: UUID) -> Kept | None:
    """None where no restart was interrupted."""
    try:
        found = json.loads(_file(network).read_text())
    except (FileNotFoundError, PermissionError):
        return None
    added: dict[str, Any] = found["added"]  # Any: JSON
    for key in ("addresses", "routes"):
        added[key] = tuple(added.get(key, ()))
    return Kept(
        ports=tuple(Port(**{**each, "macs": tuple(each["macs"])}) for each in found["ports"]),
        added=Additions(**added),
        names=tuple(found["names"]),
    )


def forget(network: UUID) -> None:
    """All are back."""
    with suppress(PermissionError):  # nor has it been written
        _file(network).unlink(missing_ok=True)


def _file(network: UUID) -> Path:
    return _DIRECTORY / f"{network}.json"
