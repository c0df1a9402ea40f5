"""The settings: a file that agrees with itself, and the plain values that are made of it for everything below."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from socket import if_nameindex

from netipl.content import Content, opened
from netipl.errors import ContentError, WireError
from netipl.firmware.limits import COMMAND_LINE
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.network import Network, UnknownClients
from netipl.guests.profile import Profile
from netipl.images import kernel as kernel_facts
from netipl.provisioning.observing import Limits
from netipl.provisioning.policy import Policy
from netipl.servers.api.listen import Listen
from netipl.settings import foreman, profiles
from netipl.settings.foreman_keys import ForemanKeys
from netipl.settings.keys import ApiKeys, DhcpKeys, File, GuestKeys, HttpKeys, LibvirtKeys, NetworkKeys, TftpKeys
from netipl.store import templates
from netipl.store.exports import Wanted

_DATABASE = "netipl.sqlite"
_MEDIA = "media"
_SSH = "ssh"
_FOREMAN = "foreman"
_CONSOLES = "consoles"
_API_SOCKET = "api.sock"
_IMAGES = frozenset({BootMethod.INS, BootMethod.COMBINED})
"""The methods by which the command line does not pass through a configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the file at `path` says; relative paths in it start in its directory."""

    path: Path
    file: File

    @property
    def dhcp(self) -> DhcpKeys:
        return self.file.dhcp

    @property
    def tftp(self) -> TftpKeys:
        """Its `root` is relative: see `tftp_root`."""
        return self.file.tftp

    @property
    def http(self) -> HttpKeys:
        return self.file.http

    @property
    def api(self) -> ApiKeys:
        """Its paths are relative: see `api_listen`."""
        return self.file.api

    @property
    def foreman(self) -> ForemanKeys:
        """Its paths are relative: see `placed`."""
        return self.file.foreman

    @property
    def libvirt(self) -> LibvirtKeys | None:
        """None: netipl has nothing to do with libvirt."""
        return self.file.libvirt

    @property
    def user(self) -> str | None:
        """Whom the daemon becomes, if root started it."""
        return self.file.server.user

    @property
    def tftp_root(self) -> Path | None:
        root = self.file.tftp.root
        return None if root is None else self.placed(root)

    @property
    def tftp_export(self) -> Path | None:
        """The directory that is kept for another TFTP server."""
        export = self.file.tftp.export
        return None if export is None else self.placed(export)

    @property
    def tftp_workers(self) -> int:
        return self.file.tftp.workers or min(os.cpu_count() or 1, 8)

    def state_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where leases are kept, whether or not it exists. $STATE_DIRECTORY is set by systemd."""
        if self.file.server.state_directory is not None:
            return self.placed(self.file.server.state_directory)
        if given := environment.get("STATE_DIRECTORY"):
            return Path(given.partition(":")[0])
        if os.geteuid() == 0:
            return Path("/var/lib/netipl")
        return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local/state", "netipl")

    def media_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where media are kept, whether or not it exists."""
        return self.state_directory(environment) / _MEDIA

    def ssh_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where keys of finish scripts are kept, whether or not it exists."""
        return self.state_directory(environment) / _SSH

    def foreman_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where boot files of Foreman are kept, whether or not it exists."""
        return self.state_directory(environment) / _FOREMAN

    def consoles_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where transcripts of consoles are kept, whether or not it exists."""
        return self.state_directory(environment) / _CONSOLES

    def database(self, environment: Mapping[str, str] = os.environ) -> str:
        """Where leases are kept, as the store takes it. It may hold a password."""
        given = self.file.server.database
        return given.get_secret_value() if given is not None else str(self.state_directory(environment) / _DATABASE)

    def run_directory(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where running transfers are kept, whether or not it exists. $RUNTIME_DIRECTORY is set by systemd."""
        if self.file.server.run_directory is not None:
            return self.placed(self.file.server.run_directory)
        if given := environment.get("RUNTIME_DIRECTORY"):
            return Path(given.partition(":")[0])
        if os.geteuid() == 0:
            return Path("/run/netipl")
        if given := environment.get("XDG_RUNTIME_DIR"):
            return Path(given, "netipl")
        return self.state_directory(environment) / "run"

    def api_socket(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Where the API is reached on this machine."""
        given = self.file.api.socket
        return self.placed(given) if given is not None else self.run_directory(environment) / _API_SOCKET

    def api_listen(self) -> Listen:
        """Where the API listens."""
        api = self.file.api
        tls = None
        if api.tls_certificate is not None and api.tls_key is not None:
            tls = self.placed(api.tls_certificate), self.placed(api.tls_key)
        return Listen(socket=self.api_socket(), group=api.group, user=self.user, endpoint=api.listen, tls=tls)

    def addresses(self) -> tuple[IPv4Address, ...]:
        """Our own, that TFTP and HTTP listen on: one for each network."""
        return tuple(dict.fromkeys(network.server for network in self.file.networks.values()))

    def networks(self) -> tuple[Network, ...]:
        return tuple(_network(name, keys) for name, keys in self.file.networks.items())

    def guests(self) -> tuple[Guest, ...]:
        """In the order of the file; `boot` is None where a guest takes the default as it is."""
        return tuple(self._guest(name, keys) for name, keys in self.file.guests.items())

    def profiles(self) -> dict[str, Profile]:
        """By name."""
        directory = self.path.parent.absolute()
        return {name: profiles.profile(name, keys, directory) for name, keys in self.file.profiles.items()}

    def templates(self) -> Mapping[str, str]:
        """The texts of all templates of answers, as they are now. Raises UsageError and UnavailableError."""
        directory = self.file.answers.templates
        return templates.with_own(None if directory is None else self.placed(directory))

    def policy(self) -> Policy:
        """Of builds and boots."""
        limits = self.file.limits
        return Policy(
            limits=Limits(
                asking=limits.asking,
                loading=limits.loading,
                kernel=limits.kernel,
                answers=limits.answers,
                install=limits.install,
                finish=limits.finish,
            ),
            attempts=limits.attempts,
            token_lasts=limits.token,
            history=limits.history,
        )

    def default_boot(self) -> BootFiles | None:
        """What guests boot that have nothing of their own."""
        default = self.file.default
        if default.kernel is None:
            return None
        return BootFiles(
            kernel=self.placed(default.kernel), initrd=self._initrd(default.initrd), append=_append(default.append)
        )

    def default_method(self) -> BootMethod | None:
        """How clients boot that say nothing else; None is what suits their firmware."""
        return self.file.default.method

    def exported(self, program: Content) -> Wanted:
        """Whom an exported directory is for, as far as the settings know. `program` is for re-IPL."""
        return Wanted(
            guests=self.guests(),
            networks=self.networks(),
            default=self.default_boot(),
            method=self.default_method(),
            program=program,
        )

    def opened_once(self) -> dict[str, object]:
        """What a daemon opens when it starts, by the key that says it."""
        file = self.file
        return {
            "server": file.server,
            "dhcp": file.dhcp,
            "tftp": file.tftp.model_copy(update={"root": None, "export": None}),
            "http": file.http,
            "api": file.api,
            "foreman": file.foreman,
            "libvirt": file.libvirt,
            **{
                f"networks.{name}": (keys.interface, keys.server, keys.dhcp, keys.libvirt_network)
                for name, keys in file.networks.items()
            },
        }

    def warnings(self) -> Iterator[str]:
        """What may be meant as it is, though it would serve nobody now."""
        present = {name for _, name in if_nameindex()}
        for name, network in self.file.networks.items():
            if network.interface is not None and network.interface not in present:
                yield f"networks.{name}.interface: {network.interface} is not there; it is served when it comes"
        answered = [each for each in self.networks() if self.dhcp.enabled and not each.is_libvirts]
        ignored = bool(answered) and all(each.unknown is UnknownClients.IGNORE for each in answered)
        if ignored and not self.file.guests and not foreman.is_wanted(self.foreman):
            yield "no guests here, and unknown clients are ignored: only guests that somebody has added are answered"
        for guest in self.guests():
            boot = guest.boot or self.default_boot()
            if boot is not None and guest.method not in _IMAGES and len(boot.append.encode()) >= COMMAND_LINE:
                yield f"guests.{guest.name}.append: the firmware cuts it after {COMMAND_LINE - 1} bytes"
        for kernel in self._kernels():
            if reason := _no_kernel(kernel):
                yield f"{kernel}: {reason}"

    def _guest(self, name: str, keys: GuestKeys) -> Guest:
        return Guest(
            name=name,
            macs=keys.mac,
            uuid=keys.uuid,
            client_id=keys.client_id,
            address=keys.address,
            network=keys.network or self._only_network,
            firmware=keys.firmware,
            disk=keys.disk,
            local_boot=keys.local_boot,
            profile=keys.profile,
            method=keys.method,
            boot=self._boot(keys),
            choices=profiles.choices(keys.choices),
        )

    @property
    def _only_network(self) -> str | None:
        """The network of guests that name none, where there is no choice."""
        return next(iter(self.file.networks)) if len(self.file.networks) == 1 else None

    def _boot(self, keys: GuestKeys) -> BootFiles | None:
        """A kernel of its own never gets another's initrd; all else that is not said is the default's."""
        default = self.file.default
        kernel = keys.kernel or default.kernel
        if keys.profile is not None or kernel is None or (keys.kernel, keys.initrd, keys.append) == (None, None, None):
            return None
        initrd = keys.initrd if keys.kernel is not None or keys.initrd is not None else default.initrd
        append = keys.append if keys.append is not None else default.append
        return BootFiles(kernel=self.placed(kernel), initrd=self._initrd(initrd), append=_append(append))

    def _kernels(self) -> Iterator[Path]:
        own = (guest.boot for guest in self.guests())
        yield from dict.fromkeys(boot.kernel for boot in (self.default_boot(), *own) if boot is not None)

    def placed(self, path: Path) -> Path:
        """A path of the file."""
        return self.path.parent.absolute() / path

    def _initrd(self, path: Path | None) -> Path | None:
        return None if path is None else self.placed(path)


def _network(name: str, keys: NetworkKeys) -> Network:
    return Network(
        name=name,
        subnet=keys.subnet,
        server=keys.server,
        interface=keys.interface,
        router=keys.router,
        dns=keys.dns,
        domain=keys.domain,
        pools=keys.pools,
        relays=frozenset(keys.relays),
        lease_time=keys.lease_time,
        authoritative=keys.authoritative,
        unknown=keys.unknown,
        firmware=keys.firmware,
        method=keys.method,
        dhcp=keys.dhcp,
        libvirt_network=keys.libvirt_network,
    )


def _append(text: str | None) -> str:
    return "" if text is None else text


def _no_kernel(path: Path) -> str:
    """Why the file cannot be a kernel of s390x, or nothing."""
    try:
        with os.fdopen(opened(path), "rb") as file:
            kernel_facts.decode(file.read(kernel_facts.HEADER_SIZE))
    except (ContentError, WireError) as error:
        return str(error)
    return ""
