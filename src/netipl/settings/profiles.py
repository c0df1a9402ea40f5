"""The profiles of the settings file as values, choices of guests too, and what is wrong in what they say.

What a choice may be is decided in `guests/choices_document.py`; here each problem gets the place of its key.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from netipl.answers.choices import Choices
from netipl.errors import UsageError
from netipl.guests import choices_document, profile_document
from netipl.guests.profile import Profile, ProfileOrigin, bases
from netipl.provisioning.parameters import NAMES, filled
from netipl.settings.keys import File
from netipl.settings.problems import Location, Problem
from netipl.settings.profile_keys import ProfileKeys

PATH_REMEDY = "correct the path, or put it there; relative paths start where the settings file is"


def profile(name: str, keys: ProfileKeys, directory: Path) -> Profile:
    """Relative paths start in `directory`. Raises UsageError that names the key."""
    return profile_document.profile({"name": name, **_document(keys, directory)}, origin=ProfileOrigin.SETTINGS)


def choices(said: Mapping[str, Any]) -> Choices:  # Any: as TOML has it
    """Of a guest. Raises UsageError that names the key."""
    return choices_document.choices(said)


def problems(file: File, directory: Path) -> Iterator[Problem]:
    """Of all profiles, and of the choices of guests."""
    whole: dict[str, Profile] = {}
    for name, keys in file.profiles.items():
        place: Location = ("profiles", name)
        yield from _missing_files(place, keys, directory)
        wrong = [*_wrong_choices(place, _document(keys, directory))]
        yield from wrong
        try:
            if not wrong:
                whole[name] = profile(name, keys, directory)
        except UsageError as error:
            yield _problem(place, error)
        try:
            filled(keys.append, dict.fromkeys(NAMES, ""))
        except UsageError as error:
            yield Problem(key=(*place, "append"), what=str(error), remedy=error.remedy)
    yield from _circles(whole)
    for name, guest in file.guests.items():
        yield from _wrong_choices(("guests", name, "choices"), guest.choices, whole=True)


def _circles(profiles: Mapping[str, Profile]) -> Iterator[Problem]:
    """A base that is not here may have been added, or be a medium: whoever asks for a build is told."""
    others = {each.base: Profile(name=each.base) for each in profiles.values() if each.base is not None}
    for each in profiles.values():
        try:
            bases(each, {**others, **profiles})
        except UsageError as error:
            yield Problem(key=("profiles", each.name, "base"), what=str(error), remedy=error.remedy)


def _missing_files(place: Location, keys: ProfileKeys, directory: Path) -> Iterator[Problem]:
    for key in profile_document.FILES:
        path = getattr(keys, key)
        if path is not None and not (os.access(directory / path, os.R_OK) and (directory / path).is_file()):
            yield Problem(key=(*place, key), what=f"{directory / path} is no file to read", remedy=PATH_REMEDY)


def _wrong_choices(place: Location, said: Mapping[str, Any], *, whole: bool = False) -> Iterator[Problem]:
    """Each that is wrong. With `whole` nothing but choices may be there."""
    for key, value in said.items():
        if whole or key in choices_document.KEYS:
            try:
                choices({key: value})
            except UsageError as error:
                yield _problem(place, error)


def _problem(place: Location, error: UsageError) -> Problem:
    """What is wrong with a document begins with its key."""
    key, _, words = str(error).partition(": ")
    return Problem(key=(*place, key), what=words, remedy=error.remedy)


def _document(keys: ProfileKeys, directory: Path) -> dict[str, Any]:
    said = keys.model_dump(exclude_none=True)
    return {**said, **{key: str(directory / said[key]) for key in profile_document.FILES if key in said}}
