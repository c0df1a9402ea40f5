"""A daemon's control plane behind a running API server, and clients of the standard library for it."""

import asyncio
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from time import time
from typing import Any, TypeVar

from netipl.content import inline
from netipl.control.foreman import boot_files
from netipl.control.machines.machine_plane import MachinePlane
from netipl.control.media.media_plane import MediaPlane
from netipl.control.plane import ControlPlane
from netipl.guests.build import Build
from netipl.guests.guest import BootFiles
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.integrations.mirror.client import Patience
from netipl.integrations.mirror.guard import Guard
from netipl.net import AddressRange, Endpoint
from netipl.provisioning.boots import Boot, Boots
from netipl.provisioning.changes import Change, Happened
from netipl.provisioning.history import BootQuery, EventQuery
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.policy import Policy
from netipl.provisioning.timeline import Event
from netipl.provisioning.tokens import Tokens
from netipl.servers.api.listen import Listen
from netipl.servers.api.server import ApiServer, Limits
from netipl.servers.smartproxy.logbook import Logbook
from netipl.servers.web.connection import Timeouts
from netipl.store import templates
from netipl.store.archive import Archive
from netipl.store.journal import Journal
from netipl.store.planner import Offered, Planner
from tests.fake_libvirt import FakeLibvirt
from tests.media_shelf import Shelf
from tests.unit.images.kernels import kernel

DEADLINE = 60
LOOPBACK = IPv4Address("127.0.0.1")
LAB = Network(
    name="lab",
    subnet=IPv4Network("192.0.2.0/24"),
    server=IPv4Address("192.0.2.1"),
    interface="lo",
    pools=(AddressRange.parse("192.0.2.100-192.0.2.199"),),
)
Json = Any  # Any: JSON
Result = TypeVar("Result")


class Store:
    """The store of a daemon on SQLite, unless the test gives it an error to tell."""

    def __init__(self, file: Path) -> None:
        self.error: Exception | None = None
        self.journal = Journal(str(file), [LAB.name])
        self._archive = Archive(self.journal.database, lambda: [LAB.name])

    def submit(self, changes: Iterable[Change], done: Callable[[Exception | None], None]) -> None:
        if self.error is None:
            self.journal.submit(changes, done)
        else:
            done(self.error)

    def builds(self, guest: str | None, limit: int) -> Sequence[Build]:
        return self._working.builds(guest, limit)

    def boots(self, query: BootQuery) -> Sequence[Boot]:
        return self._working.boots(query)

    def events(self, query: EventQuery) -> Sequence[Event]:
        return self._working.events(query)

    @property
    def _working(self) -> Archive:
        if self.error is not None:
            raise self.error
        return self._archive


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=DEADLINE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(str(self._path))


@dataclass
class Api:
    """The running server, and how it is asked."""

    server: ApiServer
    control: ControlPlane
    store: Store
    listen: Listen
    loop: asyncio.AbstractEventLoop
    failures: list[Exception] = field(default_factory=list)
    changes: int = 0
    """How often guests or their builds became others."""
    secret: str = ""
    """A token of an admin, where a test wants one for long."""

    def count_changes(self) -> None:
        self.changes += 1

    def ask(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """By the Unix socket."""
        return asked(UnixConnection(self.listen.socket), method, path, body, **headers)

    def ask_by_tcp(self, method: str, path: str, body: Json = None, *, token: str = "", **headers: str) -> Answer:
        """With `token` as a bearer token."""
        shown = {"Authorization": f"Bearer {token}"} if token else {}
        return asked(self.tcp(), method, path, body, **shown, **headers)

    def tcp(self) -> http.client.HTTPConnection:
        assert self.server.port is not None
        if self.listen.tls is None:
            return http.client.HTTPConnection(str(LOOPBACK), self.server.port, timeout=DEADLINE)
        context = ssl.create_default_context(cafile=str(self.listen.tls[0]))
        return http.client.HTTPSConnection(str(LOOPBACK), self.server.port, timeout=DEADLINE, context=context)

    def token(self, name: str, role: str) -> str:
        """The secret of a new one."""
        made = self.ask("POST", "/tokens", {"name": name, "role": role})
        assert made.status == 201, made.body
        return str(made.json["token"])

    def do(self, work: Callable[[], Result]) -> Result:
        """In the daemon's loop."""

        async def call() -> Result:
            return work()

        return self.wait(call())

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(DEADLINE)

    def tell(self, event: Event) -> None:
        """Something happened."""
        self.wait(self.control.commit((Happened(event),)))


def asked(connection: http.client.HTTPConnection, method: str, path: str, body: Json = None, **headers: str) -> Answer:
    """In names of `headers`, `_` stands for a dash. JSON is sent unless `body` is bytes."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    if body is not None:
        fields = {"Content-Type": "application/json", **fields}
    try:
        connection.request(method, f"/api/v1{path}", body=data, headers=fields)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def control_plane(directory: Path, networks: Iterable[Network] = (LAB,)) -> tuple[ControlPlane, Inventory]:
    """With a profile `debian` of a kernel that the firmware takes."""
    (directory / "state").mkdir(exist_ok=True)
    (directory / "kernel").write_bytes(kernel())
    (directory / "initrd").write_bytes(b"initrd")
    boot = BootFiles(kernel=directory / "kernel", initrd=directory / "initrd")
    inventory, boots = Inventory(networks), Boots()
    offered = Offered(
        profiles={"debian": Profile(name="debian", boot=boot, append="url={answers}")},
        program=inline(b"re-IPL"),
        media=Shelf(directory, media=()),
        templates=templates.shipped,
        http_port=8069,
        tokens=Tokens(b"k" * 32),
    )
    planner = Planner(offered, inventory.build_of, complain=lambda *_: None, added=lambda: inventory.profiles)
    made = ControlPlane(inventory, boots, planner, Policy())
    terms = boot_files.Terms(guard=Guard(()), most=1 << 20, patience=Patience())
    made.foreman_files = boot_files.BootFiles(
        directory / "state/foreman", inventory, terms, Logbook(time), commit=made.commit
    )
    made.machine_plane = MachinePlane(
        "fake:///",
        inventory,
        directory / "state/consoles",
        commit=made.commit,
        observe=lambda _: None,
        put_guest=made.put_guest,
        boots=boots,
        history=made.events,
        make_driver=FakeLibvirt,
    )
    return made, inventory


@contextmanager
def serving(
    directory: Path,
    *,
    tcp: bool = False,
    tls: tuple[Path, Path] | None = None,
    limits: Limits | None = None,
    timeouts: Timeouts | None = None,
) -> Iterator[Api]:
    """A server with its loop in another thread, until the end of the context."""
    control, _ = control_plane(directory)
    media = control.keep_media(directory / "state/media")
    control.keep_finishing(directory / "state/ssh")
    store = Store(directory / "netipl.sqlite")
    listen = Listen(socket=directory / "api.sock", endpoint=Endpoint(LOOPBACK, 0) if tcp or tls else None, tls=tls)
    loop = asyncio.new_event_loop()
    server = ApiServer(control, listen, limits=limits or Limits(), timeouts=timeouts or Timeouts())
    api = Api(server, control, store, listen, loop)
    server.open()

    running: list[asyncio.Task[None]] = []
    started = threading.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_run(api, media, running, started),))
    thread.start()
    assert started.wait(DEADLINE)
    try:
        yield api
    finally:
        loop.call_soon_threadsafe(running[0].cancel)
        thread.join(DEADLINE)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        store.journal.close()
    assert running[0].cancelled(), running[0]


async def _run(api: Api, media: MediaPlane, running: list[asyncio.Task[None]], started: threading.Event) -> None:
    """Until the first of `running` ends, which is the server."""
    api.control.begin(api.store, api.store, number=0, failed=api.failures.append, guests_changed=api.count_changes)
    keeping = asyncio.create_task(media.run())
    await media.working.wait()
    running.append(asyncio.create_task(api.server.run()))
    started.set()
    await asyncio.wait(running)
    keeping.cancel()
    await asyncio.wait([keeping])


def guest(name: str = "web1", number: int = 1, **more: str) -> dict[str, Any]:
    """A document."""
    return {"name": name, "mac": [f"52:54:00:00:{number >> 8:02x}:{number & 255:02x}"], "network": "lab", **more}


def happened(kind: Any, guest: str | None = "web1") -> Event:
    """An event that the control plane numbers."""
    return Event(at=datetime.now(UTC), what=kind, network="lab", guest=guest)
