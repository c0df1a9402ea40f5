"""A build: the ticket for one installation of one guest.

Asked for by somebody, it waits for the guest's next boot, which pins it at its ACK and spends it with the last file.
Only a build that is not spent leads to an installer: a reinstall loop cannot be.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BuildState(StrEnum):
    """How far a build has come."""

    WAITING = "waiting"
    """For the guest's next boot."""
    LOADING = "loading"
    """A boot has pinned it, and fetches its files."""
    IN_DOUBT = "in-doubt"
    """netipl was started anew meanwhile: its boot may end, but no other one gets it."""
    SPENT = "spent"
    """Its files have been fetched: the installer runs."""
    FINISHING = "finishing"
    """Its system is on the disk: the finish script is still to run there."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({BuildState.WAITING, BuildState.LOADING, BuildState.IN_DOUBT, BuildState.SPENT, BuildState.FINISHING})
"""The states of a build that is not over; only the newest build of a guest is in one."""

_UNSPENT = frozenset({BuildState.WAITING, BuildState.LOADING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """`id` is unique and grows with time. `cause` says why it failed, `remedy` what helps."""

    id: str
    guest: str
    network: str
    profile: str
    asked: datetime
    by: str
    """Who asked for it."""
    expires: datetime
    """When its token does; put off by each boot that pins it."""
    attempts: int = 1
    """Boots that may still spend it."""
    state: BuildState = BuildState.WAITING
    boot: str | None = None
    """The boot that pinned it last."""
    ended: datetime | None = None
    cause: str = ""
    remedy: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def installs(self) -> bool:
        """Whether the guest's next boot leads to its installer."""
        return self.state in _UNSPENT or (self.state is BuildState.SPENT and self.attempts > 0)
