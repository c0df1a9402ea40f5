"""Whether libvirt is reached."""

from collections.abc import Iterator

from netipl.errors import NetiplError
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId


def look(host: Host) -> Iterator[Outcome]:
    """One that is not there is worse where the settings name it."""
    seen = host.libvirt
    if isinstance(seen, NetiplError):
        is_meant = host.settings is not None and host.settings.libvirt is not None
        yield wrong(
            ProblemId.LIBVIRT_UNREACHABLE,
            "libvirt",
            str(seen),
            evidence=f"a read-only connection to {host.uri}",
            remedy=seen.remedy,
            severity=Severity.ERROR if is_meant else None,
        )
    else:
        counts = f"{len(seen.situations)} networks, {len(host.guests)} domains for s390x"
        yield fine("libvirt", f"{host.uri}, version {seen.version}: {counts}")
