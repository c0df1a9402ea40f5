"""Whether the settings are right, where there are any."""

from collections.abc import Iterator

from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId


def look(host: Host) -> Iterator[Outcome]:
    """As `netipl serve --check` does."""
    if host.settings_error is not None:
        yield wrong(
            ProblemId.SETTINGS_WRONG,
            "settings",
            str(host.settings_error),
            evidence="the file, and the environment over it",
            remedy=host.settings_error.remedy,
        )
    elif host.settings is not None:
        count = len(host.settings.networks())
        yield fine("settings", f"{host.settings.path}: {count} networks, {len(host.settings.guests())} guests")
