"""The kernel parameters that install from a medium unattended, from the tables of its family.

Names in braces stay for the build to fill in (netipl.provisioning.parameters); a KVM guest's console needs no word of
its own: Linux takes the VT220 of the SCLP, which libvirt's `sclp` console shows.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from netipl.errors import RefusedError
from netipl.media.families import FAMILIES
from netipl.media.medium import Medium, Role
from netipl.media.versions import fitting

CONSOLES: Final[Mapping[str, str]] = MappingProxyType({"sclp": "ttysclp0", "sclplm": "ttyS0"})
"""The device by the `type` of a console in libvirt: VT220, and line mode. There is no tty0."""

_MISSING: Final[Mapping[Role, str]] = {Role.ISO: "add the medium from its ISO image, which the installer fetches whole"}


def unattended(medium: Medium) -> str:
    """Raises RefusedError where the medium lacks a file that they need."""
    rows = FAMILIES[medium.family].parameters
    names = {role: file.name for role, file in medium.files}
    kernel = names.get(Role.KERNEL, "")
    row = fitting([row for row in rows if kernel.startswith(row.kernel)], medium.title, medium.version)
    text = "" if row is None else row.text
    for role in Role:
        if f"<{role}>" in text and role not in names:
            raise RefusedError(f"{medium.title} is kept without its {role}", remedy=_MISSING.get(role, "add it again"))
        text = text.replace(f"<{role}>", quote(names.get(role, "")))
    return text


def answers_file(medium: Medium) -> str:
    """The name under which the installer fetches its answers; empty where it asks for a directory, or for none."""
    return FAMILIES[medium.family].answers
