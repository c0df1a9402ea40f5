"""The directories that libvirt's dnsmasq serves by TFTP, with its eyes: rights, SELinux labels, and what lint says.

Sources: path_resolution(7); netipl.store.access for rights, netipl.integrations.selinux for labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from netipl.errors import NetiplError, UnavailableError, UsageError
from netipl.firmware.lint.finding import File, Kind, Target
from netipl.firmware.lint.tree import lint
from netipl.firmware.rules import Severity
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.hosting.networks import tftp_root as steps
from netipl.hosting.networks.step import Step
from netipl.integrations import selinux
from netipl.integrations.libvirt.dnsmasq_user import dnsmasq_user
from netipl.machines.firmware_files import Installed
from netipl.store import access, tftp_root
from netipl.wire import printable

_SHOWN: Final = 3
"""Files that are named; of the rest the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Root:
    """The TFTP root of `network`, and who reads it."""

    network: str
    place: Path
    boot_file: str
    user: str

    def __str__(self) -> str:
        return f"TFTP root {self.place}"


def look(host: Host) -> Iterator[Outcome]:
    """Of each network of libvirt that has one, active or not."""
    bridges = {each.interface for each in host.segments}
    for name, network in host.networks.items():
        facts = network.facts
        if facts.tftp_root is not None and (host.only is None or facts.bridge in bridges):
            root = _Root(network=name, place=facts.tftp_root, boot_file=facts.boot_file or "", user=dnsmasq_user(name))
            yield from _looked_at(root, host)


def _looked_at(root: _Root, host: Host) -> Iterator[Outcome]:
    evidence = f"network {root.network} serves it, dnsmasq runs as {root.user}"
    if not root.place.is_dir():
        yield Outcome(
            subject=str(root),
            evidence=evidence,
            problem=ProblemId.ROOT_MISSING,
            message="there is no such directory",
            repair=None if root.place.exists() else steps.MakeRoot(root.place),
        )
        return
    yield from _labelled(root)
    try:
        tree = tftp_root.described(root.place, reader=access.account(root.user))
        yield _readable(root, evidence, tree)
    except (UnavailableError, UsageError) as error:
        problem = ProblemId.NOT_LOOKED_AT
        yield Outcome(subject=str(root), evidence=evidence, problem=problem, message=str(error), remedy=error.remedy)
        return
    yield _linted(root, host, tree)


def _readable(root: _Root, evidence: str, tree: dict[bytes, File]) -> Outcome:
    """The root itself first: where it cannot be entered, no file can be read."""
    reader = access.account(root.user)
    if reason := access.denied(root.place, reader):
        message, problem = reason, ProblemId.ROOT_DENIED
    elif closed := [name for name in _booted(tree, root) if tree[name].denied]:
        shown = "; ".join(f"{printable(name)}: {tree[name].denied}" for name in islice(closed, _SHOWN))
        message, problem = f"{len(closed)} files: {shown}", ProblemId.FILES_DENIED
    else:
        return fine(str(root), f"{evidence}, which can read all {len(tree)} names in it")
    try:
        repair: Step | None = steps.opened(root.place, root.user, root.boot_file)
        remedy = ""
    except NetiplError as error:
        repair, remedy = None, error.remedy
    return Outcome(subject=str(root), evidence=evidence, problem=problem, message=message, remedy=remedy, repair=repair)


def _booted(tree: dict[bytes, File], root: _Root) -> list[bytes]:
    """All files; other programs' directories may be served as well, and dnsmasq serves what it can read."""
    return [name for name, file in tree.items() if file.kind is Kind.FILE]


def _labelled(root: _Root) -> Iterator[Outcome]:
    """Only where SELinux has a policy."""
    if not selinux.is_here():
        return
    yield judged(root.place, selinux.label(root.place), is_enforcing=selinux.is_enforcing())


def judged(place: Path, label: str, *, is_enforcing: bool) -> Outcome:
    """By the type in the label of the directory."""
    subject = f"TFTP root {place}"
    kind = selinux.type_of(label)
    evidence = f"its SELinux label is {printable(label) or 'none'}, and SELinux {'is enforcing' if is_enforcing else 'only warns'}"
    if kind in selinux.READABLE:
        return fine(subject, evidence)
    remedy = "; ".join(selinux.commands(place))
    problem = ProblemId.LABEL_REFUSED if kind in selinux.REFUSED else ProblemId.LABEL_UNKNOWN
    return Outcome(
        subject=subject,
        evidence=evidence,
        problem=problem,
        message=f"a DHCP and TFTP server may not read {kind or 'what has no label'}",
        remedy=remedy,
        severity=None if is_enforcing else Severity.NOTE,
    )


def _linted(root: _Root, host: Host, tree: dict[bytes, File]) -> Outcome:
    """A root may hold files for other machines too, so its errors are a warning here."""
    version = min((each.version for each in host.programs if isinstance(each, Installed)), default=None)
    target = Target(version=version, boot_file=root.boot_file.encode() or None)
    found = [each for each in lint(tree, target) if each.severity is Severity.ERROR]
    evidence = f"`netipl lint`, for QEMU {version or 'of any version'}: {len(found)} errors in {len(tree)} names"
    if not found:
        return fine(str(root), evidence)
    shown = "; ".join(f"{printable(each.file)}: {each.message}" for each in islice(found, _SHOWN))
    return Outcome(
        subject=str(root),
        evidence=evidence,
        problem=ProblemId.FILES_WRONG,
        message=shown,
        remedy=f"`netipl lint {root.place}` says what is wrong, line by line",
    )
