"""Which programs hold a UDP or TCP port of this host, on which address and interface, by `ss` of iproute2.

Whose a socket is, is known of the caller's own programs, and to root of all. Source: ss(8), of whose text only the
address and what is in `users:` and `uid:` is read.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

_COMMAND: Final = ["ss", "--no-header", "--udp", "--tcp", "--listening", "--numeric", "--processes", "--extended"]
_LOCAL: Final = re.compile(r"(?P<address>\*|\[[^]]*]|[0-9.]+)(?:%(?P<interface>[^:]+))?:(?P<port>\d+)")
_USER: Final = re.compile(r'\(\("(?P<name>.*?)",pid=(?P<pid>\d+),')
_UID: Final = re.compile(r"\buid:(\d+)")
_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A process: its number, its name, and what it was started with."""

    pid: int
    name: str
    command: tuple[str, ...] = ()

    @property
    def is_netipl(self) -> bool:
        """The daemon, or one of its workers."""
        return any(Path(each).name == "netipl" or each.startswith("netipl.") for each in self.command)

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A socket that waits for anybody. `address` and `interface` are None where it takes what comes to any.

    `program` is None where it is another user's.
    """

    protocol: str
    port: int
    address: IPv4Address | IPv6Address | None
    interface: str | None
    uid: int
    program: Program | None

    def takes(self, interface: str, address: IPv4Address | None) -> bool:
        """Whether it gets what comes in by `interface` for that address, or by broadcast."""
        return self.interface in (None, interface) and self.address in (None, address)

    def __str__(self) -> str:
        where = f"{self.address or '*'}{f'%{self.interface}' if self.interface else ''}"
        return f"{self.program or f'a program of user {self.uid}'} on {self.protocol} {where}:{self.port}"


def listeners(ports: Iterable[int]) -> tuple[Listener, ...]:
    """Who holds one of these ports. Raises UnavailableError."""
    condition = " or ".join(f"sport = :{port}" for port in ports)
    try:
        done = subprocess.run([*_COMMAND, condition], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise UnavailableError("the program ss is not here", remedy="install iproute2") from error
    if done.returncode:
        raise UnavailableError(f"ss: {done.stderr.strip()}")
    return tuple(_listeners(done.stdout))


def _listeners(text: str) -> Iterator[Listener]:
    """Of IPv6 sockets that take IPv4 too, ss writes the address as `*`."""
    for line in text.splitlines():
        protocol, _, _, _, local, *_ = line.split()
        found = _LOCAL.fullmatch(local)
        if found is None:
            continue
        address = None if found["address"] == "*" else ip_address(found["address"].strip("[]"))
        uid, user = _UID.search(line), _USER.search(line)
        yield Listener(
            protocol=protocol,
            port=int(found["port"]),
            address=None if address is None or address.is_unspecified else address,
            interface=found["interface"],
            uid=int(uid[1]) if uid else 0,
            program=_program(int(user["pid"]), user["name"]) if user else None,
        )


def _program(pid: int, name: str) -> Program:
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        command = b""
    return Program(
        pid=pid, name=name, command=tuple(each.decode(errors="replace") for each in command.split(b"\0") if each)
    )
