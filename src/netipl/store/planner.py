"""Makes the plan of a guest from the files on disk that it is to boot, as they are at that moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Address

from netipl.answers.facts import FinishKeys
from netipl.content import Content
from netipl.errors import NetiplError
from netipl.firmware.versions import Version
from netipl.guests.build import Build
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.media.medium import Family
from netipl.net import Mac
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.choice import (
    Choice,
    Disk,
    Files,
    Install,
    OfForeman,
    choice,
    method_of,
    pinned_before,
    version_of,
)
from netipl.provisioning.foreman.deploying import BootsElsewhere, BootsFiles, BootsNothing
from netipl.provisioning.installation import Installation
from netipl.provisioning.plan import Images, Plan, Purpose, Subject, plan
from netipl.provisioning.profiling import Catalogue, catalogue
from netipl.provisioning.tokens import Tokens
from netipl.store import deploying, disk, files, installing
from netipl.store.installing import Answers, Media, NoMedia

Complain = Callable[[str, NetiplError], None]
"""Told whose plan cannot be made, and why."""


DeployedFor = Callable[[Network, Mac, Version | None], OfForeman | None]


def _nothing_deployed(_network: Network, _mac: Mac, _version: Version | None) -> OfForeman | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What there is to boot. `default` and `method` are for unknown clients, and for guests that say nothing.

    `http_port` is where boot files are served by HTTP. Without `tokens` nothing can be installed.
    """

    default: BootFiles | None = None
    method: BootMethod | None = None
    profiles: Mapping[str, Profile]
    """Those of the settings."""
    program: Content
    """The re-IPL program."""
    media: Media = field(default_factory=NoMedia)
    templates: Callable[[], Mapping[str, str]] = dict
    """The texts of the templates of answers, as they are now."""
    http_port: int
    tokens: Tokens | None = None
    boot_files: deploying.Resolve = deploying.nothing_fetched
    """Those that Foreman asked for."""


class Planner:
    """`build_of` is the newest build of a guest, `added` are the profiles that are not of the settings."""

    def __init__(
        self,
        offered: Offered,
        build_of: Callable[[Guest], Build | None],
        *,
        complain: Complain,
        added: Callable[[], Iterable[Profile]] = tuple,
        deployed: DeployedFor = _nothing_deployed,
    ) -> None:
        """`deployed` is what Foreman has deployed for a machine."""
        self.offered = offered
        self._deployed = deployed
        self._build_of = build_of
        self._added = added
        self._complain = complain

    @property
    def profiles(self) -> Catalogue:
        """All that there are now, media among them."""
        there = (*self.offered.media.media, *self.offered.media.coming)
        media = [medium.name for medium in there if medium.family is not Family.AGENT]
        return catalogue(self.offered.profiles, self._added(), media)

    def plan_for(self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan | None:
        """The plan of `guest`, or of an unknown client; None when it has nothing to boot, or that cannot be served."""
        build = self._build_of(guest) if guest is not None else None
        version = version_of(guest, network)
        chosen = choice(guest, build, self.offered.default, version, deployed=self._deployed(network, mac, version))
        return self._planned(chosen, guest, network, mac, address)

    def plan_again(
        self, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address, *, pinned: str | None
    ) -> Plan | None:
        """The plan of a boot that `pinned` this build, or none, before this process ran. None as above."""
        build = self._build_of(guest) if guest is not None else None
        version = version_of(guest, network)
        deployed = self._deployed(network, mac, version)
        chosen = pinned_before(guest, build, pinned, self.offered.default, version, deployed=deployed)
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
        """The plan that `chosen` leads to. Raises UsageError, RefusedError and UnavailableError."""
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
            case BootsFiles():
                subject = partial(_subject, guest, mac, address)
                method = method_of(guest, network, self.offered.method)
                return deploying.planned(chosen, method, subject, self.offered.boot_files)
            case BootsNothing():
                return Plan(fields=BootFields(file=b"/"), tree={}, closed=True)
            case BootsElsewhere():
                return deploying.elsewhere(chosen)

    def _install(self, chosen: Install, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        assert guest is not None  # of whom the build is
        made = self.installation(guest, chosen.profile)
        images = installing.images(made, self.known(made, network, address, self._token(chosen.build)), self._media)
        found = self._plan(images, guest, network, mac, address)
        return replace(found, purpose=Purpose.INSTALL, build=chosen.build.id, has_answers=made.has_answers)

    def installation(self, guest: Guest, profile: str, profiles: Catalogue | None = None) -> Installation:
        """What a build of `guest` with that profile installs, if there were these `profiles`, or with those of now.

        Raises UsageError, RefusedError and UnavailableError.
        """
        return installing.installation(guest, profile, self.profiles if profiles is None else profiles, self._media)

    def answers(
        self,
        made: Installation,
        network: Network,
        address: IPv4Address,
        token: str,
        keys: FinishKeys | None = None,
    ) -> Answers:
        """The files that its installer may fetch, which shows `token`; `keys` are those of its finish script.

        Raises as above, and for what cannot be made.
        """
        known = self.known(made, network, address, token)
        return installing.answers(made, known, network, address, self.offered.templates(), keys=keys)

    def known(self, made: Installation, network: Network, address: IPv4Address, token: str) -> dict[str, str]:
        """What its command line and answers may name."""
        return installing.known(made, network, address, port=self.offered.http_port, token=token)

    def _token(self, build: Build) -> str:
        return self.offered.tokens.of(build) if self.offered.tokens is not None else ""

    @property
    def _media(self) -> Media:
        return self.offered.media

    def _plan(self, images: Images, guest: Guest | None, network: Network, mac: Mac, address: IPv4Address) -> Plan:
        subject = _subject(guest, mac, address, images)
        return plan(method_of(guest, network, self.offered.method), subject)


def _subject(guest: Guest | None, mac: Mac, address: IPv4Address, images: Images) -> Subject:
    return Subject(
        name=guest.name if guest is not None else mac.dashed,
        mac=mac,
        uuid=guest.uuid if guest is not None else None,
        address=address,
        images=images,
    )
