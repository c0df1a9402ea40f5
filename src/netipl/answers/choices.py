"""What people choose of an installation, whatever installs it: of a profile, or of one guest.

None and empty mean that nothing is said here, so one may stand over another: `over` is how inheritance works.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum

from netipl.values import value


class Layout(StrEnum):
    """How the disk is divided."""

    PLAIN = "plain"
    """One root file system."""
    LVM = "lvm"
    """A volume group with root and swap."""


@value(kw_only=True)
class User:
    """Who may log in. `password` is a hash of crypt(3), never a password."""

    name: str
    ssh_keys: tuple[str, ...] = ()
    """Public keys, as in `authorized_keys`."""
    password: str | None = None
    """A hash of crypt(3); without one the user cannot log in by password."""
    admin: bool = False
    """May become root."""


@value(kw_only=True)
class Repository:
    """Where more packages come from: for Debian and Ubuntu a flat one, whose packages are not verified."""

    name: str
    url: str


@value(kw_only=True)
class Choices:
    """Each field says nothing until it is set. The last ones but `variables` are of guests with channel devices."""

    timezone: str | None = None
    """As `Europe/Prague`."""
    language: str | None = None
    """A locale, as `de_DE.UTF-8`."""
    keyboard: str | None = None
    """A layout, as `de`."""
    layout: Layout | None = None
    """How the disk is divided: `plain` or `lvm`."""
    root_password: str | None = None
    """A hash of crypt(3); without one root cannot log in by password."""
    root_ssh_keys: tuple[str, ...] = ()
    """Public keys, as in `authorized_keys`."""
    users: tuple[User, ...] = ()
    packages: tuple[str, ...] = ()
    """Beside the least that boots and answers by SSH."""
    repositories: tuple[Repository, ...] = ()
    scripts: tuple[str, ...] = ()
    """Programs that run at the end in the new system: of the shell, unless the first line names another."""
    finish: str | None = None
    """A program that netipl runs by SSH when a disk image has booted."""
    znet: tuple[str, ...] = ()
    """Arguments of `rd.znet`, as `qeth,0.0.0600,0.0.0601,0.0.0602`."""
    dasd: tuple[str, ...] = ()
    """Arguments of `rd.dasd`, as `0.0.0200`."""
    zfcp: tuple[str, ...] = ()
    """Arguments of `rd.zfcp`, as `0.0.4000,0x5005076300c213e9,0x5022000000000000`."""
    cio_ignore: str | None = None
    """The argument of `cio_ignore`."""
    variables: tuple[tuple[str, str], ...] = ()
    """For templates of one's own; a mapping there: `{{ variables.site }}`."""


def over(upper: Choices, lower: Choices) -> Choices:
    """`upper` where it says something, else `lower`; variables are merged by name."""
    said = {each.name: found for each in fields(upper) if (found := getattr(upper, each.name)) not in (None, ())}
    variables: Mapping[str, str] = dict(lower.variables) | dict(upper.variables)
    return replace(lower, **said | {"variables": tuple(variables.items())})
