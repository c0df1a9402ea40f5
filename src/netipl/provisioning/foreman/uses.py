"""Which deployed configurations need a boot file: those that name it, for whatever boot program and firmware they are.

Rather one too many than one too few: a file that none needs may be removed.
"""

from datetime import datetime

from netipl.provisioning.foreman.deployed import BootFile, Deployed
from netipl.values import value


@value(kw_only=True)
class KeptFile:
    """A boot file as it lies here. `size` in bytes and `came` are None where it is not there."""

    file: BootFile
    source: str
    """Its URL, without a password."""
    size: int | None
    came: datetime | None
    users: tuple[str, ...]
    """Names that the configurations would have in a TFTP root."""


def users(deployed: Deployed, name: str) -> tuple[str, ...]:
    """Of the file `name`, in order."""
    wanted = name.encode("utf-8", "surrogateescape")
    found = (each.variant.file(each.station) for each in deployed.configurations if wanted in each.data)
    return tuple(sorted(found))
