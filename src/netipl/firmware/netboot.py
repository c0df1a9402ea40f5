"""A whole network boot of the s390-ccw firmware as a client: events in, commands out, no input or output of its own.

The caller delivers datagrams and calls `expired` at `deadline`; it sends, prints and ends as the commands say. ARP is
the caller's business: a server that is not reachable is a datagram that is lost. Times are seconds of any monotonic
clock. Sources: QEMU pc-bios/s390-ccw/main.c, netmain.c, bootmap.c (C), tests/vectors/transcripts (M).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Final
from uuid import UUID

from netipl.firmware import kernel
from netipl.firmware.console import Console, Progress
from netipl.firmware.dhcp_client import BootData, DhcpClient
from netipl.firmware.kernel import Started
from netipl.firmware.limits import MIB, Limits, limits_of
from netipl.firmware.loading import HaltedError, Loader, MenuError, Steps, Wanted
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.tftp_client import CLIENT_PORT, SERVER_PORT, Transfer
from netipl.firmware.versions import Version
from netipl.net import Mac
from netipl.protocols.dhcp4 import codes, message
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.udp4 import Datagram

BROADCAST: Final = IPv4Address("255.255.255.255")
_TIME_TO_LIVE: Final = 255
_DEVICE_FOUND: Final = "Network boot device detected"
_STARTING: Final = "Network boot starting..."
_KERNEL: Final = "Network loading done, starting kernel..."


class Verdict(StrEnum):
    """How a network boot ends."""

    KERNEL = "kernel"
    """The firmware jumped to what it loaded; `Finished.started` says whether that was a kernel."""
    NEXT_DEVICE = "next-device"
    """It failed, and the firmware tries the next boot device (9.2 and later)."""
    HALTED = "halted"
    """It failed, and the guest stops in a disabled wait: QEMU calls that a crash."""
    MENU = "menu"
    """The firmware waits for a person at its menu (10.1 and later)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the firmware knows about its guest. `memory` in bytes; `loadparm` at most 8 characters."""

    mac: Mac
    xid: int
    uuid: UUID | None = None
    version: Version | None = None
    memory: int = 512 * MIB
    loadparm: str = ""
    other_devices: bool = False
    """Whether a boot device comes after this one."""


@dataclass(frozen=True, slots=True)
class Print:
    """Bytes for the console."""

    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file that arrived, with its sum in hexadecimal."""

    name: bytes
    size: int
    sha256: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end. `cause` is the last rule that was broken, if any."""

    verdict: Verdict
    started: Started | None = None
    cause: RuleId | None = None
    files: tuple[Loaded, ...] = ()
    command_line: bytes | None = None
    """Of the configuration's `append`, as the kernel sees it; None where that is not set, or no kernel is started."""


Command = Datagram | Print | Finished
"""A Datagram is to be sent."""


class NetworkBoot:
    """One boot. After `Finished` was returned, `deadline` is None and nothing more happens."""

    def __init__(self, machine: Machine) -> None:
        self.deadline: float | None = None
        self.finished: Finished | None = None
        self._route: tuple[IPv4Address, IPv4Address] | None = None
        self._machine = machine
        self._limits: Limits = limits_of(machine.version)
        self._console = Console()
        self._progress = Progress(self._console)
        self._commands: list[Command] = []
        self._dhcp = DhcpClient(mac=machine.mac, xid=machine.xid, console=self._console, send=self._broadcast)
        self._data: BootData | None = None
        self._address = ANY
        self._server = ANY
        self._loader: Loader | None = None
        self._steps: Steps | None = None
        self._transfer: Transfer | None = None
        self._files: list[Loaded] = []
        self._leased = False

    @property
    def address(self) -> IPv4Address:
        """Our own address, 0.0.0.0 as long as there is none: what ARP is answered for."""
        return self._address if self._data else self._dhcp.address

    def next_hop(self, destination: IPv4Address) -> IPv4Address:
        """Whose MAC is asked for, to reach `destination`: without netmask and router every address is on the link."""
        if self._route is None:
            return destination
        netmask, router = self._route
        ours, its = int(self.address) & int(netmask), int(destination) & int(netmask)
        return destination if ours == its else router

    def start(self, now: float) -> list[Command]:
        """Power on."""
        self._announce()
        if not self._limits.network_boot:
            self._end(Verdict.HALTED)
            return self._taken()
        self._dhcp.start(now)
        self.deadline = self._dhcp.deadline
        return self._taken()

    def start_with(self, data: BootData, now: float) -> list[Command]:
        """As if DHCP had just given `data`, for servers that only speak TFTP."""
        self._announce()
        self._configured(data, now)
        return self._taken()

    def receive(self, datagram: Datagram, now: float) -> list[Command]:
        """A datagram that arrived; those for nobody here are ignored, as the firmware does."""
        if self.finished is not None or not self._is_ours(datagram.destination):
            return []
        ports = (datagram.source_port, datagram.destination_port)
        if datagram.destination_port == CLIENT_PORT and self._transfer is not None:
            self._packet(self._transfer, datagram, now)
        elif ports == (codes.SERVER_PORT, codes.CLIENT_PORT) and self._data is None:
            self._dhcp.receive(datagram.payload, now)
            self._after_dhcp(now)
        return self._taken()

    def unreachable(self, code: int, now: float) -> list[Command]:
        """An ICMP destination unreachable came back for a datagram from port 2001."""
        if self._transfer is None:
            return []
        self._transfer.unreachable(code)
        self._after_packet(self._transfer, now)
        return self._taken()

    def expired(self, now: float) -> list[Command]:
        """`deadline` has passed."""
        if self.finished is not None:
            return []
        if self._transfer is not None:
            self._send(self._transfer.expired(now), self._transfer)
            self._after_packet(self._transfer, now)
        else:
            self._dhcp.expired(now)
            self._after_dhcp(now)
        return self._taken()

    def _is_ours(self, destination: IPv4Address) -> bool:
        return self.address in (ANY, destination) or destination == BROADCAST

    def _announce(self) -> None:
        loadparm = f"LOADPARM=[{self._machine.loadparm.upper():8.8}]\n"
        if self._limits.merged_image:
            self._console.puts(loadparm)
            self._console.puts(_DEVICE_FOUND)
            self._console.puts(_STARTING)
        else:
            self._console.printf(f"{loadparm}{_DEVICE_FOUND}\n\n{_STARTING}\n")
        self._console.printf(f"  Using MAC address: {self._machine.mac}\n")

    def _after_dhcp(self, now: float) -> None:
        self.deadline = self._dhcp.deadline
        if self._dhcp.failed:
            self._no_network(RuleId.NO_ADDRESS, RuleId.DHCP_SILENCE)
        elif self._dhcp.data is not None:
            self._leased = True
            self._configured(self._dhcp.data, now)

    def _configured(self, data: BootData, now: float) -> None:
        self._data = data
        self._address = data.address
        self._route = data.route
        if data.server is None:
            named = self._limits.names_missing_server
            self._no_network(RuleId.NO_TFTP_SERVER if named else RuleId.NO_ADDRESS, RuleId.NO_TFTP_SERVER)
            return
        self._server = data.server
        self._console.printf(f"  Using IPv4 address: {data.address}\n")
        self._console.printf(f"  Using TFTP server: {data.server}\n")
        if data.file:
            self._console.printf(b"  Bootfile name: '" + data.file + b"'\n")
        self._load(data, now)

    def _load(self, data: BootData, now: float) -> None:
        machine = self._machine
        self._loader = Loader(
            data,
            mac=machine.mac,
            uuid=machine.uuid,
            loadparm=machine.loadparm.upper(),
            limits=self._limits,
            end=self._limits.memory(machine.memory),
            console=self._console,
        )
        self._steps = self._loader.files()
        self._advance(None, now)

    def _advance(self, done: Transfer | None, now: float) -> None:
        """Asks for the next file, or ends. The frames that wait are left to the next transfer, as in the ring."""
        if self._steps is None:
            return
        self._transfer = None
        try:
            wanted = next(self._steps) if done is None else self._steps.send(done)
        except StopIteration as stop:
            self._loaded(kernel_ready=bool(stop.value))
        except HaltedError as error:
            self._console.printf(f"ERROR: {error}\n ")
            self._end(Verdict.HALTED)
        except MenuError:
            self._end(Verdict.MENU)
        else:
            self._request(wanted, now)

    def _request(self, wanted: Wanted, now: float) -> None:
        self._transfer = Transfer(
            wanted.name, room=wanted.room, keep=wanted.keep, console=self._console, progress=self._progress
        )
        self._send(self._transfer.start(now), self._transfer)
        self.deadline = self._transfer.deadline

    def _packet(self, transfer: Transfer, datagram: Datagram, now: float) -> None:
        self._send(transfer.receive(datagram.payload, datagram.source_port, now), transfer)
        self._after_packet(transfer, now)

    def _after_packet(self, transfer: Transfer, now: float) -> None:
        if not transfer.finished:
            self.deadline = transfer.deadline
            return
        if transfer.error is None:
            self._files.append(Loaded(name=transfer.name, size=transfer.received, sha256=transfer.sha256))
        self._advance(transfer, now)

    def _loaded(self, *, kernel_ready: bool) -> None:
        self._release()
        if not kernel_ready:
            self._failed(RULES[RuleId.LOAD_FAILED].words)
            return
        if self._limits.merged_image:
            self._console.puts(_KERNEL)
        else:
            self._console.printf(f"{_KERNEL}\n")
        self._console.printf("\n")
        self._end(Verdict.KERNEL)

    def _no_network(self, said: RuleId, cause: RuleId) -> None:
        self._console.puts(RULES[said].words)
        if self._limits.merged_image:
            self._console.puts("Network initialization failed.")
            self._next_device(cause)
        else:
            self._console.printf("Network initialization failed. Halting.\n")
            self._end(Verdict.HALTED, cause)

    def _failed(self, words: str) -> None:
        if self._limits.merged_image:
            self._console.puts(f"{words}.")
            self._next_device(None)
        else:
            self._console.printf(f"{words}\n")
            self._end(Verdict.HALTED)

    def _next_device(self, cause: RuleId | None) -> None:
        self._console.puts("Failed to IPL from this network!")
        if self._machine.other_devices:
            self._end(Verdict.NEXT_DEVICE, cause)
            return
        self._console.printf(f"ERROR: {RULES[RuleId.NO_DEVICE].words}\n ")
        self._end(Verdict.HALTED, cause)

    def _end(self, verdict: Verdict, cause: RuleId | None = None) -> None:
        self.deadline = None
        loader = self._loader
        started = loader if verdict is Verdict.KERNEL else None
        self.finished = Finished(
            verdict=verdict,
            started=kernel.judged(started.memory) if started else None,
            command_line=started.command_line if started else None,
            cause=cause or (loader.failed if loader else None),
            files=tuple(self._files),
        )

    def _release(self) -> None:
        if self._leased:
            server, release = self._dhcp.release()
            self._commands.append(_from_dhcp(release, self._address, server))

    def _broadcast(self, request: Message, source: IPv4Address) -> None:
        self._commands.append(_from_dhcp(request, source, BROADCAST))

    def _send(self, payload: bytes | None, transfer: Transfer) -> None:
        if payload is not None:
            port = SERVER_PORT if transfer.port is None else transfer.port
            self._commands.append(_sent(self._address, CLIENT_PORT, self._server, port, payload))

    def _taken(self) -> list[Command]:
        commands, self._commands = self._commands, []
        text = self._console.take()
        if text:
            commands.insert(0, Print(text))
        if self.finished is not None:
            commands.append(self.finished)
        return commands


def _from_dhcp(request: Message, source: IPv4Address, to: IPv4Address) -> Datagram:
    return _sent(source, codes.CLIENT_PORT, to, codes.SERVER_PORT, message.encode(request))


def _sent(source: IPv4Address, source_port: int, to: IPv4Address, port: int, payload: bytes) -> Datagram:
    return Datagram(
        source=source,
        source_port=source_port,
        destination=to,
        destination_port=port,
        payload=payload,
        time_to_live=_TIME_TO_LIVE,
    )
