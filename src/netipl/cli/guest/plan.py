"""A plan as its guest's firmware will see it: DHCP, names with sizes, configurations, and what lint says of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from netipl.cli.describe import size
from netipl.cli.remote.views import reading
from netipl.wire import printable

_STYLES: Final = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """`text` is there for what the firmware reads as text."""

    name: str
    size: int
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Of lint. `line` and `column` are 0 where there is none, `file` is empty."""

    rule: str
    severity: str
    message: str
    file: str
    line: int
    column: int
    remedy: str

    @property
    def place(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.file or "guest", *numbers])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """`dhcp` are pairs of name and value; `purpose` is empty where the guest is given nothing."""

    guest: str
    purpose: str
    heads: tuple[tuple[str, str], ...]
    dhcp: tuple[tuple[str, str], ...]
    files: tuple[PlanFile, ...]
    findings: tuple[Finding, ...]
    refused: bool


@reading
def plan_view(json: Any) -> PlanView:  # Any: JSON
    """Raises UnavailableError."""
    fields = json.get("dhcp") or {}
    fields = {**fields, "server": fields.get("server") or json.get("server")}
    return PlanView(
        guest=str(json["guest"]),
        purpose=_text(json.get("purpose")),
        heads=tuple((key, text) for key in _HEADS if (text := _text(json.get(key)))),
        dhcp=tuple((words, text) for key, words in _DHCP.items() if (text := _text(fields.get(key)))),
        files=tuple(
            PlanFile(name=str(each["name"]), size=int(each["size"]), text=each.get("text")) for each in json["files"]
        ),
        findings=tuple(
            Finding(
                rule=str(each["rule"]),
                severity=str(each["severity"]),
                message=str(each["message"]),
                file=_text(each.get("file")),
                line=int(each.get("line") or 0),
                column=int(each.get("column") or 0),
                remedy=_text(each.get("remedy")),
            )
            for each in json["findings"]
        ),
        refused=bool(json["refused"]),
    )


def show(plan: PlanView) -> None:
    """On standard output."""
    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(plan):
        console.print(line)


_HEADS: Final = ("purpose", "method", "firmware", "build", "address", "machine")
_DHCP: Final = {
    "server": "TFTP server",
    "server_name": "server name",
    "file": "boot file",
    "configuration_file": "configuration file (209)",
    "path_prefix": "path prefix (210)",
    "plain_bootp": "plain BOOTP",
}
"""The fields of the reply, in words."""


def _lines(plan: PlanView) -> Iterator[Text]:
    if not plan.purpose:
        yield Text(f"{printable(plan.guest)}: its firmware is given nothing, and goes on to its next boot device")
        return
    for key, value in plan.heads:
        yield Text(f"{key:<12}", style="bold").append(printable(value))
    yield Text("DHCP", style="bold")
    for key, value in plan.dhcp:
        yield Text(f"  {key:<26}").append(_escaped(value))
    yield Text("TFTP", style="bold")
    for file in plan.files:
        yield Text(f"  {size(file.size):>10}  {printable(file.name)}")
        for line in (file.text or "").splitlines():
            yield Text(f"              | {printable(line, _LONGEST)}", style="dim")
    for finding in plan.findings:
        yield from _of(finding)
    if plan.refused:
        yield Text("A build with this is refused.", style="bold red")


def _of(finding: Finding) -> Iterator[Text]:
    head = Text(f"{_escaped(finding.place)}: ", style="bold")
    head.append(f"{printable(finding.severity)}: ", style=_STYLES.get(finding.severity, ""))
    head.append(printable(finding.message, _LONGEST))
    yield head.append(f" [{printable(finding.rule)}]", style="dim")
    if finding.remedy:
        yield Text(f"    remedy: {printable(finding.remedy, _LONGEST)}")


def _escaped(text: str) -> str:
    """`text`, which the daemon has made printable, and nothing else."""
    return text if text.isascii() and text.isprintable() else printable(text)


def _text(value: object) -> str:
    match value:
        case None | False | "":
            return ""
        case True:
            return "yes"
    return str(value)
