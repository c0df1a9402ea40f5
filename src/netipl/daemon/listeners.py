"""The servers that the settings ask for, each with the doors of the daemon that it needs."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from socket import socket
from typing import Protocol

from netipl.control.foreman.foreman_plane import ForemanPlane
from netipl.control.plane import ControlPlane
from netipl.daemon import foreman
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.dhcp4.message import Message
from netipl.protocols.tftp.resolution import Resolution
from netipl.provisioning.changes import Change
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.timeline import Observation
from netipl.servers.bootfiles.answers import Callback
from netipl.servers.bootfiles.server import BootFilesServer
from netipl.servers.bootfiles.server import Limits as HttpLimits
from netipl.servers.dhcp4.server import Dhcp4Server
from netipl.servers.tftp.desk import Limits as TftpLimits
from netipl.servers.tftp.service import TftpService
from netipl.settings.settings import Settings
from netipl.store.journal import Done


class Server(Protocol):
    """Opened with the rights of whoever started the daemon, and then run."""

    def open(self) -> None: ...

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What servers ask of the daemon."""

    answer: Callable[[Message, Arrival], Outcome]
    commit: Callable[[Iterable[Change], Done], None]
    reload: Callable[[], Awaitable[None]]
    observe: Callable[[Iterable[Observation]], None]
    resolve: Callable[[bytes, IPv4Address, int, IPv4Address], Resolution]
    resolve_path: Callable[[str, IPv4Address, IPv4Address, tuple[Mac, ...]], Resolution]
    callback: Callback


def tftp(settings: Settings, doors: Doors, held: Iterable[socket]) -> TftpService:
    """`held` are the sockets of a daemon before."""
    return TftpService(
        addresses=settings.addresses(),
        port=settings.tftp.port,
        workers=settings.tftp_workers,
        run_directory=settings.run_directory(),
        resolve=doors.resolve,
        observe=doors.observe,
        limits=TftpLimits(transfers_per_address=settings.tftp.transfers_per_address),
        held=held,
    )


def servers(
    settings: Settings, doors: Doors, tftp: TftpService, control: ControlPlane, of_foreman: ForemanPlane
) -> list[Server]:
    """Those that are enabled, in the order in which they are opened."""
    enabled: list[Server] = []
    if answered(settings):
        enabled.append(_dhcp(settings, doors))
    if settings.tftp.enabled:
        enabled.append(tftp)
    if settings.http.enabled:
        enabled.append(_http(settings, doors))
    if settings.api.enabled:
        from netipl.servers.api.server import ApiServer  # noqa: PLC0415 - half a second, where nobody wants an API

        enabled.append(ApiServer(control, settings.api_listen()))
    if (smart_proxy := foreman.server(settings, of_foreman)) is not None:
        enabled.append(smart_proxy)
    return enabled


def answered(settings: Settings) -> list[Network]:
    """The networks in which netipl serves DHCP. No socket is opened for those where libvirt does."""
    return [network for network in settings.networks() if settings.dhcp.enabled and not network.is_libvirts]


def _dhcp(settings: Settings, doors: Doors) -> Dhcp4Server:
    networks = answered(settings)
    return Dhcp4Server(
        interfaces=[network.interface for network in networks if network.interface is not None],
        addresses=[network.server for network in networks],
        answer=doors.answer,
        commit=doors.commit,
        reload=doors.reload,
        observe=doors.observe,
        port=settings.dhcp.port,
    )


def _http(settings: Settings, doors: Doors) -> BootFilesServer:
    return BootFilesServer(
        addresses=settings.addresses(),
        port=settings.http.port,
        resolve=doors.resolve_path,
        observe=doors.observe,
        callback=doors.callback,
        limits=HttpLimits(
            connections=settings.http.connections,
            connections_per_address=settings.http.connections_per_address,
        ),
    )
