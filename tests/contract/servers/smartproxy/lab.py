"""A Smart Proxy over a daemon's inventory and journal, running by HTTP and HTTPS, and a client as Foreman's is.

Bodies are forms as rest-client writes them (tests/foreman_conversation.py).
"""

import asyncio
import json
import os
import ssl
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, TypeVar

from netipl.control.foreman.boot_files import Terms
from netipl.control.foreman.foreman_plane import ForemanPlane
from netipl.control.foreman.libvirt_server import MakeDriver
from netipl.control.plane import ControlPlane
from netipl.guests.network import Network
from netipl.integrations.foreman.upstream import Place
from netipl.integrations.libvirt.driver import Driver
from netipl.integrations.mirror.client import Patience
from netipl.integrations.mirror.guard import Guard
from netipl.integrations.payload import reipl_program
from netipl.net import Endpoint
from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning.history import EventQuery
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Event
from netipl.servers.smartproxy.authorization import Trust
from netipl.servers.smartproxy.control import Offer
from netipl.servers.smartproxy.listen import Listen, Tls
from netipl.servers.smartproxy.server import SmartProxyServer
from netipl.store import files
from tests.contract.servers.api.lab import DEADLINE, LAB, LOOPBACK, Store, control_plane
from tests.contract.servers.smartproxy.certificates import Authority, Pair
from tests.contract.servers.smartproxy.rest_client import RestClient
from tests.foreman_conversation import Call, Fields, form

Result = TypeVar("Result")
HURRIED = Patience(connect=5, read=5, piece=5, pause=0.01, longest=0.02, tries=2)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # Any: JSON
        return json.loads(self.body)

    @property
    def media_type(self) -> str:
        return str(self.headers["Content-Type"])

    @property
    def is_done(self) -> bool:
        """As Foreman sees it: an empty body, or one of JSON."""
        return self.status in range(200, 300) and not self.body


@dataclass
class Proxy:
    """The running server."""

    server: SmartProxyServer
    plane: ForemanPlane
    control: ControlPlane
    inventory: Inventory
    store: Store
    loop: asyncio.AbstractEventLoop
    authority: Authority | None = None
    shown: Pair | None = None
    """The certificate that the client shows by HTTPS."""
    rest: RestClient | None = None
    """Foreman's own client, by which `make` makes its calls."""
    failures: list[Exception] = field(default_factory=list)

    def ask(self, method: str, path: str, fields: Fields | bytes | None = None, **headers: str) -> Answer:
        """By HTTPS where there is an authority, else by HTTP."""
        connection = self.https(self.shown) if self.authority is not None else self.http()
        return asked(connection, method, path, fields, **headers)

    def make(self, call: Call) -> Answer:
        """A call of Foreman's."""
        if self.rest is None:
            return self.ask(call.method, call.path, call.body)
        came = self.rest.ask(self.place, call)
        return Answer(came.status, came.headers, came.body)

    @property
    def place(self) -> dict[str, str]:
        """As tests/foreman_conversation.py has it."""
        if self.authority is None or self.shown is None:
            return {"url": f"http://{LOOPBACK}:{self.server.ports[-1]}"}
        shown = {"certificate": str(self.shown.certificate), "key": str(self.shown.key)}
        authority = str(self.authority.certificate)
        return {"url": f"https://{LOOPBACK}:{self.server.ports[0]}", "authority": authority, **shown}

    def http(self) -> HTTPConnection:
        return HTTPConnection(str(LOOPBACK), self.server.ports[-1], timeout=DEADLINE)

    def https(self, shown: Pair | None, *, maximum: ssl.TLSVersion | None = None) -> HTTPConnection:
        assert self.authority is not None
        context = ssl.create_default_context(cafile=self.authority.certificate)
        if shown is not None:
            context.load_cert_chain(shown.certificate, shown.key)
        if maximum is not None:
            context.maximum_version = maximum
        return HTTPSConnection(str(LOOPBACK), self.server.ports[0], timeout=DEADLINE, context=context)

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(DEADLINE)

    def events(self) -> list[Event]:
        """All that are kept, in order."""
        return list(self.store.events(EventQuery(limit=1000)))


def asked(
    connection: HTTPConnection,
    method: str,
    path: str,
    fields: Fields | bytes | None = None,
    **headers: str,
) -> Answer:
    """In names of `headers`, `_` stands for a dash."""
    said = {"Accept": "application/json", "X-Request-Id": "bc401f9b-2f10-4a48-9a0d-a9cbfd1a3b6a"}
    said |= {name.replace("_", "-"): text for name, text in headers.items()}
    body = form(fields) if fields is not None and not isinstance(fields, bytes) else fields
    if body is not None:
        said = {"Content-Type": "application/x-www-form-urlencoded"} | said
    try:
        connection.request(method, path, body=body, headers=said)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextmanager
def serving(
    directory: Path,
    *,
    tls: bool = False,
    trust: Trust | None = None,
    offer: Offer | None = None,
    foreman: str | None = None,
    networks: Sequence[Network] = (LAB,),
    fetch_from: Sequence[str] = ("127.0.0.0/8",),
    most: int = 1 << 20,
    libvirt: str = "",
    make_driver: MakeDriver = Driver,
) -> Iterator[Proxy]:
    """In `directory`, with its loop in another thread, until the end of the context; what is kept there is taken up."""
    authority = Authority(directory) if tls else None
    (directory / "root").mkdir(exist_ok=True)
    control, inventory = control_plane(directory, networks)
    control.keep_media(directory / "state/media")
    store = Store(directory / "netipl.sqlite")
    inventory.reload(store.journal.stored())
    terms = Terms(guard=Guard([IPv4Network(each) for each in fetch_from]), most=most, patience=HURRIED)

    plane = _plane(directory, inventory, terms, control, foreman, libvirt, make_driver)
    listen = _listen(authority, trust)
    http, https = (None, 8443) if tls else (8000, None)
    told = replace(offer or Offer(server_name="tftp.example.com"), http_port=http, https_port=https)
    server = SmartProxyServer(plane, told, listen)
    server.open()
    loop = asyncio.new_event_loop()
    proxy = Proxy(server, plane, control, inventory, store, loop, authority)
    if authority is not None:
        proxy.shown = authority.sign("foreman.example.com")
    with _running(proxy):
        yield proxy


def _plane(
    directory: Path,
    inventory: Inventory,
    terms: Terms,
    control: ControlPlane,
    foreman: str | None,
    libvirt: str,
    make_driver: MakeDriver,
) -> ForemanPlane:
    def public(name: str) -> Resolution:
        if inventory.deployed.file(name) is not None:
            return plane.boot_files.resolve(name)
        return files.served(directory / "root", name)

    plane = ForemanPlane(
        directory / "foreman",
        inventory,
        terms,
        commit=control.commit,
        public=public,
        is_directory=lambda name: os.path.isdir(directory / "root" / name),  # noqa: PTH112 - any name
        pings=False,
        foreman=Place(url=foreman) if foreman is not None else None,
        program=reipl_program(),
        libvirt=libvirt,
        make_driver=make_driver,
    )
    return plane


def _listen(authority: Authority | None, trust: Trust | None) -> Listen:
    own = authority.sign("proxy.example.com", alternative="IP:127.0.0.1") if authority is not None else None
    endpoint = Endpoint(LOOPBACK, 0)
    if own is None or authority is None:
        return Listen(http=endpoint, trust=trust or Trust())
    made = Tls(certificate=own.certificate, key=own.key, authority=authority.certificate)
    return Listen(https=endpoint, tls=made, trust=trust or Trust())


@contextmanager
def _running(proxy: Proxy) -> Iterator[None]:
    running: list[asyncio.Task[None]] = []
    started = threading.Event()
    loop = proxy.loop
    thread = threading.Thread(target=loop.run_until_complete, args=(_run(proxy, running, started),))
    thread.start()
    assert started.wait(DEADLINE)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(running[0].cancel)
        thread.join(DEADLINE)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        proxy.store.journal.close()
    assert running[0].cancelled(), running[0]


async def _run(proxy: Proxy, running: list[asyncio.Task[None]], started: threading.Event) -> None:
    proxy.control.begin(proxy.store, proxy.store, number=0, failed=proxy.failures.append, guests_changed=lambda: None)
    keeping = asyncio.create_task(proxy.plane.run())
    await proxy.plane.boot_files.working.wait()
    running.append(asyncio.create_task(proxy.server.run()))
    started.set()
    await asyncio.wait(running)
    keeping.cancel()
    await asyncio.wait([keeping])
