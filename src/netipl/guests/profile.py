"""A profile: what an installation boots, which answers it gets, and what is chosen of it; alone, or over a base.

Where its files come from is not said here. What a medium's family adds is known to the one who plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from netipl.answers.choices import Choices, over
from netipl.errors import UsageError
from netipl.guests.guest import BootFiles

DEEPEST: Final = 8
"""So many profiles may stand over each other."""


class ProfileOrigin(StrEnum):
    """Who says that there is this profile. Where two have one name, the first of these stands."""

    SETTINGS = "settings"
    """The settings file, which alone changes it."""
    ADDED = "added"
    """Somebody, by the API or the command line."""
    MEDIUM = "medium"
    """A medium of this name, with nothing chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """It boots the kernel and initrd of `medium`, or files of its own (`boot`); for a disk image those of `agent`.

    Its `append` comes behind the parameters of the medium. Its installer gets the answers of `template`, else of what
    suits the medium; or the plain file `answers`, in which, as in `append`, names in braces are filled in
    (`provisioning/parameters.py`).
    """

    name: str
    base: str | None = None
    medium: str | None = None
    agent: str | None = None
    boot: BootFiles | None = None
    template: str | None = None
    answers: Path | None = None
    append: str = ""
    choices: Choices = field(default_factory=Choices)
    origin: ProfileOrigin = ProfileOrigin.SETTINGS


def effective(profile: Profile, others: Mapping[str, Profile]) -> Profile:
    """`profile` with all that its bases say and it does not. Raises UsageError for bases that cannot be.

    What boots (medium or files) is of one profile, and so are the answers (template or file); kernel parameters of the
    bases come before its own.
    """
    found = profile
    for base in bases(profile, others):
        found = _over(found, base)
    return replace(found, base=None)


def bases(profile: Profile, others: Mapping[str, Profile]) -> tuple[Profile, ...]:
    """Its base, the base of that, and so on. Raises UsageError."""
    found: list[Profile] = []
    names = [profile.name]
    while (name := (found[-1] if found else profile).base) is not None:
        if name in names:
            circle = " -> ".join((*names, name))
            raise UsageError(f"profile {name} would be its own base: {circle}", remedy="give one of them no base")
        if name not in others:
            known = ", ".join(sorted(others))
            raise UsageError(
                f"profile {names[-1]} has the base {name}, which is not there",
                remedy=f"known are: {known}" if known else "add it, or take the base out",
            )
        if len(names) > DEEPEST:
            raise UsageError(f"profile {profile.name} has more than {DEEPEST} bases", remedy="put some into one")
        names.append(name)
        found.append(others[name])
    return tuple(found)


def _over(upper: Profile, lower: Profile) -> Profile:
    boots = upper if upper.medium is not None or upper.boot is not None else lower
    answered = upper if upper.template is not None or upper.answers is not None else lower
    return replace(
        upper,
        medium=boots.medium,
        boot=boots.boot,
        agent=upper.agent or lower.agent,
        template=answered.template,
        answers=answered.answers,
        append=" ".join(filter(None, (lower.append, upper.append))),
        choices=over(upper.choices, lower.choices),
    )
