"""A profile as a document: the one form in which it is set, stored, exported, imported and shown by the API.

Choices stand beside the other keys. Files (`kernel`, `initrd`, `answers`) are named by the settings alone: who may use
the API must not have any file of the server's machine sent to a guest.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from netipl.errors import UsageError
from netipl.guests import choices_document
from netipl.guests.guest import BootFiles
from netipl.guests.marks import domain_name, one_line
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.guests.reading import Document, Row, fields, read
from netipl.guests.wording import template_name

FILES: Final = ("kernel", "initrd", "answers")
"""Keys of the settings alone."""


def document(profile: Profile) -> Document:
    """With its name and without what is not said."""
    boot = profile.boot
    said = {
        "name": profile.name,
        "base": profile.base,
        "medium": profile.medium,
        "agent": profile.agent,
        "kernel": boot.kernel if boot is not None else None,
        "initrd": boot.initrd if boot is not None else None,
        "template": profile.template,
        "answers": profile.answers,
        "append": profile.append or None,
    }
    plain = {key: str(value) for key, value in said.items() if value is not None}
    return plain | choices_document.document(profile.choices)


def profile(document: Mapping[str, object], *, origin: ProfileOrigin = ProfileOrigin.ADDED) -> Profile:
    """The profile that a document describes. Raises UsageError that names the key."""
    if origin is not ProfileOrigin.SETTINGS and (named := [key for key in FILES if document.get(key)]):
        remedy = "say it in the settings file; or bring it as a medium: `netipl medium add`"
        raise UsageError(f"{named[0]}: files are named by the settings alone", remedy=remedy)
    chosen = {key: value for key, value in document.items() if key in choices_document.KEYS}
    found = fields({key: value for key, value in document.items() if key not in chosen}, _all(KEYS))
    if not found.get("name"):
        raise UsageError("name: a profile needs a name", remedy="give it a DNS name, as debian12")
    kernel, initrd = found.pop("kernel", None), found.pop("initrd", None)
    made = Profile(**found, choices=choices_document.choices(chosen), origin=origin)
    if kernel is None:
        return _checked(made, initrd)
    return _checked(replace(made, boot=BootFiles(kernel=kernel, initrd=initrd)), None)


def _checked(profile: Profile, lost: Path | None) -> Profile:
    """Raises UsageError where two keys say what boots, or what answers, or `lost` is an initrd without its kernel."""
    if lost is not None:
        raise UsageError("initrd: there is no kernel for it", remedy="say kernel, too")
    if profile.medium is not None and profile.boot is not None:
        raise UsageError("medium: there is a kernel, too", remedy="say one of medium and kernel")
    if profile.template is not None and profile.answers is not None:
        raise UsageError("template: there is a file of answers, too", remedy="say one of template and answers")
    return profile


def _all(keys: Mapping[str, Row]) -> Mapping[str, Row]:
    """With those of choices, so that all are named to whoever writes one that is not known."""
    return {**keys, **choices_document.KEYS}


KEYS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "name": ("name", read(domain_name)),
        "base": ("base", read(domain_name)),
        "medium": ("medium", read(domain_name)),
        "agent": ("agent", read(domain_name)),
        "kernel": ("kernel", read(Path)),
        "initrd": ("initrd", read(Path)),
        "template": ("template", read(template_name)),
        "answers": ("answers", read(Path)),
        "append": ("append", read(one_line)),
    }
)
"""What a document may say besides choices: of which field of a profile, and how it is read."""
