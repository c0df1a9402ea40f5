"""QEMU for s390x, and the firmware that comes with it."""

from collections.abc import Iterator

from netipl.errors import UnavailableError
from netipl.firmware.limits import CONFIGURATIONS, NETWORK_BOOT
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.machines.firmware_files import Installed

_SUBJECT = "QEMU for s390x"


def look(host: Host) -> Iterator[Outcome]:
    """Each program that runs guests here. Without any, guests may run elsewhere, unless some are defined here."""
    for found in host.programs:
        if isinstance(found, UnavailableError):
            yield Outcome(
                subject=_SUBJECT,
                evidence="it was looked for in PATH and in what libvirt says of its guests",
                problem=ProblemId.QEMU_MISSING,
                message=str(found),
                severity=None if host.guests else Severity.WARNING,
            )
        else:
            yield _judged(found)


def _judged(found: Installed) -> Outcome:
    subject = str(found.program)
    evidence = f"version {found.version}, firmware {', '.join(map(str, found.found)) or 'nowhere'}"
    if not NETWORK_BOOT.at(found.version):
        message = f"QEMU {found.version} has no network boot"
        return Outcome(subject=subject, evidence=evidence, problem=ProblemId.QEMU_TOO_OLD, message=message)
    if found.missing:
        places = ", ".join(map(str, found.directories))
        message = f"{' and '.join(found.missing)} is in none of {places}"
        return Outcome(subject=subject, evidence=evidence, problem=ProblemId.FIRMWARE_MISSING, message=message)
    if not CONFIGURATIONS.at(found.version):
        message = f"QEMU {found.version} boots a single image only"
        return Outcome(subject=subject, evidence=evidence, problem=ProblemId.QEMU_SINGLE_IMAGE, message=message)
    return fine(subject, evidence)
