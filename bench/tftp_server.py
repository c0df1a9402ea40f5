"""The TFTP service alone, for measurements: `tftp_server.py DIRECTORY ADDRESS PORT WORKERS RUN_DIRECTORY`."""

import asyncio
import sys
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

from netipl import content
from netipl.errors import NetiplError
from netipl.protocols.tftp.resolution import Denied, Missing, Resolution, checked
from netipl.provisioning.timeline import Observation
from netipl.servers.tftp.desk import Limits
from netipl.servers.tftp.service import TftpService


async def main() -> None:
    """Serves until it is ended."""
    root, address, port, workers, run_directory = sys.argv[1:]

    def resolve(name: bytes, _peer: IPv4Address, _port: int, _local: IPv4Address) -> Resolution:
        try:
            return content.of_file(Path(root, checked(name)), root=Path(root))
        except FileNotFoundError:
            return Missing()
        except NetiplError as error:
            return Denied(str(error))

    def observe(observations: Iterable[Observation]) -> None:
        for _ in observations:
            pass

    service = TftpService(
        addresses=[IPv4Address(address)],
        port=int(port),
        workers=int(workers),
        run_directory=Path(run_directory),
        resolve=resolve,
        observe=observe,
        limits=Limits(transfers_per_address=4096),
    )
    service.open()
    await service.run()


if __name__ == "__main__":
    asyncio.run(main())
