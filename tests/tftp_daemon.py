"""The TFTP service in a process of its own: `tftp_daemon.py SETTINGS`, a JSON object.

It serves the files beneath `root`; `NAME.part` beside a name means that it is arriving; `combined` is made of parts.
It prints `ready` with its port and every observation as JSON; a line `drop ADDRESS` on its input drops transfers.
"""

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

from netipl import content
from netipl.content import Content, FileRange, Inline, Zeros
from netipl.errors import ContentError, NetiplError
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution, checked
from netipl.provisioning.timeline import Observation
from netipl.servers.tftp.desk import Limits
from netipl.servers.tftp.service import TftpService


class Daemon:
    """One service and the directory behind it."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._root = Path(settings["root"])
        self.service = TftpService(
            addresses=[IPv4Address(address) for address in settings["addresses"].split()],
            port=int(settings["port"]),
            workers=int(settings["workers"]),
            run_directory=Path(settings["run_directory"]),
            resolve=self._resolve,
            observe=self._observe,
            limits=Limits(
                arriving=timedelta(seconds=float(settings["arriving"])),
                transfers_per_address=int(settings["transfers_per_address"]),
            ),
        )

    async def run(self) -> None:
        """Serves until killed."""
        self.service.open()
        say({"event": "ready", "port": self.service.port})
        asyncio.get_running_loop().add_reader(sys.stdin, self._read)
        await self.service.run()

    def _resolve(self, name: bytes, _peer: IPv4Address, _port: int, _local: IPv4Address) -> Resolution:
        try:
            path = self._root / checked(name)
        except NetiplError as error:
            return Denied(str(error))
        if path.with_name(path.name + ".part").exists():
            return Arriving()
        if path.name == "combined":
            return self._combined()
        if not path.is_file():
            return Missing()
        try:
            return content.of_file(path, root=self._root)
        except ContentError as error:
            return Denied(str(error))

    def _combined(self) -> Content:
        kernel, initrd = self._root / "kernel", self._root / "initrd"
        return Content(
            (
                Inline(data=b"head"),
                FileRange(path=kernel, offset=5, length=kernel.stat().st_size - 5),
                Zeros(length=10_001),
                Inline(data=b""),
                FileRange(path=initrd, length=initrd.stat().st_size),
                Inline(data=b"tail"),
            )
        )

    def _observe(self, observations: Iterable[Observation]) -> None:
        for observation in observations:
            say({"event": observation.seen, "address": str(observation.address), **observation.detail})

    def _read(self) -> None:
        command, _, address = sys.stdin.readline().strip().partition(" ")
        if command == "drop":
            self.service.drop(IPv4Address(address))
            say({"event": "dropped"})


def say(event: dict[str, object]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Exits with the error's own status."""
    try:
        asyncio.run(Daemon(json.loads(sys.argv[1])).run())
    except NetiplError as error:
        say({"event": "error", "error": str(error), "remedy": error.remedy})
        raise SystemExit(error.exit_status) from None


if __name__ == "__main__":
    main()
