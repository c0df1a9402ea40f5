"""Makes the plan of a guest from the files on disk that it is to boot, as they are at that moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from netipl.content import Content
from netipl.errors import NetiplError, UsageError
from netipl.guests.build import Build
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.net import Mac
from netipl.provisioning import parameters
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.choice import (
    Choice,
    Disk,
    Files,
    Install,
    choice,
    method_of,
    pinned_before,
    version_of,
)
from netipl.provisioning.plan import Images, Plan, Purpose, Subject, plan
from netipl.provisioning.tokens import Tokens
from netipl.store import disk, files

Complain = Callable[[str, NetiplError], None]
"""Told whose plan cannot be made, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What there is to boot. `default` and `method` are for unknown clients, and for guests that say nothing.

    `http_port` is where boot files are served by HTTP. Without `tokens` nothing can be installed.
    """

    default: BootFiles | None = None
    method: BootMethod | None = None
    profiles: Mapping[str, Profile]
    program: Content
    """The re-IPL program."""
    http_port: int
    tokens: Tokens | None = None


class Planner:
    """`build_of` is the newest build of a guest."""

    def __init__(self, offered: Offered, build_of: Callable[[Guest], Build | None], *, complain: Complain) -> None:
        self.offered = offered
        self._build_of = build_of
        self._complain = complain

    def plan_for(self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan | None:
        """The plan of `guest`, or of an unknown client; None when it has nothing to boot, or that cannot be served."""
        build = self._build_of(guest) if guest is not None else None
        chosen = choice(guest, build, self.offered.default, version_of(guest, network))
        return self._planned(chosen, guest, network, mac, address)

    def plan_again(
        self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address, *, pinned: str | None
    ) -> Plan | None:
        """The plan of a boot that `pinned` this build, or none, before this process ran. None as above."""
        build = self._build_of(guest) if guest is not None else None
        chosen = pinned_before(guest, build, pinned, self.offered.default, version_of(guest, network))
        return self._planned(chosen, guest, network, mac, address)

    def _planned(
        self, chosen: Choice | None, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address
    ) -> Plan | None:
        try:
            return None if chosen is None else self.planned(chosen, guest, network, mac, address)
        except NetiplError as error:
            self._complain(guest.name if guest is not None else mac.dashed, error)
            return None

    def planned(self, chosen: Choice, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        """The plan that `chosen` leads to. Raises UsageError and UnavailableError."""
        match chosen:
            case Install():
                return self._install(chosen, guest, network, mac, address)
            case Disk(way=LocalBoot.FALL_THROUGH):
                return Plan(fields=BootFields(file=b"/"), tree={}, purpose=Purpose.DISK, closed=True)
            case Disk(device=device):
                made = self._plan(disk.images(self.offered.program, device), guest, network, mac, address)
                return replace(made, purpose=Purpose.DISK)
            case Files(boot=boot):
                return self._plan(files.images(boot), guest, network, mac, address)

    def _install(self, chosen: Install, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        assert guest is not None  # of whom the build is
        profile = self.offered.profiles.get(chosen.profile)
        if profile is None:
            raise UsageError(f"there is no profile {chosen.profile} any more", remedy="cancel the build")
        append = " ".join(part for part in (profile.boot.append, guest.append) if part)
        boot = replace(
            profile.boot, append=parameters.filled(append, self.known(guest, chosen.build, network, address))
        )
        made = self._plan(files.images(boot), guest, network, mac, address)
        has_answers = profile.answers is not None
        return replace(made, purpose=Purpose.INSTALL, build=chosen.build.id, has_answers=has_answers)

    def known(self, guest: Guest, build: Build, network: Network, address: IPv4Address) -> dict[str, str]:
        """What its command line and answers may name."""
        token = self.offered.tokens.of(build) if self.offered.tokens is not None else ""
        port = self.offered.http_port
        return parameters.parameters(guest=guest.name, address=address, server=network.server, port=port, token=token)

    def _plan(self, images: Images, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        subject = Subject(
            name=guest.name if guest is not None else mac.dashed,
            mac=mac,
            uuid=guest.uuid if guest is not None else None,
            address=address,
            images=images,
        )
        return plan(method_of(guest, version_of(guest, network), self.offered.method), subject)
