"""Boots the real s390-ccw firmware against a script: QEMU's network is a pair of sockets, and the test is the net.

No root and no tap is needed. The kernel that is started is a few bytes that stop the guest, upon which QEMU ends.
`-netdev socket,fd=` takes one frame for each datagram in every QEMU that the tests know; `dgram` came with 7.2 only.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from netipl.errors import WireError
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.machines.simulated import frames
from netipl.net import Mac
from netipl.protocols.udp4 import Datagram
from tests.scripted_network import Record, Script, Server, ToGuest, Unreachable, Way

SERVER_MAC: Final = Mac.parse("52:54:00:00:00:02")
_ENTRY: Final = 0x10000
_PSW: Final = 0x200
KERNEL_END: Final = 0xDEAD
"""Where the kernel of `fake_kernel` stops."""
_PATIENCE: Final = 120.0


@dataclass(frozen=True)
class Qemu:
    """One QEMU. `root` is a directory to chroot to, for a QEMU of another distribution."""

    version: Version
    program: str
    root: Path | None = None

    def command(self, arguments: Sequence[str]) -> list[str]:
        return (["chroot", str(self.root)] if self.root else []) + [self.program, *arguments]

    def __str__(self) -> str:
        return f"qemu-{self.version}"


def qemus() -> list[Qemu]:
    """Every QEMU at hand: the installed one, and those in the roots that NETIPL_QEMU_ROOTS names (colons between)."""
    found = []
    for root in (None, *(Path(name) for name in os.environ.get("NETIPL_QEMU_ROOTS", "").split(":") if name)):
        program = "qemu-system-s390x" if root else shutil.which("qemu-system-s390x")
        if program:
            prefix = ["chroot", str(root)] if root else []
            said = subprocess.run([*prefix, program, "--version"], capture_output=True, text=True, check=True).stdout
            version = Version.parse(said)
            assert version is not None, said
            found.append(Qemu(version, program, root))
    return found


def fake_kernel(size: int = _ENTRY + 0x10, *, by_psw: bool = False) -> bytes:
    """A raw image of `size` bytes that stops the guest at once. It is entered as Linux is, or by the PSW at 0 alone."""
    image = bytearray(size)
    image[_PSW : _PSW + 16] = struct.pack("!QQ", 0x0002_0001_8000_0000, KERNEL_END)  # disabled wait, 64 bit
    image[_ENTRY : _ENTRY + 4] = b"\xb2\xb2" + struct.pack("!H", _PSW)  # LPSWE 0x200
    if by_psw:
        image[:8] = struct.pack("!Q", 0x0008_0000_8000_0000 | _ENTRY)
    else:
        image[_ENTRY + 8 : _ENTRY + 16] = b"S390EP\0\0"
    return bytes(image)


def boot(
    qemu: Qemu,
    machine: Machine,
    script: Script,
    directory: Path,
    *,
    until: float = _PATIENCE,
    devices: Sequence[str] = (),
    over: Callable[[], bool] = lambda: False,
) -> Record:
    """One boot, to the end of QEMU, for `until` seconds, or until `over`, which is asked again and again.

    `devices` are further arguments of QEMU. What the guest prints stands in `directory / "console"` at once.
    """
    return _Boot(qemu, machine, script, directory, until, devices, over).run()


class _Boot:
    def __init__(
        self,
        qemu: Qemu,
        machine: Machine,
        script: Script,
        directory: Path,
        until: float,
        devices: Sequence[str],
        over: Callable[[], bool],
    ) -> None:
        self._qemu = qemu
        self._machine = machine
        self._server = Server(script)
        self._way = Way(script)
        self._script = script
        self._until = until
        self._devices = devices
        self._over = over
        self._directory = directory
        self._neighbours: set[IPv4Address] = set()
        self._stillness = 0.0
        self._unanswered: float | None = None

    def run(self) -> Record:
        net, its_net = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        monitor, its_monitor = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        console = self._directory / "console"
        with net, its_net, monitor, its_monitor, console.open("wb") as output:
            net.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            monitor.sendall(b'{"execute": "qmp_capabilities"}')
            with subprocess.Popen(
                self._command(its_net.fileno(), its_monitor.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(its_net.fileno(), its_monitor.fileno()),
            ) as process:
                its_monitor.close()  # but not its net: to send to a socket that nobody has drops what it sent itself
                try:
                    seconds = self._serve(net, process)
                finally:
                    process.kill()
            stopped = _stopped(monitor)
        return Record(
            console=console.read_bytes(),
            from_guest=self._way.from_guest,
            from_server=self._way.from_server,
            transactions=self._way.transactions,
            neighbours=self._neighbours,
            stopped=stopped,
            seconds=seconds,
            stillness=self._stillness,
        )

    def _command(self, net: int, monitor: int) -> list[str]:
        machine = self._machine
        uuid = ["-uuid", str(machine.uuid)] if machine.uuid else []
        name = "s390-ccw-virtio" + (f",loadparm={machine.loadparm}" if machine.loadparm else "")
        return self._qemu.command(
            [
                *("-M", name, "-m", str(machine.memory >> 20), "-smp", "1", "-nographic", "-nodefaults"),
                *("-chardev", f"socket,id=m0,fd={monitor}", "-qmp", "chardev:m0"),
                *("-serial", "stdio", *uuid, "-netdev", f"socket,id=n0,fd={net}"),
                *("-device", f"virtio-net-ccw,netdev=n0,bootindex=1,mac={machine.mac}", *self._devices),
            ]
        )

    def _serve(self, net: socket.socket, process: "subprocess.Popen[bytes]") -> float:
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < self._until and not self._over():
            deadline = self._server.deadline
            wait = 0.2 if deadline is None else min(0.2, deadline - time.monotonic())
            net.settimeout(max(wait, 0.001))
            slept = time.monotonic()
            try:
                frame = net.recv(2048)
            except TimeoutError:
                self._stood_still(since=slept + wait)
                if deadline is not None and time.monotonic() >= deadline:
                    self._answer(net, self._server.expired(time.monotonic()))
                continue
            self._frame(net, frame)
        self._last_frames(net)
        return time.monotonic() - begun

    def _stood_still(self, since: float) -> None:
        self._stillness = max(self._stillness, time.monotonic() - since)

    def _last_frames(self, net: socket.socket) -> None:
        """What the guest sent just before it ended."""
        net.settimeout(0.01)
        with suppress(OSError):
            while True:
                self._frame(net, net.recv(2048))

    def _frame(self, net: socket.socket, frame: bytes) -> None:
        try:
            content = frames.decode(frame)
        except WireError:
            return
        if isinstance(content, frames.Arp):
            if not content.is_reply and content.target_address != content.sender_address:
                self._neighbours.add(content.target_address)
                reply = frames.Arp(
                    is_reply=True,
                    sender=SERVER_MAC,
                    sender_address=content.target_address,
                    target=content.sender,
                    target_address=content.sender_address,
                )
                self._send(net, frames.encode(reply, source=SERVER_MAC, destination=content.sender))
        elif isinstance(content, Datagram):
            if self._unanswered is not None:
                self._stood_still(since=self._unanswered)
                self._unanswered = None
            for copy in self._way.to_server(content):
                assert isinstance(copy, Datagram)
                self._answer(net, self._server.receive(copy, time.monotonic()))

    def _answer(self, net: socket.socket, answers: list[ToGuest]) -> None:
        for answer in answers:
            for copy in self._way.to_guest(answer):
                frame = (
                    _unreachable(self._script, copy, self._machine.mac)
                    if isinstance(copy, Unreachable)
                    else self._udp(copy)
                )
                self._send(net, frame)

    def _send(self, net: socket.socket, frame: bytes) -> None:
        """A guest that has crashed takes nothing more, and one that has ended is not there."""
        net.settimeout(1)
        with suppress(OSError):
            net.send(frame)
            self._unanswered = time.monotonic()

    def _udp(self, datagram: Datagram) -> bytes:
        return frames.encode(datagram, source=SERVER_MAC, destination=self._machine.mac)


def _stopped(monitor: socket.socket) -> int | None:
    """The address in the PSW of the disabled wait, from what QEMU has said until it ended."""
    with monitor.makefile("rb") as said:
        for line in said:
            event = json.loads(line)
            if event.get("event") == "GUEST_PANICKED":
                return int(event["data"]["info"]["psw-addr"])
    return None


def _unreachable(script: Script, sent: Unreachable, to: Mac) -> bytes:
    """An ICMP message that quotes a TFTP request of the guest."""
    quoted = bytes.fromhex("45000042000000004011") + bytes(2) + script.address.packed + script.server.packed
    quoted += struct.pack("!HHHH", 2001, 69, 46, 0)
    body = struct.pack("!BBHI", 3, sent.code, 0, 0) + quoted
    total = 20 + len(body)
    header = struct.pack("!BBHIBBH", 0x45, 0, total, 0, 64, 1, 0) + script.server.packed + script.address.packed
    checksum = 0xFFFF - int.from_bytes(header, "big") % 0xFFFF
    packet = header[:10] + struct.pack("!H", checksum) + header[12:] + body
    return to.octets + SERVER_MAC.octets + b"\x08\x00" + packet
