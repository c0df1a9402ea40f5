"""What the Smart Proxy asks of the daemon, and what of it the settings switch on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Protocol

from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning.foreman.deployed import Reservation, Variant
from netipl.provisioning.foreman.records import Record, Records
from netipl.servers.smartproxy.logbook import Logbook
from netipl.servers.smartproxy.request import Pairs


class Module(StrEnum):
    """The modules, as Foreman calls them."""

    DHCP = "dhcp"
    HTTPBOOT = "httpboot"
    LOGS = "logs"
    REGISTRATION = "registration"
    TEMPLATES = "templates"
    TFTP = "tftp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What Foreman is told: `modules` are those that are switched on; ports are those of HTTP and HTTPS; `provider` is
    who serves DHCP.

    `template_url` and `registration_url` are where hosts reach this proxy; empty is the URL that was asked.
    """

    modules: frozenset[Module] = frozenset(Module)
    provider: str = "dhcp_netipl"
    server_name: str = ""
    template_url: str = ""
    registration_url: str = ""
    http_port: int | None = None
    https_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What Foreman itself answered. `reason` is the phrase of its status."""

    status: int
    body: bytes
    media_type: str = "text/plain"
    reason: str = ""


class Tftp(Protocol):
    """Configurations and boot files."""

    def place(self, station: str, variant: Variant) -> str: ...

    def configuration(self, station: str, variant: Variant) -> bytes | None: ...

    async def deploy(self, station: str, variant: Variant, data: bytes, *, by: str) -> None: ...

    async def withdraw(self, station: str, variant: Variant, *, by: str) -> None: ...

    async def fetch(self, prefix: str, url: str, *, by: str) -> None: ...


class Dhcp(Protocol):
    """Records."""

    @property
    def networks(self) -> Sequence[Network]: ...

    async def subnet(self, network: Network) -> Record: ...

    async def records(self, network: Network) -> Records: ...

    async def unused(
        self, network: Network, mac: Mac | None, first: str | None, last: str | None
    ) -> IPv4Address | None: ...

    async def add(self, reservation: Reservation, *, related: Sequence[Mac], by: str) -> None: ...

    async def remove_mac(self, network: Network, mac: Mac, *, by: str) -> None: ...

    async def remove_address(self, network: Network, address: IPv4Address, *, by: str) -> None: ...


class Upstream(Protocol):
    """Foreman, as its hosts reach it through this proxy. `open` reads certificates, and may raise UnavailableError."""

    def open(self) -> None: ...

    @property
    def host(self) -> str: ...

    async def ask(self, method: str, path: str, query: Pairs, headers: Mapping[str, str], body: bytes) -> Passed: ...


class Control(Protocol):
    """The daemon. `upstream` is None where the settings name no Foreman."""

    @property
    def tftp(self) -> Tftp: ...

    @property
    def dhcp(self) -> Dhcp: ...

    @property
    def upstream(self) -> Upstream | None: ...

    @property
    def logbook(self) -> Logbook: ...

    def served(self, name: str) -> Resolution: ...

    async def host_said(self, kind: str, address: str) -> None:
        """A host has said to Foreman, which took it, what `kind` is: `built`, `failed` or whatever else it asks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """All that a route has to know."""

    control: Control
    offer: Offer
    states: Mapping[Module, str] = field(default_factory=dict)
    """`running`, `disabled` or `failed`."""
