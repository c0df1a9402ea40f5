"""What the agent is ordered to do in a build whose medium is a disk image: to write it, with a seed for cloud-init."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from netipl.answers.environment import Templates
from netipl.answers.facts import Facts, context
from netipl.answers.kind import Kind
from netipl.answers.orders import AUTO, FILE, SEED_FILES, Form, Image, WriteImage, encode
from netipl.errors import RefusedError, UnavailableError, UsageError, WireError
from netipl.media.medium import File, Medium, Role
from netipl.provisioning.installation import Installation

_FORMS: Final = {".gz": Form.GZIP, ".xz": Form.XZ, ".zst": Form.ZSTD, ".zstd": Form.ZSTD}
"""How a kept image is packed, by the ending of its name."""
_NEEDED: Final = SEED_FILES[:2]


def files(
    made: Installation, known: Mapping[str, str], told: Facts, templates: Mapping[str, str], *, template: str = ""
) -> Mapping[str, bytes]:
    """The orders. Raises UsageError, and RefusedError where the medium is no image."""
    assert made.medium is not None  # by its kind
    file = _image(made.medium)
    orders = WriteImage(
        image=Image(
            url=f"{known['medium']}/{quote(file.name)}",
            form=next((form for ending, form in _FORMS.items() if file.name.endswith(ending)), Form.RAW),
            sha256=file.sha256,
            size=file.size,
        ),
        disk=AUTO if made.guest.disk is None else str(made.guest.disk),
        seed=_seed(templates, template or Kind.ORDERS, told),
        callback=known["callback"],
    )
    try:
        return {FILE: encode(orders)}
    except WireError as error:
        raise UsageError(f"{FILE}: {error}", remedy="see what the profile and its template say") from None


def _image(medium: Medium) -> File:
    file = next((file for role, file in medium.files if role is Role.IMAGE), None)
    if file is None:
        raise RefusedError(f"medium {medium.name} is no disk image", remedy="give the profile another medium")
    if not file.sha256:
        remedy = "`netipl medium list` shows how far it is; ask again when it is there"
        raise UnavailableError(f"medium {medium.name} is still arriving", remedy=remedy)
    return file


def _seed(templates: Mapping[str, str], template: str, told: Facts) -> tuple[tuple[str, str], ...]:
    """None where the template has none: the image is then as it came."""
    there = [name for name in SEED_FILES if f"{template}/{name}" in templates]
    if not set(_NEEDED) <= set(there):
        return ()
    environment, known = Templates(templates), context(told)
    return tuple((name, environment.rendered(f"{template}/{name}", known).decode()) for name in there)
