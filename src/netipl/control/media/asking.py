"""Which wishes for media are heeded at all: what is wrong with one is said at once, and not by a job."""

from dataclasses import replace
from pathlib import Path

from netipl.errors import UsageError
from netipl.integrations import gpgv
from netipl.integrations.mirror import client
from netipl.provisioning.media_jobs import MediumAsked, checked_sum, medium_name


def checked(asked: MediumAsked, own: Path) -> MediumAsked:
    """As it can be done. From `own`, the state directory, nothing is taken. Blocks. Raises UsageError."""
    medium_name(asked.name)
    if asked.key:
        gpgv.keyring(asked.key)
    source = asked.source
    if source is not None and "://" in source:
        source = client.location(source)
    elif source is not None:
        if not source.startswith("/"):
            raise UsageError(f"{source!r} is no path from the root", remedy="give a URL, or an absolute path")
        place, mine = Path(source).resolve(), own.resolve()
        if place.is_relative_to(mine):
            raise UsageError(f"{source} is the daemon's own", remedy="move the medium out of the state directory")
        if mine.is_relative_to(place):
            raise UsageError(f"{source} has the state directory in it", remedy="name the medium's own directory")
    return replace(asked, source=source, sha256=checked_sum(asked.sha256) if asked.sha256 else None)
