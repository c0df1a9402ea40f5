"""Which profiles there are, and what people change of those that were added. Returns changes, makes none.

A profile of the settings stands before one that was added, and that before a medium, which is a profile of its own name
with nothing chosen.
"""

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from netipl.errors import ConflictError, MissingError, RefusedError, UsageError
from netipl.guests import differing
from netipl.guests.build import Build
from netipl.guests.guest import Guest
from netipl.guests.profile import Profile, ProfileOrigin, bases
from netipl.guests.profile_document import document
from netipl.provisioning.changes import Change, Happened, ProfileForgotten, ProfileSet
from netipl.provisioning.timeline import Deed, Event

Catalogue = Mapping[str, Profile]
"""All profiles, by name."""

_SHOWN: Final = 5
_SETTINGS_REMEDY: Final = "change it there, and reload netipl"


def catalogue(settings: Catalogue, added: Iterable[Profile], media: Iterable[str] = ()) -> Catalogue:
    """Of the profiles of the settings, those that were added, and the names of media."""
    by_name = {profile.name: profile for profile in added}
    of_media = {name: Profile(name=name, medium=name, origin=ProfileOrigin.MEDIUM) for name in media}
    return ChainMap(dict(settings), by_name, of_media)


def known(profiles: Catalogue, name: str) -> Profile:
    """Raises MissingError where there is no such profile."""
    profile = profiles.get(name)
    if profile is None:
        raise MissingError(f"there is no profile {name}", remedy="`netipl profile list` shows all")
    return profile


def put(profile: Profile, profiles: Catalogue, *, media: Iterable[str], by: str, now: datetime) -> tuple[Change, ...]:
    """`profile` is added, or takes the place of the one with its name. Raises UsageError and RefusedError."""
    before = profiles.get(profile.name)
    if before is not None and before.origin is ProfileOrigin.SETTINGS:
        raise RefusedError(f"profile {profile.name} is in the settings file", remedy=_SETTINGS_REMEDY)
    if before == profile:
        return ()
    there = [*media]
    if profile.medium is not None and profile.medium not in there:
        names = f"known are {', '.join(there)}" if there else "there is none: `netipl medium add` brings one"
        raise UsageError(f"medium: there is no medium {profile.medium}", remedy=names)
    _whole(profile, profiles)
    if before is None or before.origin is ProfileOrigin.MEDIUM:
        deed, detail = Deed.PROFILE_ADDED, differing.added(document(profile))
    else:
        deed, detail = Deed.PROFILE_CHANGED, differing.changed(document(before), document(profile))
    return ProfileSet(profile), _told(deed, profile.name, now, by, detail)


def _whole(profile: Profile, profiles: Catalogue) -> None:
    """Raises UsageError where it, or one that stands over it, would have bases that cannot be."""
    after = {**profiles, profile.name: profile}
    for each in (profile, *(known for known in profiles.values() if _has_bases(known, profiles))):
        try:
            bases(after[each.name], after)
        except UsageError as error:
            raise UsageError(f"base: {error}", remedy=error.remedy) from None


def remove(
    name: str, profiles: Catalogue, guests: Iterable[Guest], builds: Iterable[Build], *, by: str, now: datetime
) -> tuple[Change, ...]:
    """Raises RefusedError for one of the settings or of a medium, and where something still uses it."""
    profile = known(profiles, name)
    if profile.origin is ProfileOrigin.SETTINGS:
        raise RefusedError(f"profile {name} is in the settings file", remedy=_SETTINGS_REMEDY)
    if profile.origin is ProfileOrigin.MEDIUM:
        raise RefusedError(f"profile {name} is the medium of this name", remedy=f"netipl medium remove {name}")
    if used := users(name, profiles, guests, builds):
        raise ConflictError(f"profile {name} is used by {', '.join(used)}", remedy="give them another one first")
    return ProfileForgotten(name), _told(Deed.PROFILE_REMOVED, name, now, by, {})


def users(name: str, profiles: Catalogue, guests: Iterable[Guest], builds: Iterable[Build]) -> tuple[str, ...]:
    """Who uses it, in words, and of many guests only some."""
    installed = [guest.name for guest in guests if guest.profile == name]
    return (
        *_named("guest", installed),
        *_named("the build of guest", [build.guest for build in builds if build.is_open and build.profile == name]),
        *_named("profile", [each.name for each in profiles.values() if each.base == name]),
    )


def users_of_medium(
    medium: str,
    profiles: Catalogue,
    guests: Iterable[Guest],
    builds: Iterable[Build],
    *,
    booted: Collection[str] = (),
) -> tuple[str, ...]:
    """The profiles that say this medium, or as that of the agent; guests and builds whose profile it is; and the builds
    whose identifiers are in `booted`, since their firmware gets it.

    A medium that they need must not be removed.
    """
    said = [each for each in profiles.values() if medium in {each.medium, each.agent}]
    itself = [each.name for each in said if each.origin is ProfileOrigin.MEDIUM]
    return (
        *_named("profile", [each.name for each in said if each.origin is not ProfileOrigin.MEDIUM]),
        *_named("guest", [guest.name for guest in guests if guest.profile in itself]),
        *_named(
            "the build of guest",
            [each.guest for each in builds if each.is_open and (each.profile in itself or each.id in booted)],
        ),
    )


def check_template(profile: Profile, templates: Iterable[str]) -> None:
    """Raises UsageError where none of `templates`, each `TEMPLATE/FILE`, is of the one that it names."""
    there = dict.fromkeys(name.partition("/")[0] for name in templates)
    if profile.template is not None and profile.template not in there:
        raise UsageError(f"template: there is no template {profile.template}", remedy=f"known are {', '.join(there)}")


def _has_bases(profile: Profile, profiles: Catalogue) -> bool:
    try:
        bases(profile, profiles)
    except UsageError:
        return False
    return True


def _named(what: str, names: list[str]) -> tuple[str, ...]:
    shown = tuple(f"{what} {name}" for name in names[:_SHOWN])
    return (*shown, f"{len(names) - _SHOWN} more") if len(names) > _SHOWN else shown


def _told(deed: Deed, name: str, now: datetime, by: str, detail: Mapping[str, str]) -> Happened:
    return Happened(Event(at=now, what=deed, network="", by=by, detail={**detail, "name": name}))
