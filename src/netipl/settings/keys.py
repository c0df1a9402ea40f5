"""The keys of the settings file, table by table: their types, defaults, examples and what they decide.

The reference in the documentation is drawn from here. What several keys must agree on is in `agreement.py`.
"""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from netipl.guests.guest import BootMethod, LocalBoot
from netipl.guests.network import UnknownClients
from netipl.settings.foreman_keys import ForemanKeys
from netipl.settings.notation import (
    ClientIdentifier,
    DatabaseUrl,
    Disk,
    DomainName,
    Duration,
    FirmwareVersion,
    InterfaceName,
    LeaseTime,
    LibvirtUri,
    Listening,
    Macs,
    OneLine,
    RangeText,
    Whole,
)
from netipl.settings.profile_keys import ProfileKeys, Said
from netipl.settings.table import Table

_CENTURY = timedelta(days=36_525)

Port = Annotated[Whole, Field(ge=1, le=65535)]


class ServerKeys(Table):
    """The daemon itself."""

    state_directory: Path | None = Field(
        default=None,
        description="Where leases and media are kept. Without it `$STATE_DIRECTORY`, as systemd gives it, or "
        "`/var/lib/netipl` for root and `$XDG_STATE_HOME/netipl` for others.",
        examples=["/var/lib/netipl"],
    )
    run_directory: Path | None = Field(
        default=None,
        description="Where running transfers are kept over a restart. Without it `$RUNTIME_DIRECTORY`, or "
        "`/run/netipl` for root and `$XDG_RUNTIME_DIR/netipl` for others.",
        examples=["/run/netipl"],
    )
    database: DatabaseUrl | None = Field(
        default=None,
        description="The database of leases: `sqlite:////PATH`, or `postgresql://HOST/NAME` with the extra "
        "`netipl[postgresql]`. Without it `netipl.sqlite` in the state directory.",
        examples=["postgresql://netipl@db.example.com/netipl"],
    )
    user: str | None = Field(
        default=None,
        description="The user that a daemon started as root becomes, once its ports are open.",
        examples=["netipl"],
    )


class DhcpKeys(Table):
    """DHCP and BOOTP, for all networks."""

    enabled: bool = Field(default=True, description="Whether DHCP is served.", examples=[True])
    port: Port = Field(default=67, description="The UDP port; guests know only 67.", examples=[67])


class TftpKeys(Table):
    """TFTP: what the firmware loads with."""

    enabled: bool = Field(default=True, description="Whether TFTP is served.", examples=[True])
    port: Port = Field(default=69, description="The UDP port; guests know only 69.", examples=[69])
    root: Path | None = Field(
        default=None,
        description="A directory whose files are served beside those of the guests.",
        examples=["/srv/tftp"],
    )
    export: Path | None = Field(
        default=None,
        description="A directory that is kept in step with the files of all guests, for another TFTP server; at the "
        "start and with each reload. Everybody whom that server answers can read all of it.",
        examples=["/srv/netipl"],
    )
    allow: tuple[IPv4Network, ...] = Field(
        default=(), description="Who is served besides the addresses that are leased.", examples=[["192.0.2.0/24"]]
    )
    workers: Whole | None = Field(
        default=None, ge=1, le=64, description="Worker processes. Without it one per core, 8 at most.", examples=[2]
    )
    transfers_per_address: Whole = Field(
        default=16, ge=1, le=65535, description="How many transfers one address may have at a time.", examples=[16]
    )


class HttpKeys(Table):
    """HTTP: the same files, for Linux once it runs."""

    enabled: bool = Field(default=True, description="Whether HTTP is served.", examples=[True])
    port: Port = Field(default=8069, description="The TCP port.", examples=[8069])
    connections: Whole = Field(
        default=256, ge=1, le=65535, description="How many connections there may be.", examples=[256]
    )
    connections_per_address: Whole = Field(
        default=16, ge=1, le=65535, description="How many of them one address may have.", examples=[16]
    )


class ApiKeys(Table):
    """The API, for the command line and for programs; a listener of its own, which no guest is told of."""

    enabled: bool = Field(default=True, description="Whether the API is served.", examples=[True])
    socket: Path | None = Field(
        default=None,
        description="The Unix socket. Who may open it may do everything. Without it `api.sock` in the run directory.",
        examples=["/run/netipl/api.sock"],
    )
    group: str | None = Field(
        default=None,
        description="The group whose members may open the socket. Without it that of the daemon.",
        examples=["netipl"],
    )
    listen: Listening | None = Field(
        default=None,
        description="An address and a TCP port, for programs with a token. Without it there is only the socket.",
        examples=["127.0.0.1:8070"],
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="The certificate for `listen`, with those that it needs behind it (PEM).",
        examples=["/etc/netipl/tls.crt"],
    )
    tls_key: Path | None = Field(
        default=None, description="The key of the certificate (PEM).", examples=["/etc/netipl/tls.key"]
    )
    insecure: bool = Field(
        default=False,
        description="Whether `listen` may be another address than loopback without TLS: everybody on the way can read "
        "the tokens.",
        examples=[False],
    )


class LimitKeys(Table):
    """How long a boot may stay in one phase before it has failed; `0` is for ever."""

    asking: Duration = Field(
        default="90s",
        validate_default=True,
        description="From the first DISCOVER to an address; the firmware itself asks for 80 seconds.",
        examples=["90s"],
    )
    loading: Duration = Field(
        default="60s", validate_default=True, description="Without a packet while files are loaded.", examples=["60s"]
    )
    kernel: Duration = Field(
        default="60s",
        validate_default=True,
        description="From the last file to the first sign of the guest's own system.",
        examples=["60s"],
    )
    answers: Duration = Field(
        default="5m", validate_default=True, description="From that sign to the answers.", examples=["5m"]
    )
    install: Duration = Field(
        default="3h",
        validate_default=True,
        description="From the boot that loads an installer to the installer's word that it is done.",
        examples=["3h"],
    )
    finish: Duration = Field(
        default="15m",
        validate_default=True,
        description="From that word to the end of the profile's finish script, or from a start of netipl after it.",
        examples=["15m"],
    )
    attempts: Whole = Field(default=1, ge=1, le=100, description="How many boots one build is good for.", examples=[1])
    token: Duration = Field(
        default="6h", validate_default=True, description="How long the token of a build is good.", examples=["6h"]
    )
    history: Duration = Field(
        default="90d",
        validate_default=True,
        le=_CENTURY,
        description="How long boots and what was observed of them are kept.",
        examples=["90d"],
    )


class NetworkKeys(Table):
    """One subnet; NAME is yours to choose."""

    interface: InterfaceName | None = Field(
        default=None,
        description="The interface on it; none for a subnet behind relays.",
        examples=["virbr1"],
    )
    subnet: IPv4Network = Field(description="Its addresses.", examples=["192.0.2.0/24"])
    server: IPv4Address = Field(
        description="Our address in it; for a subnet behind relays the one that they send to.", examples=["192.0.2.1"]
    )
    router: IPv4Address | None = Field(
        default=None,
        description="The default router of the guests. Without it our own address.",
        examples=["192.0.2.254"],
    )
    dns: tuple[IPv4Address, ...] = Field(default=(), description="Name servers.", examples=[["192.0.2.53"]])
    domain: DomainName | None = Field(default=None, description="The domain of the guests.", examples=["example.com"])
    pools: tuple[RangeText, ...] = Field(
        default=(),
        description="Ranges for guests without an address of their own.",
        examples=[["192.0.2.10-192.0.2.99"]],
    )
    relays: tuple[IPv4Address, ...] = Field(
        default=(), description="Relay agents whose requests are answered.", examples=[["192.0.2.254"]]
    )
    lease_time: LeaseTime = Field(
        default="1h", validate_default=True, description="How long a lease lasts.", examples=["1h"]
    )
    authoritative: bool = Field(
        default=False,
        description="Whether addresses that are not ours to give are refused (DHCPNAK).",
        examples=[False],
    )
    unknown: UnknownClients = Field(
        default=UnknownClients.IGNORE,
        description="What a client that is no known guest gets: nothing, an address from the pools and the default "
        "files, or nothing until somebody approves the guest that it is registered as.",
        examples=["ignore"],
    )
    firmware: FirmwareVersion | None = Field(
        default=None,
        description="The QEMU version of guests that name none. Without it the plan suits every version.",
        examples=["7.2"],
    )
    method: BootMethod | None = Field(
        default=None,
        description="How guests that name no method are given their files. Without it as `[default]` says.",
        examples=["combined"],
    )


class AnswersKeys(Table):
    """What installers are answered with."""

    templates: Path | None = Field(
        default=None,
        description="A directory with templates of your own, each a directory of files. One with the name of a shipped "
        "template stands in its place, file by file.",
        examples=["/etc/netipl/templates"],
    )


class LibvirtKeys(Table):
    """The libvirt that runs the guests; netipl has to do with one only where the file has this table."""

    uri: LibvirtUri = Field(
        default="qemu:///system",
        description="Where it is reached, as for `virsh --connect`.",
        examples=["qemu:///system"],
    )


class BootKeys(Table):
    """What is booted by guests that say nothing else."""

    method: BootMethod | None = Field(
        default=None,
        description="How the firmware is given its files. Without it `probe-uuid` for a guest whose UUID is known, "
        "else `probe-mac`.",
        examples=["probe-mac"],
    )
    kernel: Path | None = Field(
        default=None, description="The kernel, a raw s390x image.", examples=["/srv/boot/vmlinuz"]
    )
    initrd: Path | None = Field(
        default=None, description="The initrd that belongs to it.", examples=["/srv/boot/initrd.img"]
    )
    append: OneLine | None = Field(default=None, description="The kernel command line.", examples=["console=ttysclp0"])


class GuestKeys(BootKeys):
    """One guest; NAME is its host name. What it does not say of its boot is taken from `[default]`; but a kernel of
    its own comes with an initrd of its own, or with none.
    """

    mac: Macs = Field(default=(), description="Its MAC address, or a list of them.", examples=["52:54:00:13:33:0a"])
    uuid: UUID | None = Field(
        default=None, description="The UUID of its virtual machine.", examples=["9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"]
    )
    client_id: ClientIdentifier | None = Field(
        default=None, description="Its DHCP client identifier (option 61), in hexadecimal.", examples=["ff:00:01:02"]
    )
    network: str | None = Field(default=None, description="The name of its network. Without it any.", examples=["lab"])
    address: IPv4Address | None = Field(
        default=None, description="Its address. Without it one from a pool of its network.", examples=["192.0.2.10"]
    )
    firmware: FirmwareVersion | None = Field(
        default=None, description="The QEMU version that runs it. Without it that of its network.", examples=["7.2"]
    )
    profile: str | None = Field(
        default=None,
        description="The profile that it is installed with, once for each build; otherwise it goes to its disk. Not "
        "together with files of its own.",
        examples=["debian12"],
    )
    choices: dict[str, Said] = Field(
        default={},
        description="What is chosen for it alone, over its profile: the keys of `[profiles.NAME]` from `timezone` on.",
        examples=[{"packages": ["nginx"]}],
    )
    disk: Disk | None = Field(
        default=None,
        description="The device number of its disk. Without it the first that is found.",
        examples=["0.0.0001"],
    )
    local_boot: LocalBoot | None = Field(
        default=None,
        description="Its way to the disk: `re-ipl` by a program from the network, or `fall-through` to its next boot "
        "device (QEMU 9.2 and later). Without it `re-ipl`.",
        examples=["re-ipl"],
    )


def _with_networks(networks: dict[str, NetworkKeys]) -> dict[str, NetworkKeys]:
    if not networks:
        raise PydanticCustomError("missing", "there is no network to serve")
    return networks


class File(Table):
    """The whole file."""

    server: ServerKeys = ServerKeys()
    dhcp: DhcpKeys = DhcpKeys()
    tftp: TftpKeys = TftpKeys()
    http: HttpKeys = HttpKeys()
    api: ApiKeys = ApiKeys()
    foreman: ForemanKeys = ForemanKeys()
    networks: Annotated[dict[DomainName, NetworkKeys], AfterValidator(_with_networks)] = Field(
        default={}, validate_default=True
    )
    limits: LimitKeys = LimitKeys()
    answers: AnswersKeys = AnswersKeys()
    libvirt: LibvirtKeys | None = None
    default: BootKeys = BootKeys()
    profiles: dict[DomainName, ProfileKeys] = Field(default={})
    guests: dict[DomainName, GuestKeys] = Field(default={})


TABLES: dict[str, type[Table]] = {
    "server": ServerKeys,
    "dhcp": DhcpKeys,
    "tftp": TftpKeys,
    "http": HttpKeys,
    "api": ApiKeys,
    "foreman": ForemanKeys,
    "limits": LimitKeys,
    "networks.NAME": NetworkKeys,
    "answers": AnswersKeys,
    "libvirt": LibvirtKeys,
    "default": BootKeys,
    "profiles.NAME": ProfileKeys,
    "guests.NAME": GuestKeys,
}
"""The tables in the order of the reference, by their headers."""
