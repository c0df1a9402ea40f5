"""A plan as clients see it: DHCP fields, names of the tree and findings. Bytes become text as a terminal takes it."""

from ipaddress import IPv4Address

from pydantic import BaseModel, Field

from netipl.firmware.lint.finding import Finding
from netipl.firmware.rules import RULES, Severity
from netipl.guests.guest import BootMethod
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.plan import Purpose
from netipl.provisioning.plan_view import Fault, PlanView
from netipl.wire import printable


class DhcpView(BaseModel):
    """The boot fields of a reply."""

    file: str
    server: IPv4Address | None = Field(description="The TFTP server; null: the `server` of the plan.")
    server_name: str
    configuration_file: str | None = Field(description="Option 209.")
    path_prefix: str | None = Field(description="Option 210.")
    plain_bootp: bool = Field(description="Whether DISCOVER is answered with a plain BOOTP reply.")


class PlanFileView(BaseModel):
    """One name of the tree."""

    name: str
    size: int
    text: str | None = Field(description="Of what the firmware reads as text; null for all else.")


class FindingView(BaseModel):
    """One rule broken. Lines and columns count from 1; line 0 is the file as a whole."""

    rule: str
    severity: Severity
    message: str
    file: str = Field(description="Empty where no file breaks it.")
    line: int
    column: int
    remedy: str


class PlanShown(BaseModel):
    """What the firmware of a guest is given."""

    guest: str
    purpose: Purpose | None = Field(description="Null: it is given nothing.")
    method: BootMethod | None
    firmware: str | None = Field(description="The QEMU version; null: not known, so the strictest.")
    build: str | None
    address: IPv4Address | None = Field(description="Null: not known yet.")
    server: IPv4Address | None
    dhcp: DhcpView | None
    files: list[PlanFileView]
    findings: list[FindingView]
    machine: str = Field(description="What its machine boots from, in words; empty where none is known.")
    refused: bool = Field(description="Whether there are errors: a build with this plan is refused.")


def of_plan(view: PlanView) -> PlanShown:
    """All of it."""
    return PlanShown(
        guest=view.guest,
        purpose=view.purpose,
        method=view.method,
        firmware=str(view.version) if view.version is not None else None,
        build=view.build,
        address=view.address,
        server=view.server,
        dhcp=_dhcp(view.fields) if view.fields is not None else None,
        files=[PlanFileView(name=file.name, size=file.size, text=file.text) for file in view.files],
        findings=[*map(_finding, view.findings), *map(_fault, view.faults), *map(_warning, view.warnings)],
        machine=printable(view.machine, 1024),
        refused=view.is_refused,
    )


def _dhcp(fields: BootFields) -> DhcpView:
    return DhcpView(
        file=printable(fields.file),
        server=fields.server,
        server_name=printable(fields.server_name),
        configuration_file=_option(fields.configuration_file),
        path_prefix=_option(fields.path_prefix),
        plain_bootp=fields.plain_bootp,
    )


def _option(value: bytes | None) -> str | None:
    return printable(value) if value is not None else None


def _finding(found: Finding) -> FindingView:
    return FindingView(
        rule=found.rule,
        severity=found.severity,
        message=found.message,
        file=printable(found.file),
        line=found.line,
        column=found.column,
        remedy=RULES[found.rule].remedy,
    )


def _fault(found: Fault, severity: Severity = Severity.ERROR) -> FindingView:
    return FindingView(
        rule=found.rule,
        severity=severity,
        message=printable(found.message, 2048),
        file="",
        line=0,
        column=0,
        remedy=found.remedy,
    )


def _warning(found: Fault) -> FindingView:
    return _fault(found, Severity.WARNING)
