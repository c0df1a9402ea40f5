"""What can be wrong with a host, as one table: how bad it is, what a guest sees of it, and what helps.

The checks beside this file find it; of libvirt's networks there is a table of its own (hosting/networks/problems.py).
Sources: netipl.firmware (rulebook, limits, facts); QEMU docs/system/s390x/bootdevices.rst; libvirt's formatdomain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from netipl.firmware.rules import Severity


class ProblemId(StrEnum):
    """Stable names; every one has its row in PROBLEMS."""

    NOT_LOOKED_AT = "not-looked-at"
    # the programs that run guests
    QEMU_MISSING = "qemu-missing"
    QEMU_TOO_OLD = "qemu-too-old"
    QEMU_SINGLE_IMAGE = "qemu-single-image"
    FIRMWARE_MISSING = "firmware-missing"
    LIBVIRT_UNREACHABLE = "libvirt-unreachable"
    # whoever serves
    SETTINGS_WRONG = "settings-wrong"
    PORT_TAKEN = "port-taken"
    NOBODY_SERVES = "nobody-serves"
    INTERFACE_MISSING = "interface-missing"
    NO_OFFER = "no-offer"
    SECOND_DHCP_SERVER = "second-dhcp-server"
    NO_TFTP_SERVER = "no-tftp-server"
    NAME_UNRESOLVED = "name-unresolved"
    SERVER_OUT_OF_REACH = "server-out-of-reach"
    FIREWALL_CLOSED = "firewall-closed"
    SPANNING_TREE = "spanning-tree"
    # files
    LABEL_REFUSED = "label-refused"
    LABEL_UNKNOWN = "label-unknown"
    MEDIUM_TOO_LARGE = "medium-too-large"
    # guests of libvirt
    NO_DOMAIN = "no-domain"
    NO_NIC = "no-nic"
    NIC_MODEL = "nic-model"
    NIC_BUS = "nic-bus"
    LINK_DOWN = "link-down"
    BOOT_ORDER_MISSING = "boot-order-missing"
    BOOT_ORDER_DISK_FIRST = "boot-order-disk-first"
    NETWORK_MISSING = "network-missing"
    BRIDGE_MISSING = "bridge-missing"
    TAP_WITHOUT_BRIDGE = "tap-without-bridge"
    MACVTAP = "macvtap"
    OPEN_VSWITCH = "open-vswitch"
    OPEN_VSWITCH_PORT = "open-vswitch-port"
    EXTERNAL_BRIDGE = "external-bridge"
    USER_NETWORK = "user-network"
    MEMORY_TOO_LITTLE = "memory-too-little"
    REBOOT_ENDS = "reboot-ends"
    CRASH_REPEATS = "crash-repeats"
    # the machine
    DISK_FULL = "disk-full"
    DISK_SMALL = "disk-small"
    CLOCK_WRONG = "clock-wrong"
    CLOCK_FREE = "clock-free"
    # one guest
    DAEMON_UNREACHABLE = "daemon-unreachable"
    GUEST_UNKNOWN = "guest-unknown"
    GUEST_ELSEWHERE = "guest-elsewhere"
    PLAN_EMPTY = "plan-empty"
    PLAN_BROKEN = "plan-broken"
    PLAN_DOUBTFUL = "plan-doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row. A check may know better what helps on this host, or that it is less bad."""

    severity: Severity
    guest: str
    """What a guest sees of it."""
    remedy: str
    """`{name}` is that of what it is about."""


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_PACKAGE: Final = (
    "install it (Debian 12: qemu-system-misc, Debian 13: qemu-system-s390x, Fedora: qemu-system-s390x-core)"
)
_ASKS: Final = "asks every 8 seconds, and gives up after 80"
_ITS_EDIT: Final = "`virsh edit {name}`; what is changed holds from its next start on"

PROBLEMS: Final[Mapping[ProblemId, Problem]] = MappingProxyType(
    {
        ProblemId.NOT_LOOKED_AT: Problem(
            severity=_NOTE,
            guest="nothing by itself; what is wrong there is not known",
            remedy="run it as root",
        ),
        ProblemId.QEMU_MISSING: Problem(
            severity=_ERROR,
            guest="does not start on this host",
            remedy=_PACKAGE,
        ),
        ProblemId.QEMU_TOO_OLD: Problem(
            severity=_ERROR,
            guest="cannot boot from the network",
            remedy="run guests with QEMU 3.0 or newer",
        ),
        ProblemId.QEMU_SINGLE_IMAGE: Problem(
            severity=_WARNING,
            guest="starts any boot file as a kernel: it knows no configurations",
            remedy="run guests with QEMU 3.0 or newer, or give each one a combined image (method `combined`)",
        ),
        ProblemId.FIRMWARE_MISSING: Problem(
            severity=_ERROR,
            guest="does not start, or ends as soon as it shall boot from the network",
            remedy="install QEMU's firmware again, from the package that brings the program",
        ),
        ProblemId.LIBVIRT_UNREACHABLE: Problem(
            severity=_WARNING,
            guest="nothing by itself; guests and networks of libvirt were not looked at",
            remedy="start libvirtd, or name another with --connect",
        ),
        ProblemId.SETTINGS_WRONG: Problem(
            severity=_ERROR,
            guest="is not answered: netipl does not start with these settings",
            remedy="correct the settings file",
        ),
        ProblemId.PORT_TAKEN: Problem(
            severity=_ERROR,
            guest="is answered by the other program, or not at all",
            remedy="stop the other program, or let it listen on other interfaces and addresses only",
        ),
        ProblemId.NOBODY_SERVES: Problem(
            severity=_ERROR,
            guest=_ASKS,
            remedy="start netipl: `systemctl start netipl`, or `netipl serve`",
        ),
        ProblemId.INTERFACE_MISSING: Problem(
            severity=_ERROR,
            guest="reaches nobody who serves it",
            remedy="start the network that has it, or name another `interface` in the settings",
        ),
        ProblemId.NO_OFFER: Problem(
            severity=_NOTE,
            guest="nothing, if its DHCP server answers known machines only",
            remedy="let the guest's MAC be known to the server, and see that no firewall drops UDP 67",
        ),
        ProblemId.SECOND_DHCP_SERVER: Problem(
            severity=_ERROR,
            guest="takes the first offer, whoever sends it; from the other server it gets no boot files, or wrong ones",
            remedy="turn off all DHCP servers on this segment but one",
        ),
        ProblemId.NO_TFTP_SERVER: Problem(
            severity=_ERROR,
            guest="has an address, and knows no server for its files",
            remedy="let the DHCP server name the TFTP server as siaddr, or in option 66",
        ),
        ProblemId.NAME_UNRESOLVED: Problem(
            severity=_ERROR,
            guest="cannot look up the TFTP server's name (Can't resolve domain name)",
            remedy="send an address in option 66 and not a name, or let the DNS server of option 6 know the name",
        ),
        ProblemId.SERVER_OUT_OF_REACH: Problem(
            severity=_ERROR,
            guest="finds no way to the TFTP server, which is in another subnet: it takes a netmask only with a router",
            remedy="send a router (option 3) with the netmask (option 1)",
        ),
        ProblemId.FIREWALL_CLOSED: Problem(
            severity=_ERROR,
            guest="asks and is not heard, or hears no answer: no address, or no file",
            remedy="let UDP 67 and 69 of the bridge through, and the port of HTTP",
        ),
        ProblemId.SPANNING_TREE: Problem(
            severity=_WARNING,
            guest="is not heard in its first seconds, while its port listens and learns, and begins anew after 8",
            remedy="turn the spanning tree off where the bridge has no loops: `stp='off'` in the network's <bridge>",
        ),
        ProblemId.LABEL_REFUSED: Problem(
            severity=_ERROR,
            guest="is refused every file, though their rights are well: SELinux forbids the server to read them",
            remedy="give the directory the type tftpdir_t",
        ),
        ProblemId.LABEL_UNKNOWN: Problem(
            severity=_WARNING,
            guest="is refused every file, if the policy does not let a DHCP and TFTP server read this type",
            remedy="give the directory the type tftpdir_t",
        ),
        ProblemId.MEDIUM_TOO_LARGE: Problem(
            severity=_WARNING,
            guest="gives up when kernel and initrd no longer fit: up to QEMU 9.1 after 120 MiB",
            remedy="run the guests that boot it with QEMU 9.2 or newer, or take a smaller medium",
        ),
        ProblemId.NO_DOMAIN: Problem(
            severity=_WARNING,
            guest="is not run by this libvirt, as far as its UUID and MAC tell",
            remedy="define it: `netipl guest define {name}`; or correct its UUID and MAC in netipl",
        ),
        ProblemId.NO_NIC: Problem(
            severity=_ERROR,
            guest="has nothing to boot from the network with",
            remedy="add a virtio network interface: " + _ITS_EDIT,
        ),
        ProblemId.NIC_MODEL: Problem(
            severity=_ERROR,
            guest="does not start where its QEMU has no such model; else its firmware does not see the interface",
            remedy="write <model type='virtio'/>: " + _ITS_EDIT,
        ),
        ProblemId.NIC_BUS: Problem(
            severity=_ERROR,
            guest="does not see this interface (Failed to load OS from hard disk, or No suitable device for IPL)",
            remedy="write <address type='ccw'/> or leave it out: " + _ITS_EDIT,
        ),
        ProblemId.LINK_DOWN: Problem(
            severity=_ERROR,
            guest="asks for an address until it gives up, after 80 seconds: its cable is unplugged",
            remedy="plug it in: `virsh domif-setlink {name} MAC up`, with --config for the next start too",
        ),
        ProblemId.BOOT_ORDER_MISSING: Problem(
            severity=_ERROR,
            guest="looks for a disk only (Failed to load OS from hard disk)",
            remedy="write <boot order='1'/> into its interface: " + _ITS_EDIT,
        ),
        ProblemId.BOOT_ORDER_DISK_FIRST: Problem(
            severity=_NOTE,
            guest="boots its disk; from the network only if the disk fails, and with QEMU before 9.2 not even then",
            remedy="to install it, put the network first: `netipl guest build {name} --start` does so",
        ),
        ProblemId.NETWORK_MISSING: Problem(
            severity=_ERROR,
            guest="does not start: libvirt has no network of that name",
            remedy="define the network, or name one that exists; `virsh net-list --all` shows them",
        ),
        ProblemId.BRIDGE_MISSING: Problem(
            severity=_ERROR,
            guest="does not start: the bridge that it is attached to is not there",
            remedy="make the bridge, or attach the guest to a network of libvirt",
        ),
        ProblemId.TAP_WITHOUT_BRIDGE: Problem(
            severity=_ERROR,
            guest="runs with its cable in, and reaches nobody: its network was restarted under it",
            remedy="`netipl doctor --fix`, or `ip link set TAP master BRIDGE`",
        ),
        ProblemId.MACVTAP: Problem(
            severity=_ERROR,
            guest="reaches other machines and not its own host: no server that runs here can answer it",
            remedy="attach it to a bridge or to a network of libvirt, or serve it from another machine",
        ),
        ProblemId.OPEN_VSWITCH: Problem(
            severity=_NOTE,
            guest="sees whoever serves on the Open vSwitch bridge; libvirt's dnsmasq does not",
            remedy="serve it with netipl on the bridge's own interface, or on an internal port with the same VLAN",
        ),
        ProblemId.OPEN_VSWITCH_PORT: Problem(
            severity=_ERROR,
            guest="does not start: libvirt puts it on a Linux bridge, and this is a bridge of Open vSwitch",
            remedy="add <virtualport type='openvswitch'/> to the interface: " + _ITS_EDIT,
        ),
        ProblemId.EXTERNAL_BRIDGE: Problem(
            severity=_NOTE,
            guest="is served by whoever is on that bridge; libvirt runs no DHCP server there",
            remedy="serve it with netipl on that bridge, and see that no other DHCP server answers there",
        ),
        ProblemId.USER_NETWORK: Problem(
            severity=_WARNING,
            guest="is served by QEMU itself (user network), and reaches neither netipl nor dnsmasq",
            remedy="attach it to a bridge or to a network of libvirt: " + _ITS_EDIT,
        ),
        ProblemId.MEMORY_TOO_LITTLE: Problem(
            severity=_ERROR,
            guest="ends before it asks anybody: its firmware has no room",
            remedy="give it 512 MiB: " + _ITS_EDIT,
        ),
        ProblemId.REBOOT_ENDS: Problem(
            severity=_WARNING,
            guest="is off when its installer reboots, and when the program for re-IPL hands it to its disk",
            remedy="write <on_reboot>restart</on_reboot>: " + _ITS_EDIT,
        ),
        ProblemId.CRASH_REPEATS: Problem(
            severity=_WARNING,
            guest="when a network boot fails, it starts anew at once, some 20 times a second, for ever",
            remedy="write <on_crash>preserve</on_crash>: " + _ITS_EDIT,
        ),
        ProblemId.DISK_FULL: Problem(
            severity=_ERROR,
            guest="is not answered: netipl writes down a lease before it gives it",
            remedy="make room there",
        ),
        ProblemId.DISK_SMALL: Problem(
            severity=_WARNING,
            guest="nothing yet; the next medium or transcript may not fit",
            remedy="make room there; `netipl medium list` shows how large media are",
        ),
        ProblemId.CLOCK_WRONG: Problem(
            severity=_WARNING,
            guest="gets leases and tokens that have ended, and its installer refuses certificates",
            remedy="set the clock: `timedatectl set-ntp true`, or `chronyc makestep`",
        ),
        ProblemId.CLOCK_FREE: Problem(
            severity=_NOTE,
            guest="nothing yet; a clock that drifts ends leases early or late, and times of the timeline do not agree",
            remedy="run chrony or systemd-timesyncd",
        ),
        ProblemId.DAEMON_UNREACHABLE: Problem(
            severity=_WARNING,
            guest="nothing by itself; what netipl gives this guest is not known",
            remedy="start the daemon with `netipl serve`, or name its API with --api",
        ),
        ProblemId.GUEST_UNKNOWN: Problem(
            severity=_ERROR,
            guest="is a stranger to netipl, which ignores it, or gives it what all strangers get",
            remedy="`netipl guest add {name} --mac MAC`; `netipl guest list` shows those that are known",
        ),
        ProblemId.GUEST_ELSEWHERE: Problem(
            severity=_ERROR,
            guest="asks on a segment on which netipl has no network for it",
            remedy="put it in the network of that interface: `netipl guest set {name} --network NETWORK`",
        ),
        ProblemId.PLAN_EMPTY: Problem(
            severity=_NOTE,
            guest="is given nothing, and goes on to its next boot device, or ends",
            remedy="`netipl guest build {name}` installs it at its next boot",
        ),
        ProblemId.PLAN_BROKEN: Problem(
            severity=_ERROR,
            guest="does not boot its plan",
            remedy="`netipl guest show {name} --plan` shows it whole",
        ),
        ProblemId.PLAN_DOUBTFUL: Problem(
            severity=_WARNING,
            guest="boots its plan, but not all of it arrives as it is written",
            remedy="`netipl guest show {name} --plan` shows it whole",
        ),
    }
)
