"""The servers that a guest is booted from, each as a process of its own, with the same files and the same boot file.

netipl and dnsmasq serve DHCP and TFTP; tftpd-hpa and atftpd serve TFTP beside a dnsmasq that does DHCP alone. All have
their defaults, but dnsmasq does not ping addresses before it offers them: that would cost every boot 8 seconds.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import IPv4Interface
from pathlib import Path

from tests import peers

ADDRESS = IPv4Interface("192.0.2.1/24")
GUEST = "192.0.2.50"
MAC = "52:54:00:13:92:01"
BOOT_FILE, KERNEL, INITRD = "boot.cfg", "kernel", "initrd"
APPEND = "console=ttysclp0"
CONFIGURATION = f"# pxelinux\ndefault linux\nlabel linux\nkernel {KERNEL}\ninitrd {INITRD}\nappend {APPEND}\n"

_PATIENCE = 30.0
_IN_A_ROW = 16
_PAUSE = 0.02


Program = tuple[tuple[str | Path, ...], Mapping[str, str]]
"""A command line and its environment."""


def netipl(files: Path, interface: str, directory: Path) -> tuple[Program, ...]:
    settings = directory / "netipl.toml"
    settings.write_text(
        f"""\
[server]
state_directory = "{directory}"
run_directory = "{directory}/run"
[http]
enabled = false
[networks.bench]
interface = "{interface}"
subnet = "{ADDRESS.network}"
server = "{ADDRESS.ip}"
[guests.guest]
mac = "{MAC}"
address = "{GUEST}"
method = "config"
kernel = "{files / KERNEL}"
initrd = "{files / INITRD}"
append = "{APPEND}"
"""
    )
    return (((Path(sys.executable).with_name("netipl"), "serve", "--config", settings), os.environ),)


def dnsmasq(files: Path, interface: str, directory: Path) -> tuple[Program, ...]:
    return (_dnsmasq(interface, directory, "--enable-tftp", f"--tftp-root={files}"),)


def tftpd_hpa(files: Path, interface: str, directory: Path) -> tuple[Program, ...]:
    command: tuple[str | Path, ...] = (
        peers.program("tftpd-hpa", "in.tftpd"),
        "-L",
        "-u",
        "root",
        "-a",
        f"{ADDRESS.ip}:69",
        "-s",
        files,
    )
    return (_dnsmasq(interface, directory), (command, peers.environment("tftpd-hpa")))


def atftpd(files: Path, interface: str, directory: Path) -> tuple[Program, ...]:
    command: tuple[str | Path, ...] = (
        *(peers.program("atftpd", "atftpd"), "--daemon", "--no-fork", "--user", "root", "--group", "root"),
        *("--bind-address", str(ADDRESS.ip), "--logfile", "/dev/null", files),
    )
    return (_dnsmasq(interface, directory), (command, peers.environment("atftpd")))


def _dnsmasq(interface: str, directory: Path, *arguments: str) -> Program:
    command: tuple[str | Path, ...] = (
        *(peers.program("dnsmasq-base", "dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--port=0"),
        *("--user=root", f"--interface={interface}", "--bind-interfaces", f"--pid-file={directory}/pid"),
        *("--no-ping", "--log-facility=/dev/null", f"--dhcp-leasefile={directory}/leases"),
        *(f"--dhcp-range={ADDRESS.ip},static,{ADDRESS.netmask}", f"--dhcp-host={MAC},{GUEST}"),
        *(f"--dhcp-boot={BOOT_FILE}", *arguments),
    )
    return command, peers.environment("dnsmasq-base")


SERVERS: Mapping[str, Callable[[Path, str, Path], tuple[Program, ...]]] = {
    "netipl": netipl,
    "dnsmasq": dnsmasq,
    "tftpd-hpa": tftpd_hpa,
    "atftpd": atftpd,
}
"""By name: the programs that serve the directory of files on the interface, with a directory for what they write."""


@asynccontextmanager
async def serving(name: str, files: Path, interface: str, directory: Path) -> AsyncIterator[Path]:
    """The server runs and answers; given is the log of what it prints."""
    log = directory / "log"
    async with AsyncExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        for command, environment in SERVERS[name](files, interface, directory):
            process = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=output, stderr=output, stdin=asyncio.subprocess.DEVNULL
            )
            stack.push_async_callback(_end, process)
        try:
            async with asyncio.timeout(_PATIENCE):
                await _wait_for_dhcp()
                await _wait_for_tftp()
        except TimeoutError as error:
            raise RuntimeError(f"{name} does not answer: {log.read_text()}") from error
        yield log


async def _wait_for_dhcp() -> None:
    """Until this network namespace has a UDP socket on port 67."""
    sockets = Path("/proc/self/net/udp")
    while ":0043 " not in sockets.read_text():  # noqa: ASYNC110, ASYNC240 - the kernel tells nobody; it is no disk
        await asyncio.sleep(_PAUSE)


async def _wait_for_tftp() -> None:
    """Until requests are answered in a row, from as many ports: netipl has several workers, which start one by one."""
    loop, answered = asyncio.get_running_loop(), 0
    while answered < _IN_A_ROW:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0)
            await loop.sock_sendto(client, b"\0\1none\0octet\0", (str(ADDRESS.ip), 69))
            try:
                async with asyncio.timeout(0.2):
                    await loop.sock_recvfrom(client, 1024)
                answered += 1
            except TimeoutError:
                answered = 0


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()
