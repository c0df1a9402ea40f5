"""Whether the firmware of this host's guests can load the media that netipl keeps."""

from collections.abc import Iterator
from pathlib import Path

from netipl.errors import UnavailableError
from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.machines.firmware_files import Installed
from netipl.media import fit
from netipl.media.medium import Medium
from netipl.store.media import record
from netipl.store.media.shelf import RECORD


def look(host: Host) -> Iterator[Outcome]:
    """Each medium, for the oldest QEMU that is here or named in the settings."""
    if host.settings is None:
        return
    directory = host.settings.media_directory()
    version = min(_versions(host), default=None)
    try:
        places = sorted(each / RECORD for each in directory.iterdir()) if directory.exists() else []
        media = [record.decode(place.read_bytes()) for place in places if place.exists()]
    except (OSError, UnavailableError) as error:
        yield _unread(directory, error)
        return
    yield from (_judged(medium, version) for medium in media)


def _judged(medium: Medium, version: Version | None) -> Outcome:
    size = sum(file.size for _, file in medium.files)
    evidence = f"{len(medium.files)} files of {size} bytes, for QEMU {version or 'of any version'}"
    found = [each for each in fit.findings(medium, Target(version=version)) if each.rule is RuleId.MEMORY_EXCEEDED]
    subject = f"medium {medium.name}"
    if found:
        problem = ProblemId.MEDIUM_TOO_LARGE
        return wrong(problem, subject, found[0].message, evidence=evidence)
    return fine(subject, evidence)


def _versions(host: Host) -> Iterator[Version]:
    yield from (each.version for each in host.programs if isinstance(each, Installed))
    assert host.settings is not None  # by the caller
    yield from (each.firmware for each in host.settings.networks() if each.firmware is not None)
    yield from (each.firmware for each in host.settings.guests() if each.firmware is not None)


def _unread(directory: Path, error: OSError | UnavailableError) -> Outcome:
    return wrong(
        ProblemId.NOT_LOOKED_AT,
        "media",
        str(error),
        evidence=str(directory),
        remedy=error.remedy if isinstance(error, UnavailableError) else "",
    )
