"""Looks at a plan as the firmware would: reads as much of its files as lint needs, and shows its texts."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Final

from netipl.content import Content
from netipl.firmware.limits import PROBED_CONFIGURATION
from netipl.firmware.lint.finding import ENOUGH, KERNEL_HEAD, File, Finding, Target
from netipl.firmware.lint.tree import lint
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod, Guest
from netipl.guests.network import Network
from netipl.provisioning.plan import Plan
from netipl.provisioning.plan_view import PlanFile, PlanView
from netipl.provisioning.tokens import hidden, masked
from netipl.store import files

_LOOKED_AT: Final = max(ENOUGH, KERNEL_HEAD)


def view(
    plan: Plan,
    guest: Guest,
    network: Network,
    address: IPv4Address | None,
    *,
    method: BootMethod,
    version: Version | None,
    secrets: bool = False,
) -> PlanView:
    """`plan` of `guest`. Raises UnavailableError for a file that cannot be read."""
    heads = {name: files.beginning(content, _LOOKED_AT) for name, content in plan.tree.items()}
    return PlanView(
        guest=guest.name,
        purpose=plan.purpose,
        method=method,
        version=version,
        build=plan.build,
        server=plan.fields.server or network.server,
        address=address,
        fields=plan.fields,
        files=(
            *(_file(name, content, heads[name], secrets=secrets) for name, content in plan.tree.items()),
            *(PlanFile(name=name, size=0) for name in sorted(plan.promised)),
        ),
        findings=tuple(each if secrets else _masked(each) for each in findings(plan, heads, version)),
    )


def findings(plan: Plan, heads: dict[str, bytes], version: Version | None) -> tuple[Finding, ...]:
    """What lint finds in it, for that version; `heads` are the beginnings of its files.

    Nothing where bytes are on their way: lint reads a kernel before it judges how one is booted.
    """
    if plan.promised:
        return ()
    tree = {name.encode(): File(size=plan.tree[name].size, head=head) for name, head in heads.items()}
    target = Target(
        version=version,
        path_prefix=plan.fields.path_prefix,
        configuration_file=plan.fields.configuration_file,
        boot_file=plan.fields.file or None,
    )
    return lint(tree, target)


def _masked(finding: Finding) -> Finding:
    text = masked(finding.text.decode("latin-1")).encode("latin-1")
    return replace(finding, text=text, message=masked(finding.message))


def _file(name: str, content: Content, head: bytes, *, secrets: bool) -> PlanFile:
    text = None
    if content.size <= PROBED_CONFIGURATION and head.isascii() and b"\0" not in head:
        text = head.decode() if secrets else hidden(head.decode())
    return PlanFile(name=name, size=content.size, text=text)
