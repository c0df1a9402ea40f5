"""A plan as people see it: what DHCP says, the names in the tree, its configurations, and what lint finds."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from netipl.firmware.lint.finding import Finding
from netipl.firmware.rules import Severity
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.plan import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """One name of the tree; `text` is there for what the firmware reads as text, without secrets unless asked for."""

    name: str
    size: int
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why an installation would fail after the firmware has done its work. `rule` names the kind."""

    rule: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """`purpose` None: the guest gets nothing. `version` None is the strictest; `address` None, not known yet."""

    guest: str
    purpose: Purpose | None
    method: BootMethod | None = None
    version: Version | None = None
    build: str | None = None
    server: IPv4Address | None = None
    address: IPv4Address | None = None
    fields: BootFields | None = None
    files: tuple[PlanFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()
    machine: str = ""
    """What its machine boots from, in words, where libvirt runs it."""
    warnings: tuple[Fault, ...] = ()
    """What is worth knowing, and refuses nothing."""

    @property
    def is_refused(self) -> bool:
        """Whether lint found errors in it, or anything else that keeps it from coming to a good end."""
        return bool(self.faults) or any(finding.severity is Severity.ERROR for finding in self.findings)
