"""The installers that templates are shipped for, and what each of them can be given."""

import re
from dataclasses import dataclass, replace

from netipl.answers.choices import Choices, Layout
from netipl.answers.facts import Facts
from netipl.answers.kind import Kind
from tests.unit.answers.cases import FULL, LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """One version of a distribution's installer."""

    kind: Kind
    family: str
    version: str
    title: str

    def __str__(self) -> str:
        return f"{self.kind}-{re.sub('[^A-Za-z0-9.]+', '-', self.title).strip('-')}"

    def least(self) -> Facts:
        """Nothing chosen."""
        return replace(LEAST, family=self.family, version=self.version, title=self.title)

    def full(self) -> Facts:
        """All chosen that this installer can do."""
        facts = replace(FULL, family=self.family, version=self.version, title=self.title)
        return replace(facts, choices=self.possible(facts.choices))

    def possible(self, choices: Choices) -> Choices:
        """Those of `choices` that its template does not refuse."""
        if self.kind in (Kind.PRESEED, Kind.IGNITION, Kind.ALPINE):
            choices = replace(choices, znet=(), dasd=(), zfcp=())
        if self.kind is Kind.IGNITION:
            choices = replace(choices, layout=Layout.PLAIN, packages=(), repositories=())
        return choices


def _installers(kind: Kind, family: str, *of: tuple[str, str]) -> list[Installer]:
    return [Installer(kind=kind, family=family, version=version, title=title) for version, title in of]


INSTALLERS = [
    *_installers(
        Kind.KICKSTART,
        "rhel",
        ("7.9", "Red Hat Enterprise Linux 7.9"),
        ("8.10", "Red Hat Enterprise Linux 8.10"),
        ("9.4", "AlmaLinux 9.4"),
        ("10.0", "CentOS Stream 10.0"),
        ("43", "Fedora 43"),
    ),
    *_installers(
        Kind.AUTOYAST, "suse", ("15.6", "SUSE Linux Enterprise Server 15 SP6"), ("15.6", "openSUSE Leap 15.6")
    ),
    *_installers(Kind.AGAMA, "agama", ("16.0", "SUSE Linux Enterprise Server 16.0"), ("16.0", "openSUSE Leap 16.0")),
    *_installers(Kind.PRESEED, "debian", ("12.5", "Debian 12.5 (bookworm)"), ("13", "Debian 13 (trixie)")),
    *_installers(
        Kind.AUTOINSTALL, "ubuntu", ("22.04.5", "Ubuntu Server 22.04.5"), ("24.04.3", "Ubuntu Server 24.04.3")
    ),
    *_installers(Kind.IGNITION, "coreos", ("43.20251024.3.0", "Fedora CoreOS 43.20251024.3.0")),
    *_installers(Kind.ALPINE, "alpine", ("3.22.1", "Alpine Linux 3.22.1")),
]
