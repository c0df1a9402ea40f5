"""A profile: what an installation boots. Where its files come from is not said here."""

from dataclasses import dataclass
from pathlib import Path

from netipl.guests.guest import BootFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`boot` are the installer's files; its `append` may name what `provisioning/parameters.py` has.

    `answers` is a file that the installer fetches, with the same names in it.
    """

    name: str
    boot: BootFiles
    answers: Path | None = None
