"""A boot through QEMU's own network: its DHCP and TFTP servers, and netipl's plan as files in a directory.

For hosts where no network namespace may be made. QEMU's servers know no options 209 and 210 and no plain BOOTP reply.
"""

from ipaddress import IPv4Address
from pathlib import Path

from netipl import content
from netipl.cli.stage import Cast, Performance, Watch, run
from netipl.cli.terminal import Terminal
from netipl.errors import UsageError
from netipl.guests.guest import BootMethod
from netipl.machines.attachment import UserNetwork
from netipl.provisioning.plan import Subject, plan
from netipl.provisioning.timeline import Observation
from netipl.store import files

_GUEST = IPv4Address("10.0.2.15")
"""What QEMU's DHCP server gives to the first guest."""

_IMPOSSIBLE = (BootMethod.OPTIONS, BootMethod.BOOTP, BootMethod.PROBE_EMPTY)


async def perform(
    cast: Cast,
    program: Path,
    directory: Path,
    watch: Watch,
    *,
    limit: float | None = None,
    terminal: Terminal | None = None,
) -> Performance:
    """Run `cast` with its plan written beneath `directory`. Raises UsageError for a method that QEMU does not know."""
    if cast.method in _IMPOSSIBLE:
        others = ", ".join(method for method in BootMethod if method not in _IMPOSSIBLE)
        raise UsageError(f"QEMU's own network cannot boot by {cast.method}", remedy=f"use one of {others}")
    subject = Subject(name=cast.name, mac=cast.mac, uuid=cast.uuid, address=_GUEST, images=files.images(cast.files))
    made = plan(cast.method, subject)
    for name, served in made.tree.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(content.read(served))
    network = UserNetwork(tftp=directory, boot_file=made.fields.file.decode())
    performance = Performance()

    def noted(observation: Observation) -> None:
        performance.note(observation)
        watch(observation)

    await run(program, cast, network, noted, performance, limit=limit, terminal=terminal)
    return performance
