"""Checks a libvirt network against what the firmware needs. Reads only; what is wrong is a row of `problems.py`."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from shlex import quote
from typing import Final

from netipl.errors import NetiplError
from netipl.firmware.lint.finding import KERNEL_HEAD, Target
from netipl.firmware.lint.tree import kernels, lint, uses
from netipl.firmware.rules import Severity
from netipl.guests.network import Network
from netipl.hosting.networks import tftp_root as root_steps
from netipl.hosting.networks.beside_libvirt import beside
from netipl.hosting.networks.problems import BESIDE, ROWS, Problem
from netipl.hosting.networks.put_back import putting_back
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import Step
from netipl.integrations.libvirt.dhcp_host import obstacles
from netipl.integrations.libvirt.network_record import Server
from netipl.settings.settings import Settings
from netipl.store import tftp_root


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with one network: what was read, and where. `repair` is a step that harms nobody, if any."""

    network: str
    server: Server
    """Who serves it, or could."""
    problem: Problem
    message: str
    evidence: str
    repair: Step | None = None
    root: str = ""
    """Its TFTP root, as a shell takes it."""
    helps: str = ""
    """What helps, where it is not what its row says."""

    @property
    def severity(self) -> Severity:
        return ROWS[self.problem].severity

    @property
    def guest(self) -> str:
        """What a guest sees of it."""
        return ROWS[self.problem].guest

    @property
    def remedy(self) -> str:
        remedy = self.helps or ROWS[self.problem].remedy
        return remedy.format(name=self.network, server=self.server, root=self.root)


Found = tuple[Problem, str, str]
"""The problem, what is wrong, and the evidence."""


def check(situation: Situation, settings: Settings | None = None) -> Iterator[Finding]:
    """All that is wrong, in the order of a boot. A bridge of `settings` is netipl's, or has netipl's files beside
    libvirt's DHCP. Raises UnavailableError.
    """
    if (network := beside(settings, situation.now)) is not None:
        yield from _beside(situation, network)
        return
    is_ours = settings is not None and situation.now.bridge in {each.interface for each in settings.networks()}
    server = situation.server or (Server.NETIPL if is_ours else Server.DNSMASQ)
    if not situation.now.has_own_bridge:
        yield from _findings(situation, server, _no_dnsmasq(situation))
        return
    for each in _CHECKS:
        yield from _findings(situation, server, each(situation))


def _findings(situation: Situation, server: Server, found: Iterator[Found]) -> Iterator[Finding]:
    for problem, message, evidence in found:
        repair = putting_back(situation) if problem is Problem.TAP_WITHOUT_BRIDGE else None
        yield Finding(
            network=situation.name,
            server=server,
            problem=problem,
            message=message,
            evidence=evidence,
            repair=repair,
            root=quote(str(situation.now.tftp_root)),
        )


def _beside(situation: Situation, network: Network) -> Iterator[Finding]:
    for each in (_active, _bridge, _taps, _hosts):
        for finding in _findings(situation, Server.NETIPL, each(situation)):
            yield replace(finding, helps=BESIDE.get(finding.problem, ""))
    for obstacle in obstacles(situation.now, network.subnet, network.server):
        found = (Problem.NOT_BESIDE_NETIPL, obstacle.what, f"dhcp = 'libvirt' in [networks.{network.name}]")
        yield from (
            replace(each, helps=obstacle.remedy) for each in _findings(situation, Server.NETIPL, iter((found,)))
        )


def _no_dnsmasq(situation: Situation) -> Iterator[Found]:
    evidence = f"<forward mode='{situation.now.mode}'>"
    if situation.now.is_macvtap:
        yield Problem.MACVTAP, f"it is macvtap on {situation.now.device or 'a device of this host'}", evidence
    else:
        where = situation.now.bridge or "another switch"
        yield Problem.NO_DNSMASQ, f"libvirt runs no dnsmasq on {where}", evidence


def _active(situation: Situation) -> Iterator[Found]:
    if situation.running_xml is None:
        yield Problem.INACTIVE, "it is not active", "virsh net-info"
    if not situation.starts_by_itself:
        yield Problem.NOT_AT_BOOT, "it is not started with the host", "virsh net-info"
    if situation.differs:
        what = ", ".join(situation.differs)
        yield (
            Problem.CHANGED_SINCE_START,
            f"its definition was changed since it was started: {what}",
            ("virsh net-dumpxml, with and without --inactive"),
        )


def _taps(situation: Situation) -> Iterator[Found]:
    for port in situation.stray if situation.bridge is not None else ():
        message = f"{situation.called(port)} is on no bridge"
        yield Problem.TAP_WITHOUT_BRIDGE, message, f"/sys/class/net/{port.device}/master is not there"


def _bridge(situation: Situation) -> Iterator[Found]:
    bridge = situation.bridge
    if bridge is not None:
        if bridge.stp:
            message = f"the spanning tree protocol is on: a port forwards after {2 * bridge.delay:.0f} s"
            yield Problem.SPANNING_TREE, message, f"/sys/class/net/{bridge.name}/bridge/stp_state"
    elif situation.defined.stp:
        yield Problem.SPANNING_TREE, "the spanning tree protocol is to be on", "<bridge stp='on'>"


def _dhcp(situation: Situation) -> Iterator[Found]:
    now = situation.now
    if now.server is Server.NETIPL:
        return
    if not now.has_dhcp:
        yield Problem.NO_DHCP, "its dnsmasq answers no DHCP", "no <range> or <host> in <dhcp>"
    elif now.ranges and "no-ping" not in now.options:
        yield Problem.PING, "dnsmasq pings an address before it offers it", "no dnsmasq:option no-ping"
    yield from _hosts(situation)


def _hosts(situation: Situation) -> Iterator[Found]:
    now = situation.now
    addresses = Counter(host.address for host in now.hosts)
    for host in now.hosts:
        named = f"<host ip='{host.address}'>"
        if now.interface is not None and host.address not in now.interface.network:
            yield Problem.HOST_OUTSIDE, f"{host.address} is not in {now.interface.network}", named
    for address, number in addresses.items():
        if number > 1:
            yield Problem.HOST_TWICE, f"{number} hosts have the address {address}", f"<host ip='{address}'>"


def _tftp(situation: Situation) -> Iterator[Found]:
    now = situation.now
    if now.server is Server.NETIPL or now.boot_server:
        return
    if now.tftp_root is None:
        yield Problem.NO_TFTP, "its dnsmasq serves no TFTP", "no <tftp> in <ip>"
    elif situation.connection.is_local:
        yield from _root(situation)


def _root(situation: Situation) -> Iterator[Found]:
    root, boot_file = situation.now.tftp_root, situation.now.boot_file
    assert root is not None  # by _tftp
    if not root.is_dir():
        yield Problem.ROOT_MISSING, f"there is no directory {root}", f"<tftp root='{root}'>"
        return
    user = situation.dnsmasq_user
    try:
        opening = root_steps.opened(root, user, boot_file or "/")
    except NetiplError as error:
        yield Problem.ROOT_DENIED, str(error), f"<tftp root='{root}'>"
        return
    if opening is not None:
        paths = ", ".join(map(str, opening.modes))
        yield Problem.ROOT_DENIED, f"{user}, whom dnsmasq runs as, may not read {paths}", f"<tftp root='{root}'>"
        return
    target = Target(boot_file=os.fsencode(boot_file) if boot_file else None)
    tree = tftp_root.described(root)
    if not any(uses(tree, target)):
        yield Problem.FILES_WRONG, f"there is nothing to boot in {root}", "no configuration, and no boot file"
    named = {kernel for name, _ in uses(tree, target) for kernel in (name, *kernels(name, tree[name]))}
    for each in lint(tftp_root.with_heads(tree, root, named, KERNEL_HEAD), target):
        if each.severity is Severity.ERROR:
            name = os.fsdecode(each.file)
            yield Problem.FILES_WRONG, f"{name or boot_file}: {each.message}", f"`netipl lint {root}`, {each.rule}"


_CHECKS: Final[tuple[Callable[[Situation], Iterator[Found]], ...]] = (_active, _bridge, _taps, _dhcp, _tftp)
