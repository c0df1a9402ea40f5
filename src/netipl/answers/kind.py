"""The kinds of answer files, one for each kind of installer."""

from enum import StrEnum


class Kind(StrEnum):
    """Each has its shipped templates, its files and its validators."""

    KICKSTART = "kickstart"
    AUTOYAST = "autoyast"
    AGAMA = "agama"
    PRESEED = "preseed"
    AUTOINSTALL = "autoinstall"
    """Of Ubuntu, in the NoCloud layout."""
    IGNITION = "ignition"
    ALPINE = "alpine"
    ORDERS = "orders"
    """Of the project's own agent."""
