"""Whether this host's clock can be right: not before something that it has written, and kept by somebody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.clock import Discipline, discipline

_ALLOWED: Final = timedelta(minutes=5)
_SUBJECT: Final = "clock"


def look(host: Host) -> Iterator[Outcome]:
    """By netipl's own program files, and by what it keeps."""
    places = [Path(__file__)]
    if host.settings is not None:
        state = host.settings.state_directory()
        places += [state, *sorted(state.glob("*.sqlite*"))] if _is_open(state) else []
    yield _against(host.now, {place: _written(place) for place in places if place.exists()})
    yield judged(discipline())


def _against(now: datetime, written: dict[Path, datetime]) -> Outcome:
    newest = max(written, key=written.__getitem__)
    evidence = f"it is {now:%F %T}Z; {newest} was written at {written[newest]:%F %T}Z"
    if now + _ALLOWED < written[newest]:
        message = f"it is before something that was written here, by {written[newest] - now}"
        return wrong(ProblemId.CLOCK_WRONG, _SUBJECT, message, evidence=evidence)
    return fine(_SUBJECT, evidence)


def judged(kept: Discipline) -> Outcome:
    """By what the kernel has been told of its clock."""
    error = kept.largest_error.total_seconds()
    if kept.is_synchronised:
        return fine(_SUBJECT, f"it is kept by a time server, to {error:.3f} seconds at most")
    evidence = "the kernel says that nobody keeps it (STA_UNSYNC)"
    message = "nobody compares it with a time server"
    return wrong(ProblemId.CLOCK_FREE, _SUBJECT, message, evidence=evidence)


def _written(place: Path) -> datetime:
    return datetime.fromtimestamp(place.stat().st_mtime, UTC)


def _is_open(directory: Path) -> bool:
    """Whether the caller may look into it."""
    try:
        next(directory.iterdir(), None)
    except OSError:
        return False
    return True
