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
    password: str | None = None
    admin: bool = False
    """May become root."""


@value(kw_only=True)
class Repository:
    """Where more packages come from."""

    name: str
    url: str


@value(kw_only=True)
class Choices:
    """`packages` are added to the least that boots and answers by SSH; `scripts` run at the end in the new system.

    `variables` are for templates of one's own. `znet`, `dasd`, `zfcp` and `cio_ignore` are the arguments of the kernel
    parameters `rd.znet`, `rd.dasd`, `rd.zfcp` and `cio_ignore`, for guests with devices that are not virtio.
    """

    timezone: str | None = None
    language: str | None = None
    keyboard: str | None = None
    layout: Layout | None = None
    root_password: str | None = None
    """A hash of crypt(3); without one root cannot log in by password."""
    root_ssh_keys: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    packages: tuple[str, ...] = ()
    repositories: tuple[Repository, ...] = ()
    scripts: tuple[str, ...] = ()
    znet: tuple[str, ...] = ()
    dasd: tuple[str, ...] = ()
    zfcp: tuple[str, ...] = ()
    cio_ignore: str | None = None
    variables: tuple[tuple[str, str], ...] = ()


def over(upper: Choices, lower: Choices) -> Choices:
    """`upper` where it says something, else `lower`; variables are merged by name."""
    said = {each.name: found for each in fields(upper) if (found := getattr(upper, each.name)) not in (None, ())}
    variables: Mapping[str, str] = dict(lower.variables) | dict(upper.variables)
    return replace(lower, **said | {"variables": tuple(variables.items())})
