"""QEMU for s390x, and the firmware that comes with it."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.limits import CONFIGURATIONS, NETWORK_BOOT
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.machines.firmware_files import Installed

_SUBJECT = "QEMU for s390x"


def look(host: Host) -> Iterator[Outcome]:
    """Each program that runs guests here. Without any, guests may run elsewhere, unless some are defined here."""
    for found in host.programs:
        if isinstance(found, UnavailableError):
            yield wrong(
                ProblemId.QEMU_MISSING,
                _SUBJECT,
                str(found),
                evidence="it was looked for in PATH and in what libvirt says of its guests",
                severity=None if host.guests and host.runs_guests else Severity.WARNING,
            )
        else:
            yield _judged(found)


def _judged(found: Installed) -> Outcome:
    subject = str(found.program)
    evidence = f"version {found.version}, firmware {', '.join(map(str, found.found)) or 'nowhere'}"
    if not NETWORK_BOOT.at(found.version):
        message = f"QEMU {found.version} has no network boot"
        return wrong(ProblemId.QEMU_TOO_OLD, subject, message, evidence=evidence)
    if found.missing:
        places = ", ".join(map(str, found.directories))
        message = f"{' and '.join(found.missing)} is in none of {places}"
        return wrong(ProblemId.FIRMWARE_MISSING, subject, message, evidence=evidence)
    if not CONFIGURATIONS.at(found.version):
        message = f"QEMU {found.version} boots a single image only"
        return wrong(ProblemId.QEMU_SINGLE_IMAGE, subject, message, evidence=evidence)
    return fine(subject, evidence)
