"""Finds what a build installs: its profile, the media on the shelf, their bytes, and the answers made of templates."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final, Protocol

from netipl.answers import render
from netipl.answers.facts import Facts, FinishKeys
from netipl.answers.kind import Kind
from netipl.content import Content
from netipl.errors import RefusedError, UnavailableError, UsageError
from netipl.guests.guest import BootFiles, Guest
from netipl.guests.installer import AGENT
from netipl.guests.network import Network
from netipl.guests.profile import effective
from netipl.images.kernel import HEADER_SIZE
from netipl.media.medium import Medium, Role
from netipl.protocols.tftp.resolution import Arriving, Missing
from netipl.provisioning import ordering, parameters
from netipl.provisioning.installation import Installation, command_line, demand_whole, facts, is_of_agent, tree
from netipl.provisioning.plan import Images
from netipl.provisioning.profiling import Catalogue, check_template
from netipl.store import files

Answers = Mapping[str, bytes]
"""By the name under which an installer fetches them; the first is what it gets that names none."""

TREE: Final = "tree"
"""The variable that says where an install tree is, for media that have none with them."""
_HEADERS: Final = 64


class Media(Protocol):
    """What is asked of the shelf of media."""

    @property
    def media(self) -> Sequence[Medium]: ...

    @property
    def coming(self) -> Sequence[Medium]:
        """Those on their way that are recognised."""
        ...

    def medium(self, name: str) -> Medium | Arriving | Missing: ...

    def content(self, medium: Medium, role: Role) -> Content | Arriving | Missing: ...


class NoMedia:
    """A shelf with nothing on it."""

    @property
    def media(self) -> Sequence[Medium]:
        return ()

    @property
    def coming(self) -> Sequence[Medium]:
        return ()

    def medium(self, _name: str) -> Missing:
        return Missing()

    def content(self, _medium: Medium, _role: Role) -> Missing:
        return Missing()


def installation(guest: Guest, profile: str, profiles: Catalogue, media: Media) -> Installation:
    """What a build of `guest` with that profile installs now. Raises UsageError, RefusedError and UnavailableError."""
    if profile not in profiles:
        raise UsageError(f"there is no profile {profile} any more", remedy="cancel the build")
    found = effective(profiles[profile], profiles)
    medium = None if found.medium is None else _medium(found.medium, media)
    agent = _medium(found.agent or AGENT, media) if is_of_agent(medium) else None
    made = Installation(guest=guest, profile=found, medium=medium, agent=agent)
    demand_whole(made)
    return made


def images(made: Installation, known: Mapping[str, str], media: Media) -> Images:
    """What its firmware loads. Raises UsageError, RefusedError and UnavailableError."""
    append = command_line(made, known)
    if made.booted is None:
        boot = made.profile.boot
        assert boot is not None  # of a whole installation
        return files.images(BootFiles(kernel=boot.kernel, initrd=boot.initrd, append=append))
    booted, nothing = made.booted, Content(())
    names = _name(booted, Role.KERNEL), _name(booted, Role.INITRD)
    match media.content(booted, Role.KERNEL), media.content(booted, Role.INITRD):
        case Content() as kernel, Content() as initrd:
            header = _header(kernel)
            return Images(identity=booted.id, kernel=kernel, header=header, initrd=initrd, append=append, names=names)
        case Missing(), _:
            raise _lacks(booted, Role.KERNEL)
        case _, Missing():
            raise _lacks(booted, Role.INITRD)
    return Images(
        identity=booted.id, kernel=nothing, header=b"", initrd=nothing, append=append, names=names, is_promised=True
    )


def answers(
    made: Installation,
    known: Mapping[str, str],
    network: Network,
    address: IPv4Address,
    templates: Mapping[str, str],
    *,
    keys: FinishKeys | None = None,
) -> Answers:
    """All files that its installer may fetch, with the `keys` of its finish script.

    Raises UsageError that names template and line, and UnavailableError.
    """
    rendered = _rendered(made, known, facts(made, known, network, address, keys), templates)
    if made.profile.answers is None:
        return rendered
    first = next(iter(rendered), made.profile.answers.name)
    return {**rendered, first: files.filled(made.profile.answers, known)}


def _rendered(made: Installation, known: Mapping[str, str], told: Facts, templates: Mapping[str, str]) -> Answers:
    kind = made.kind
    if kind is None:
        return {}
    template = made.profile.template or ""
    check_template(made.profile, templates)
    if made.profile.answers is not None:
        return dict.fromkeys(render.names(kind, told.guest)[:1], b"")
    if kind is Kind.ORDERS:
        return ordering.files(made, known, told, templates, template=template)
    return render.files(kind, templates, told, template=template)


def known(made: Installation, network: Network, address: IPv4Address, *, port: int, token: str) -> dict[str, str]:
    """What its command line and its answers may name. What stands for nothing in it is not there."""
    medium = made.medium
    found = parameters.parameters(
        guest=made.guest.name,
        address=address,
        server=network.server,
        port=port,
        token=token,
        medium=medium.id if medium is not None else "",
    )
    its_tree = dict(made.choices.variables).get(TREE)
    if its_tree is None and medium is not None:
        its_tree = tree(medium, found["medium"])
    return found if its_tree is None else {**found, "tree": its_tree}


def _medium(name: str, media: Media) -> Medium:
    match media.medium(name):
        case Medium() as medium:
            return medium
        case Arriving():
            for medium in media.coming:
                if medium.name == name:
                    return medium
            remedy = "`netipl medium list` shows how far it is; ask again in a moment"
            raise UnavailableError(f"medium {name} is still arriving, and what it is is not known yet", remedy=remedy)
        case Missing():
            made = f"netipl agent build -o {AGENT} && netipl medium add {AGENT} {AGENT}"
            how = made if name == AGENT else f"netipl medium add {name} URL"
            raise RefusedError(f"there is no medium {name}", remedy=how)


def _lacks(medium: Medium, role: Role) -> RefusedError:
    return RefusedError(f"medium {medium.name} has no {role}", remedy="remove it, and add it again")


def _name(medium: Medium, role: Role) -> str:
    """In the TFTP tree, as in URLs."""
    return next((f"media/{medium.id}/{file.name}" for its, file in medium.files if its is role), "")


@lru_cache(maxsize=_HEADERS)
def _header(content: Content) -> bytes:
    """The file of a medium never changes."""
    return files.beginning(content, HEADER_SIZE)
