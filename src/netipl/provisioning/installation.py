"""What one build installs: its effective profile with the guest's own choices, its medium, and what its installer
is told.

A pure function of profiles and media. Where the bytes of a medium are is asked of the one who plans.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final

from netipl.answers.choices import Choices, over
from netipl.answers.facts import Facts, FinishKeys, disk_path, kernel_parameters
from netipl.answers.kind import Kind
from netipl.errors import RefusedError
from netipl.guests.guest import Guest
from netipl.guests.installer import kind_of
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.media import parameters as media
from netipl.media.medium import Family, Medium
from netipl.provisioning.parameters import filled
from netipl.values import value

_FETCHED: Final = ("http://", "https://", "ftp://")
"""How the source of a medium begins from which an installer can fetch."""


@value(kw_only=True)
class Installation:
    """`profile` is effective. `agent` is the medium that is booted where `medium` is a disk image."""

    guest: Guest
    profile: Profile
    medium: Medium | None = None
    agent: Medium | None = None

    @property
    def booted(self) -> Medium | None:
        """The medium whose kernel and initrd the firmware gets; None where the profile has files of its own."""
        return self.medium if self.agent is None else self.agent

    @property
    def kind(self) -> Kind | None:
        """None: nobody knows which answers its installer takes."""
        return kind_of(self.medium, self.profile.template)

    @property
    def choices(self) -> Choices:
        """Those of the guest over those of the profile."""
        return over(self.guest.choices, self.profile.choices)

    @property
    def has_answers(self) -> bool:
        return self.kind is not None or self.profile.answers is not None


@value(kw_only=True)
class Answered:
    """`files` are what the installer of `installation` gets, by the name under which it fetches them."""

    installation: Installation
    files: Mapping[str, bytes]


def is_of_agent(medium: Medium | None) -> bool:
    """Whether the agent installs it, and is what boots."""
    return medium is not None and medium.family in {Family.DISK_IMAGE, Family.DEBIAN_PACKAGES}


def command_line(installation: Installation, known: Mapping[str, str]) -> str:
    """For the medium's family, the profile, the guest and its devices. Raises UsageError and RefusedError."""
    booted = installation.booted
    parts = (
        media.unattended(booted) if booted is not None else "",
        installation.profile.append,
        installation.guest.append,
        *kernel_parameters(installation.choices),
    )
    return filled(" ".join(part for part in parts if part), known)


def tree(medium: Medium, kept: str) -> str | None:
    """The URL of its install tree: `kept`/tree, where all of it is served here, else the mirror that it came from."""
    if medium.has_tree:
        return f"{kept}/tree"
    return medium.source.rstrip("/") if medium.source.startswith(_FETCHED) else None


def facts(
    installation: Installation,
    known: Mapping[str, str],
    network: Network,
    address: IPv4Address,
    keys: FinishKeys | None = None,
) -> Facts:
    """What templates are told. `known` is as for command lines, `keys` are those of its finish script."""
    guest, medium = installation.guest, installation.medium
    return Facts(
        guest=guest.name,
        domain=network.domain,
        macs=guest.macs,
        address=address,
        netmask=network.subnet.netmask,
        gateway=network.router or network.server,
        dns=network.dns,
        server=network.server,
        disk=disk_path(guest.disk),
        family=medium.family if medium is not None else "",
        version=medium.version if medium is not None else "",
        title=medium.title if medium is not None else installation.profile.name,
        tree=known.get("tree"),
        medium=known.get("medium"),
        answers=known["answers"],
        callback=known["callback"],
        finish_keys=keys,
        choices=installation.choices,
    )


def demand_finish(installation: Installation) -> None:
    """Raises RefusedError where there is a finish script, and nothing that it could run on."""
    if installation.choices.finish is None:
        return
    medium, own = installation.medium, installation.profile.answers
    if medium is None or medium.family is not Family.DISK_IMAGE:
        raise RefusedError(
            "finish: only a disk image is finished by SSH", remedy="let its installer run it: say it in scripts"
        )
    if own is not None:
        raise RefusedError(
            f"finish: {own} is a file, which cannot have the keys of this build", remedy="give a template in its place"
        )


def demand_whole(installation: Installation) -> None:
    """Raises RefusedError where nothing says what boots."""
    profile = installation.profile
    if installation.medium is None and profile.boot is None:
        raise RefusedError(
            f"profile {profile.name} names neither a medium nor a kernel",
            remedy=f"netipl profile set {profile.name} --medium NAME",
        )
