"""What the agent is ordered to do in a build: to write an image, with a seed for cloud-init, or to install Debian."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from netipl.answers.choices import Layout, Repository
from netipl.answers.environment import Templates
from netipl.answers.facts import Facts, chosen, context
from netipl.answers.kind import Kind
from netipl.answers.orders import (
    AUTO,
    FILE,
    SEED_FILES,
    Account,
    Form,
    Image,
    InstallDebian,
    Orders,
    WriteImage,
    encode,
)
from netipl.errors import RefusedError, UnavailableError, UsageError, WireError
from netipl.media.medium import Family, File, Medium, Role
from netipl.provisioning.installation import Installation

_FORMS: Final = {".gz": Form.GZIP, ".xz": Form.XZ, ".zst": Form.ZSTD, ".zstd": Form.ZSTD}
"""How a kept image is packed, by the ending of its name."""
_NEEDED: Final = SEED_FILES[:2]


def files(
    made: Installation, known: Mapping[str, str], told: Facts, templates: Mapping[str, str], *, template: str = ""
) -> Mapping[str, bytes]:
    """The orders. Raises UsageError, RefusedError for what the agent cannot do, and UnavailableError."""
    assert made.medium is not None  # by its kind
    try:
        if made.medium.family is Family.DEBIAN_PACKAGES:
            return {FILE: encode(_debian(made, made.medium, known, told))}
        seed = _seed(templates, template or Kind.ORDERS, told)
        return {FILE: encode(_image(made, made.medium, known, seed))}
    except WireError as error:
        raise UsageError(f"{FILE}: {error}", remedy="see what the profile and its template say") from None


def _image(made: Installation, medium: Medium, known: Mapping[str, str], seed: tuple[tuple[str, str], ...]) -> Orders:
    return WriteImage(
        image=_fetched(medium, Role.IMAGE, known), disk=_disk(made), seed=seed, callback=known["callback"]
    )


def _debian(made: Installation, medium: Medium, known: Mapping[str, str], told: Facts) -> Orders:
    choices = chosen(told)
    if lacking := sorted(set(choices.packages) - set(medium.packages)):
        remedy = f"make one that has them: netipl agent packages {' '.join(lacking)}; then import it"
        raise RefusedError(f"medium {medium.name} has no package {', '.join(lacking)}", remedy=remedy)
    if choices.layout is Layout.LVM:
        raise RefusedError("the agent installs Debian without LVM", remedy="choose layout plain, or a disk image")
    return InstallDebian(
        packages=_fetched(medium, Role.PACKAGES, known),
        disk=_disk(made),
        hostname=told.guest if told.domain is None or "." in told.guest else f"{told.guest}.{told.domain}",
        timezone=choices.timezone or "UTC",
        root_password=choices.root_password,
        root_ssh_keys=choices.root_ssh_keys,
        accounts=tuple(
            Account(name=user.name, ssh_keys=user.ssh_keys, password=user.password, admin=user.admin)
            for user in choices.users
        ),
        repositories=tuple(map(_line, choices.repositories)),
        scripts=choices.scripts,
        callback=known["callback"],
    )


def _line(repository: Repository) -> str:
    """Of sources.list(5): a flat repository, as the preseed has it too."""
    return f"deb [trusted=yes] {repository.url} ./"


def _fetched(medium: Medium, role: Role, known: Mapping[str, str]) -> Image:
    """The one file in that role, as the agent fetches it. Raises RefusedError and UnavailableError."""
    file = _file(medium, role)
    return Image(
        url=f"{known['medium']}/{quote(file.name)}",
        form=next((form for ending, form in _FORMS.items() if file.name.endswith(ending)), Form.RAW),
        sha256=file.sha256,
        size=file.size,
        raw_size=file.unpacked,
    )


def _file(medium: Medium, role: Role) -> File:
    file = next((file for its, file in medium.files if its is role), None)
    if file is None:
        raise RefusedError(f"medium {medium.name} has nothing that the agent installs", remedy="give another medium")
    if not file.sha256:
        remedy = "`netipl medium list` shows how far it is; ask again when it is there"
        raise UnavailableError(f"medium {medium.name} is still arriving", remedy=remedy)
    return file


def _disk(made: Installation) -> str:
    return AUTO if made.guest.disk is None else str(made.guest.disk)


def _seed(templates: Mapping[str, str], template: str, told: Facts) -> tuple[tuple[str, str], ...]:
    """None where the template has none: the image is then as it came."""
    there = [name for name in SEED_FILES if f"{template}/{name}" in templates]
    if not set(_NEEDED) <= set(there):
        return ()
    environment, known = Templates(templates), context(told)
    return tuple((name, environment.rendered(f"{template}/{name}", known).decode()) for name in there)
