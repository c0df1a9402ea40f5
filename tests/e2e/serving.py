"""A bridge in a namespace, `netipl serve` on it, and real guests that are attached by links; root only."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from netipl.console import Lines, SafeText
from netipl.machines.attachment import LinkEnd
from netipl.machines.qemu import Nic, QemuGuest
from netipl.net import Mac
from tests.e2e.commands import LONGEST
from tests.network_namespaces import DEADLINE, Namespace, eventually, namespaces

SERVER = "192.0.2.1"
BRIDGE = "br0"
NETIPL = [sys.executable, "-m", "netipl.cli.main"]
KERNEL_LINE = "Linux version "
_WITHOUT_OFFLOADS = "import sys; from netipl.machines import offload; offload.switch_off(sys.argv[1])"

Keys = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a daemon and its guests are: a namespace, and a directory that everybody may read."""

    namespace: Namespace
    directory: Path

    @property
    def config(self) -> Path:
        return self.directory / "netipl.toml"

    def write(self, text: str) -> None:
        """The settings, in one piece."""
        new = self.config.with_suffix(".new")
        new.write_text(text)
        new.replace(self.config)

    def add_bridge(self) -> None:
        """Up, with our address."""
        add = self.namespace.ip
        add("link", "add", BRIDGE, "address", "02:00:00:00:00:01", "type", "bridge", "forward_delay", "0")
        add("address", "add", f"{SERVER}/24", "dev", BRIDGE)
        add("link", "set", BRIDGE, "up")

    def settings(self, *guests: str, server: str = "", state: str = "state") -> str:
        """For the bridge: each guest is a table without its header, and is called `one`, `two`..."""
        tables = [f"[guests.{name}]\n{keys}\n" for name, keys in zip(("one", "two", "three"), guests, strict=False)]
        return "\n".join(
            [
                f'[server]\nstate_directory = "{state}"\nrun_directory = "{state}/run"\n{server}',
                f'[networks.lab]\ninterface = "{BRIDGE}"\nsubnet = "192.0.2.0/24"\nserver = "{SERVER}"',
                '[default]\nkernel = "kernel"\ninitrd = "small"\nappend = "console=ttysclp0"\nmethod = "config"',
                *tables,
            ]
        )


@contextmanager
def place(directory: Path) -> Iterator[Place]:
    """With the bridge up; all of it ends on leaving."""
    with namespaces("e2e") as (namespace,):
        made = Place(namespace, directory)
        made.add_bridge()
        yield made


@dataclass(frozen=True, slots=True)
class Serve:
    """A running `netipl serve`, and all that daemons in this place have said."""

    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:  # Any: JSON
        return [json.loads(line) for line in self.log.read_text().split("\n")[:-1] if line.startswith("{")]

    def said(self, words: str) -> list[dict[str, Any]]:  # Any: JSON
        """The lines of the log whose event contains `words`."""
        return [line for line in self.lines() if words in line["event"]]

    def wait_for(self, words: str, times: int = 1) -> None:
        """Until there are so many lines with `words`, or the daemon ends."""
        eventually(lambda: len(self.said(words)) >= times or self.process.poll() is not None, words)
        assert len(self.said(words)) >= times, self.log.read_text()

    def wait_for_middle_of(self, file: str, times: int = 1) -> None:
        """Until that many lines tell of the progress of a transfer of `file`."""
        eventually(lambda: self.middles_of(file) >= times, f"{file} is being sent")

    def middles_of(self, file: str) -> int:
        """How often such progress has been told of."""
        return sum(f"/{file}: " in line["event"] and " of " in line["event"] for line in self.lines())

    def workers(self) -> list[int]:
        """The process ids of its TFTP workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [pid for pid in map(int, children) if b"netipl.servers.tftp.worker" in _command_line(pid)]

    def kill(self) -> None:
        """As the kernel does without memory: at once, and without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """By SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)


@contextmanager
def serving(where: Place, *before: str | Path, ready: bool = True) -> Iterator[Serve]:
    """`netipl serve` for the settings of `where`; `before` stands in front of the command."""
    log = where.directory / "serve.log"
    command: tuple[str | Path, ...] = (*before, *NETIPL, "serve", "--config", where.config, "--verbose", "--json")
    earlier = log.read_text().count('"serving"') if log.exists() else 0
    with log.open("ab") as output, where.namespace.running(*command, output=output) as process:
        daemon = Serve(process, log)
        if ready:
            daemon.wait_for("serving", earlier + 1)
            eventually(daemon.workers, "its workers run")
        yield daemon


@dataclass(slots=True)
class Guest:
    """A machine plugged in by a link, off until it is started, and what its console has said since."""

    where: Place
    name: str
    machine: QemuGuest
    start_line: str = KERNEL_LINE
    devices: tuple[str, ...] = ()
    """Further arguments of QEMU."""
    process: subprocess.Popen[bytes] | None = None
    output: IO[bytes] | None = None

    @property
    def console(self) -> list[str]:
        """The lines since it was started last."""
        lines = Lines()
        ended = lines.feed(SafeText().feed(self._record.read_bytes()))
        return [*ended, lines.current]

    def story(self) -> str:
        """What it and the daemon said, for whoever looks into a failure."""
        return "\n".join([*self.console, (self.where.directory / "serve.log").read_text()])

    @property
    def _record(self) -> Path:
        return self.where.directory / f"{self.name}.console"

    def start(self) -> None:
        self.output = self._record.open("wb")
        self.process = subprocess.Popen(
            self.where.namespace.command(*self.machine.command_line(), *self.devices),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
        )

    def destroy(self) -> None:
        """Pull its plug."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        if self.output is not None:
            self.output.close()

    def says(self, words: str) -> bool:
        """Whether its console says `words`; False if it ends before."""
        process = self.process
        assert process is not None, "it is started first"
        eventually(lambda: self._said(words) or process.poll() is not None, words, within=LONGEST)
        return self._said(words)

    def _said(self, words: str) -> bool:
        return any(words in line for line in self.console)

    def boots(self) -> bool:
        """Whether its kernel starts; then it is destroyed. False if the guest gives up before."""
        process = self.process
        assert process is not None, "it is started first"
        eventually(
            lambda: self._has_started or process.poll() is not None, "its kernel starts, or it gives up", within=LONGEST
        )
        self.destroy()
        return self._has_started

    @property
    def _has_started(self) -> bool:
        return any(self.start_line in line for line in self.console)


@contextmanager
def guest(where: Place, number: int = 1, *, link: tuple[str, ...] = ()) -> Iterator[Guest]:
    """Guest `number` of the tests, whose MAC `mac(number)` and UUID end in it; `link` are options of its link."""
    port, name = f"p{number}", f"guest{number}"
    namespace, socket = where.namespace, where.directory / f"{name}.socket"
    namespace.ip("link", "add", port, "type", "veth", "peer", "name", f"{port}f")
    namespace.ip("link", "set", port, "master", BRIDGE)
    for end in (port, f"{port}f"):
        namespace.run(sys.executable, "-c", _WITHOUT_OFFLOADS, end)
        namespace.ip("link", "set", end, "up")
    command: tuple[str | Path, ...] = (
        *(sys.executable, "-m", "netipl.machines.link", "--interface", f"{port}f", "--socket", socket),
        *link,
    )
    machine = QemuGuest(
        name=name,
        nics=(Nic(mac=Mac.parse(mac(number)), attachment=LinkEnd(path=socket)),),
        uuid=UUID(int=number),
    )
    with ExitStack() as stack:
        stack.callback(namespace.ip, "link", "delete", port)
        stack.enter_context(namespace.running(*command))
        eventually(socket.is_socket, "the link listens")
        made = Guest(where, name, machine)
        stack.callback(made.destroy)
        stack.callback(socket.unlink)
        yield made


def mac(number: int) -> str:
    """Of a guest of the tests."""
    return f"52:54:00:13:92:{number:02x}"


def keys(number: int, *more: str) -> str:
    """Its table in the settings; the address ends in 10 and more."""
    return "\n".join([f'mac = "{mac(number)}"', f'address = "192.0.2.{9 + number}"', *more])


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended in the meantime
        return b""
