"""What can be wrong with a network that guests boot over, as one table: how bad it is, what a guest sees, what helps.

Sources: libvirt's formatnetwork; dnsmasq(8); the firmware's retries in netipl.firmware.limits. What the slow ones cost
is measured (docs/reference/libvirt.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from netipl.firmware.rules import Severity


class Problem(StrEnum):
    """Stable names; every one has its row in ROWS."""

    MACVTAP = "macvtap"
    NO_DNSMASQ = "no-dnsmasq"
    INACTIVE = "inactive"
    NOT_AT_BOOT = "not-at-boot"
    CHANGED_SINCE_START = "changed-since-start"
    TAP_WITHOUT_BRIDGE = "tap-without-bridge"
    SPANNING_TREE = "spanning-tree"
    PING = "ping"
    NO_DHCP = "no-dhcp"
    NO_TFTP = "no-tftp"
    HOST_OUTSIDE = "host-outside"
    HOST_TWICE = "host-twice"
    ROOT_MISSING = "root-missing"
    ROOT_DENIED = "root-denied"
    FILES_WRONG = "files-wrong"
    NOT_BESIDE_NETIPL = "not-beside-netipl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """In `remedy`, `{name}`, `{server}` and `{root}` stand for the network, who serves it or can, and its TFTP root."""

    severity: Severity
    guest: str
    remedy: str


_ENABLE: Final = "`netipl network enable {name} --server {server}`"
_EDIT: Final = "`virsh net-edit {name}`"

ROWS: Final[Mapping[Problem, Row]] = MappingProxyType(
    {
        Problem.MACVTAP: Row(
            severity=Severity.ERROR,
            guest="does not reach this host: nothing here can serve it",
            remedy="serve it from another host, or put it on a network with a bridge",
        ),
        Problem.NO_DNSMASQ: Row(
            severity=Severity.NOTE,
            guest="is served by whatever is on that bridge",
            remedy="a table in the settings of netipl serves a bridge: `interface` names it",
        ),
        Problem.INACTIVE: Row(
            severity=Severity.ERROR,
            guest="does not start: its network is not active",
            remedy="`virsh net-start {name}`",
        ),
        Problem.NOT_AT_BOOT: Row(
            severity=Severity.WARNING,
            guest="does not start after the host was restarted, until somebody starts the network",
            remedy="`virsh net-autostart {name}`",
        ),
        Problem.CHANGED_SINCE_START: Row(
            severity=Severity.WARNING,
            guest="is served as it was when the network was started",
            remedy=f"{_ENABLE} restarts it, and puts running guests back",
        ),
        Problem.TAP_WITHOUT_BRIDGE: Row(
            severity=Severity.ERROR,
            guest="runs, and no frame gets through",
            remedy=f"{_ENABLE} puts them back",
        ),
        Problem.SPANNING_TREE: Row(
            severity=Severity.WARNING,
            guest="loses its first DISCOVER, and sends the next one 8 seconds later",
            remedy=f"{_ENABLE} switches it off",
        ),
        Problem.PING: Row(
            severity=Severity.WARNING,
            guest="waits 3 seconds for an OFFER",
            remedy=f"{_ENABLE} keeps dnsmasq from it",
        ),
        Problem.NO_DHCP: Row(
            severity=Severity.ERROR,
            guest="asks every 8 seconds, and gives up after 80",
            remedy=f"{_EDIT}, and add `<dhcp><range .../></dhcp>`",
        ),
        Problem.NO_TFTP: Row(
            severity=Severity.ERROR,
            guest="gets an address, and no files",
            remedy=_ENABLE,
        ),
        Problem.HOST_OUTSIDE: Row(
            severity=Severity.WARNING,
            guest="gets another address than the one that is reserved for it",
            remedy=_EDIT,
        ),
        Problem.HOST_TWICE: Row(
            severity=Severity.WARNING,
            guest="may be given no address, or that of another",
            remedy=_EDIT,
        ),
        Problem.ROOT_MISSING: Row(
            severity=Severity.ERROR,
            guest="does not start once the network is stopped: dnsmasq does not start without its TFTP root",
            remedy=f"make the directory, or {_ENABLE}",
        ),
        Problem.ROOT_DENIED: Row(
            severity=Severity.ERROR,
            guest="finds no file, or is told of an access violation",
            remedy=f"{_ENABLE} opens what boots need",
        ),
        Problem.FILES_WRONG: Row(
            severity=Severity.ERROR,
            guest="does not boot; what it says is in what `netipl lint` says",
            remedy="`netipl lint {root}` tells all that is wrong with the files",
        ),
        Problem.NOT_BESIDE_NETIPL: Row(
            severity=Severity.ERROR,
            guest="is not given what netipl has for it",
            remedy=f"{_EDIT}: DHCP, no `<tftp>`, and `<bootp file='/'/>`",
        ),
    }
)

_AGAIN: Final = "`virsh net-destroy {name}` and `virsh net-start {name}`, then `netipl doctor --fix`"

BESIDE: Final[Mapping[Problem, str]] = MappingProxyType(
    {
        Problem.CHANGED_SINCE_START: _AGAIN,
        Problem.TAP_WITHOUT_BRIDGE: "`netipl doctor --fix` puts them back",
        Problem.SPANNING_TREE: f"{_EDIT}: `<bridge stp='off' delay='0'/>`; then {_AGAIN}",
    }
)
"""What helps instead where libvirt serves DHCP beside netipl: `enable` would change who serves."""
