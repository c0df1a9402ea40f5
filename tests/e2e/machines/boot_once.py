"""Boots one real guest in a namespace and tells what happened: `python -m tests.e2e.machines.boot_once PORT FILES`.

PORT is tap or link. dnsmasq serves the directory FILES, so that the machines are proven apart from our own servers.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Interface
from pathlib import Path
from uuid import UUID

from netipl.console import Lines, SafeText
from netipl.machines import namespace, qemu, segment
from netipl.machines.qemu import Nic, QemuGuest
from netipl.machines.segment import PortKind
from netipl.net import Mac

ADDRESS = IPv4Interface("192.0.2.1/24")
CALLBACK_PORT = 8099
MAC = Mac.parse("52:54:00:13:33:0a")
PATIENCE = 240.0


@asynccontextmanager
async def dnsmasq(files: Path, directory: Path) -> AsyncIterator[None]:
    """DHCP and TFTP, from a program of somebody else's."""
    process = await asyncio.create_subprocess_exec(
        os.environ.get("DNSMASQ", "dnsmasq"),
        *("--no-daemon", "--conf-file=/dev/null", "--port=0", "--user=root", "--no-ping", "--log-facility=/dev/null"),
        *("--interface=netipl0", "--bind-interfaces", f"--dhcp-leasefile={directory}/leases"),
        *("--dhcp-range=192.0.2.50,192.0.2.60", "--dhcp-boot=/", "--enable-tftp", f"--tftp-root={files}"),
        *(f"--pid-file={directory}/pid",),
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def boot(kind: PortKind, files: Path, directory: Path) -> dict[str, object]:
    """One boot from QEMU's start to its end."""
    called: list[str] = []
    made = segment.create(ADDRESS)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append((await reader.readline()).decode().strip())
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, str(ADDRESS.ip), CALLBACK_PORT)
    lines, safe, shown = Lines(), SafeText(), list[str]()
    async with server, dnsmasq(files, directory), made.plug("guest", kind) as attachment:
        program = qemu.find()
        guest = QemuGuest(name="guest", nics=(Nic(mac=MAC, attachment=attachment),), uuid=UUID(int=1))
        qemu.require(await qemu.version(program), guest)
        async with qemu.running(guest.command_line(program), guest.descriptors) as machine, asyncio.timeout(PATIENCE):
            async for piece in machine.console():
                shown += lines.feed(safe.feed(piece))
            status = await machine.wait()
            return {
                "status": status,
                "called": called,
                "lines": shown,
                "complaints": await machine.complaints(),
                "leases": (directory / "leases").read_text().split(),
            }


def main() -> None:
    """Enter a namespace and boot there."""
    namespace.enter()
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as directory:
        found = asyncio.run(boot(PortKind(sys.argv[1]), Path(sys.argv[2]), Path(directory)))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
