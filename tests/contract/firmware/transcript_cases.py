"""What led to each transcript of tests/vectors/transcripts: the tree, the DHCP fields, the version, and the verdict.

The configurations are the real ones: their sizes and the command lines of the kernels that they started give them away.
Guests at 192.168.76.15 had QEMU's built-in network and no UUID, those at 192.168.133.10 libvirt's dnsmasq and one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from uuid import UUID

from netipl.firmware.kernel import Started
from netipl.firmware.netboot import Verdict
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.protocols.dhcp4.codes import Option
from netipl.protocols.tftp import packet
from netipl.protocols.tftp.packet import Data, Error
from tests.real_firmware import fake_kernel
from tests.scripted_network import Fault, Script

KERNEL = fake_kernel(5_066_752)
INITRD = bytes(1 << 20)
TEXT = b"This is a text that somebody took for a kernel, and it goes on for 78 bytes.\n\n"
HUGE = bytes(133120 << 10)
FILES: Mapping[bytes, bytes | int] = {b"kernel.img": KERNEL, b"initrd.img": INITRD}

LINUX = b"ip=dhcp console=ttysclp0 foo=bar"
LONG = b"console=ttysclp0 xxxxxxxxxxxxxxxxxxxx=" + b"y" * 910
FITTING = b"k=" + b"y" * 860 + b" console=ttysclp0 end=1"


def configuration(append: bytes | None = LINUX, *, label: bytes = b"linux", **files: bytes | None) -> bytes:
    """One label; `kernel` and `initrd` are left out where they are None."""
    lines = [b"default " + label, b"label linux"]
    for keyword, name in {"kernel": b"kernel.img", "initrd": b"initrd.img", "append": append, **files}.items():
        if name is not None:
            lines.append(keyword.encode() + b" " + name)
    return b"\n".join(lines) + b"\n"


def labels(default: bytes = b"two") -> bytes:
    """Three of them."""
    lines = [b"default " + default]
    for label in (b"one", b"two", b"three"):
        lines.append(b"label " + label)
        lines += [b"  kernel kernel.img", b"  initrd initrd.img", b"  append console=ttysclp0 entry=" + label]
    return b"\n".join(lines) + b"\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One boot. `default` is the configuration of that name; what else is in the tree stands in `tree`.

    Compared is what lies between `begins` and `ends`; where a transcript is `cut` before, what it still has.
    """

    default: bytes | int | None = configuration()
    tree: Mapping[bytes, bytes | int] = field(default_factory=dict)
    script: Script = field(default_factory=Script)
    verdict: Verdict = Verdict.KERNEL
    started: Started | None = Started.LINUX
    cause: RuleId | None = None
    loadparm: str = ""
    other_devices: bool = False
    begins: bytes = b"LOADPARM"
    ends: bytes = b"starting kernel..."
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Where the boots of one kind were recorded."""

    address: IPv4Address
    server: IPv4Address
    uuid: UUID | None


BUILT_IN = Laboratory(address=IPv4Address("192.168.76.15"), server=IPv4Address("192.168.76.2"), uuid=None)
LIBVIRT = Laboratory(
    address=IPv4Address("192.168.133.10"),
    server=IPv4Address("192.168.133.1"),
    uuid=UUID("bbb4f52a-c2fa-4016-af72-c4ea0d422cbe"),
)


def laboratory(name: str) -> Laboratory:
    return BUILT_IN if not name.startswith("7.2") or name in ("7.2-loadparm3", "7.2-netfail-then-disk") else LIBVIRT


def version(name: str) -> Version:
    parsed = Version.parse(name)
    assert parsed is not None
    return parsed


def _failing(cause: RuleId | None, case: Case, verdict: Verdict = Verdict.HALTED) -> Case:
    return replace(case, cause=cause, verdict=verdict, started=None)


def _stray(packet_of_server: str, number: int, block: int) -> Fault:
    """A block of a transfer that an earlier boot of the guest left behind."""
    data = packet.encode(Data(block=block, data=bytes(1428)))
    return Fault(packet_of_server, number, stray=lambda _script: data)


def _file(name: bytes, content: bytes | int) -> Case:
    """A boot file that is none of the others."""
    return Case(tree={name: content}, script=Script(file=name))


OK = Case()
MISSING = _failing(RuleId.FILE_MISSING, Case(default=None))
NO_INITRD = Case(default=configuration(b"console=ttysclp0 noinitrd=1", initrd=None))
INITRD_IN_LONG_APPEND = Case(default=configuration(b"initrd=initrd.img".ljust(46, b"x"), initrd=None))
INITRD_IN_APPEND = Case(default=configuration(b"console=ttysclp0 initrd=initrd.img x=1", initrd=None))
NO_KERNEL = _failing(RuleId.KERNEL_MISSING, Case(default=configuration(None, kernel=None)))
LABELS = Case(default=labels())
MAGIC = Case(default=None, tree={b"my.cfg": b"# pxelinux\n" + configuration()}, script=Script(file=b"my.cfg"))
LIBVIRT_MAGIC = Case(default=None, tree={b"mypxe.cfg": MAGIC.tree[b"my.cfg"]}, script=Script(file=b"mypxe.cfg"))
INS_LIST = b"kernel.img 0x00000000\ninitrd.img 0x02000000\ninitrd.addrsize 0x00010408\n"
INS_FILES = {b"initrd.addrsize": bytes(16), b"parmfile": bytes(896)}
INS = Case(
    tree={b"ok.ins": b"* s390 .INS\n" + INS_LIST + b"parmfile 0x00010480\n", **INS_FILES},
    script=Script(file=b"ok.ins"),
)
TOO_LARGE = _failing(RuleId.FILE_TOO_LARGE, Case(default=bytes(2048)))
LIBVIRT_HUGE = Case(default=configuration(LINUX, initrd=b"big.img"), tree={b"big.img": HUGE})
NOT_A_KERNEL = Case(started=Started.NOTHING)
NO_DHCP = Case(script=Script(dhcp=False))
UNREACHABLE = _failing(RuleId.UNREACHABLE, Case(script=Script(icmp=True, icmp_tries=(7, 12))))
SILENT = _failing(RuleId.SILENCE, Case(script=Script(server=IPv4Address("192.168.133.250"), tftp=False), cut=True))
OFFERED_LATE = Script(address=IPv4Address("192.168.133.140"), late_offers=1)
FIRST_LOST = (Fault("DISCOVER", 1),)
OPTIONS: Mapping[int, bytes] = {Option.PATH_PREFIX: b"hosts/z1/", Option.CONFIGURATION_FILE: b"pxe.cfg"}


def _named(content: bytes | int, size: int, name: bytes = b"kernel.img") -> Case:
    """A kernel of another kind; the configuration that names it has `size` bytes."""
    padding = size - len(configuration(b"", kernel=name))
    return replace(NOT_A_KERNEL, default=configuration(b"x" * padding, kernel=name), tree={name: content})


def _ahead(expected: int, received: int) -> Case:
    """The kernel is the second file: its block N is the DATA packet N + 1."""
    stray = _stray("DATA", expected + 1, received)
    return _failing(RuleId.BLOCK_AHEAD, Case(script=Script(faults=(stray,))))


def _sized(size: int) -> bytes:
    return configuration() + b"#".ljust(size - len(configuration()) - 1, b"-") + b"\n"


def _merged(name: str) -> dict[str, Case]:
    """What 10.0 and 11.1 do alike."""
    broken = replace(MISSING, ends=b"Failed to IPL from this network!\r\r\n")
    return {
        f"{name}-append-too-long": Case(default=configuration(LONG)),
        f"{name}-appinitrd": INITRD_IN_APPEND,
        f"{name}-blankdisk-then-net": replace(OK, begins=b"LOADPARM=[        ]\r\n\r\r\nNetwork boot device"),
        f"{name}-bootfile-nomagic": replace(_file(b"nomagic.txt", bytes(20)), started=Started.NOTHING),
        f"{name}-config-too-large": replace(TOO_LARGE, cut=True),
        f"{name}-kernel-missing": replace(MISSING, default=configuration(), tree={b"kernel.img": 1}, cut=True),
        f"{name}-kernel-text": _named(TEXT, 102),
        f"{name}-label-no-kernel": replace(NO_KERNEL, cut=True),
        f"{name}-multi-default": LABELS,
        f"{name}-netfail-then-disk": replace(broken, verdict=Verdict.NEXT_DEVICE, other_devices=True),
        f"{name}-noinitrd": NO_INITRD,
    }


NEWER = {
    **_merged("10.0"),
    **_merged("11.1"),
    "10.0-dev-loadparm1": replace(LABELS, loadparm="1"),
    "10.0-ins": INS,
    "10.0-loadparm3": replace(LABELS, loadparm="3"),
    "10.0-loadparm9": replace(LABELS, loadparm="9"),
    "10.0-loadparmPROMPT": replace(LABELS, loadparm="PROMPT"),
    "10.0-magic": MAGIC,
    "10.0-netfail-only": MISSING,
    "10.0-ok-slash": OK,
    "11.1-dev-loadparm1": replace(LABELS, loadparm="1"),
    "11.1-initrd-130M": Case(tree={b"initrd.img": HUGE}, cut=True),
    "11.1-initrd-130M-1G": Case(tree={b"initrd.img": HUGE}, cut=True),
    "11.1-kernmissing-then-disk": replace(
        _failing(RuleId.FILE_MISSING, Case(tree={b"kernel.img": 1}, other_devices=True), Verdict.NEXT_DEVICE),
        ends=b"Failed to IPL from this network!\r\r\n",
    ),
    "11.1-loadparm-label": replace(LABELS, loadparm="one"),
    "11.1-loadparm3": replace(LABELS, loadparm="3"),
    "11.1-loadparm9": _failing(RuleId.ENTRY_MISSING, replace(LABELS, loadparm="9")),
    "11.1-loadparmPROMPT": _failing(None, replace(LABELS, loadparm="PROMPT"), Verdict.MENU),
}

SEPARATE = {
    "7.2-dir-as-bootfile-pxelinux.cfg": replace(_file(b"pxelinux.cfg", 0), cut=True),
    "7.2-err-append-893": Case(default=configuration(FITTING)),
    "7.2-err-append-over-896": Case(default=configuration(LONG)),
    "7.2-err-bootfile-is-kernel": Case(script=Script(file=b"kernel.img")),
    "7.2-err-bootfile-missing-no-cfgdir": replace(MISSING, script=Script(file=b"nofile")),
    "7.2-err-bootfile-without-magic": replace(_file(b"nomagic.cfg", configuration()), started=Started.NOTHING),
    "7.2-err-bootp-without-tftp-element": UNREACHABLE,
    "7.2-err-config-abs-paths": Case(
        default=configuration(b"console=ttysclp0 abspath=1", kernel=b"/kernel.img", initrd=b"/initrd.img")
    ),
    "7.2-err-config-crlf-upper": Case(
        default=b"DEFAULT linux\r\nLABEL linux\r\n  KERNEL kernel.img\r\n  INITRD initrd.img\r\n"
        b"  APPEND console=ttysclp0 crlf=1\r\n"
    ),
    "7.2-err-config-default-unknown-label": Case(default=configuration(b"a", label=b"nothere")),
    "7.2-err-config-empty": _failing(RuleId.UNKNOWN_ERROR, Case(default=0)),
    "7.2-err-config-initrd-in-append": _failing(RuleId.ILLEGAL_OPERATION, INITRD_IN_LONG_APPEND),
    "7.2-err-config-initrd-in-append2": _failing(RuleId.ILLEGAL_OPERATION, INITRD_IN_LONG_APPEND),
    "7.2-err-config-label-no-kernel": replace(NO_KERNEL, cause=RuleId.FILE_MISSING),
    "7.2-err-config-no-initrd": _failing(
        RuleId.ILLEGAL_OPERATION, Case(default=configuration(b"console=ttysclp0", initrd=None))
    ),
    "7.2-err-config-only-comment": _failing(RuleId.UNKNOWN_ERROR, Case(default=0)),
    "7.2-err-config-size-2046": Case(default=_sized(2046), cut=True),
    "7.2-err-config-size-2047": Case(default=_sized(2047), cut=True),
    "7.2-err-config-size-2048": TOO_LARGE,
    "7.2-err-config-too-large-head-comments": TOO_LARGE,
    "7.2-err-config-too-large-tail-comments": TOO_LARGE,
    "7.2-err-initrd-130M": replace(_failing(RuleId.FILE_TOO_LARGE, LIBVIRT_HUGE), cut=True),
    "7.2-err-initrd-empty": Case(
        default=configuration(LINUX, initrd=b"empty.img"), tree={b"empty.img": b""}, cause=RuleId.FILE_EMPTY
    ),
    "7.2-err-initrd-missing": _failing(
        RuleId.FILE_MISSING, Case(default=configuration(LINUX, initrd=b"missing-initrd.img"))
    ),
    "7.2-err-ins-missing-file": Case(
        tree={b"bad.ins": b"* s390 .INS\n" + INS_LIST + b"parmfile.missing 0x00010480\n", **INS_FILES},
        script=Script(file=b"bad.ins"),
    ),
    "7.2-err-ins-no-address": _file(b"bad2.ins", b"* bad ins\nkernel.img\n"),
    "7.2-err-ins-nostar": replace(_file(b"nostar.ins", b"kernel.img 0x0\n"), started=Started.NOTHING),
    "7.2-err-ins-ok": INS,
    "7.2-err-kernel-0600": _failing(RuleId.ACCESS_DENIED, Case(tree={b"kernel.img": 2})),
    "7.2-err-kernel-empty": _named(b"", 101, b"empty.img"),
    "7.2-err-kernel-is-gzip": _named(b"\x1f\x8b".ljust(4782 << 10, b"\0"), 101, b"kernel.gz"),
    "7.2-err-kernel-is-gzip-wait": _named(b"\x1f\x8b".ljust(4782 << 10, b"\0"), 101, b"kernel.gz"),
    "7.2-err-kernel-is-text": _named(TEXT, 100, b"text.img"),
    "7.2-err-kernel-is-x86-elf": _named(b"\x7fELF".ljust(1235 << 10, b"\0"), 99, b"elf.img"),
    "7.2-err-kernel-missing": _failing(RuleId.FILE_MISSING, _named(1, 103, b"missing.img")),
    "7.2-err-link-down": replace(_failing(RuleId.DHCP_SILENCE, NO_DHCP), cut=True),
    "7.2-err-no-bootp-element": Case(script=Script(file=b"")),
    "7.2-err-no-config-slash": MISSING,
    "7.2-err-no-dhcp-server": _failing(RuleId.DHCP_SILENCE, NO_DHCP),
    "7.2-err-oncrash-default": MISSING,
    "7.2-err-tftp-server-unreachable": SILENT,
    "7.2-libvirt-loadparm": replace(OK, loadparm="3", cut=True),
    "7.2-loadparm3": replace(LABELS, loadparm="3", cut=True),
    "7.2-netfail-then-disk": replace(MISSING, other_devices=True),
    "7.2-ok-libvirt-bootp-pxelinux-file": LIBVIRT_MAGIC,
    "7.2-ok-libvirt-slash": Case(script=replace(OFFERED_LATE, faults=FIRST_LOST)),
    "7.2-ok-libvirt-slash2": Case(script=replace(OFFERED_LATE, faults=FIRST_LOST)),
    "7.2-ok-off-dyn": Case(script=OFFERED_LATE),
    "7.2-ok-off-static": OK,
    "7.2-ok-on-static": Case(script=Script(faults=FIRST_LOST)),
    "7.2-ok-os-boot-network": replace(OK, cut=True),
    "7.2-opt209-210": _failing(
        RuleId.ACCESS_DENIED,
        Case(
            tree={
                b"hosts/z1/pxe.cfg": configuration(b"x" * 41, kernel=b"../../kernel.img"),
                b"../../kernel.img": 2,
            },
            script=Script(options=OPTIONS),
        ),
    ),
    "7.2-optsdir-live": replace(LIBVIRT_MAGIC, cut=True),
    "7.2-optsdir-rm-hup": replace(OK, cut=True),
    "7.2-optsdir67": LIBVIRT_MAGIC,
    "7.2-race-a": replace(OK, cut=True),
    "7.2-race-gap0-17438": OK,
    "7.2-race-gap0-19421": _ahead(1997, 2601),
    "7.2-race-gap0-8483": _ahead(1312, 2735),
    "7.2-race-gap4-171": _ahead(2237, 2721),
    "7.2-race-gap40": OK,
    "7.2-race-rangerestart": OK,
    "7.2-tagboot": LIBVIRT_MAGIC,
    "7.2-virsh-start-console": replace(OK, begins=b"  Using MAC"),
    "7.2-optsdir-rm": _failing(
        RuleId.FILE_MISSING,
        Case(
            tree={
                b"mypxe.cfg": MAGIC.tree[b"my.cfg"],
                b"hosts/z1/01-52-54-00-13-33-0a": configuration(LINUX + b"  x"),
            },
            script=Script(
                file=b"mypxe.cfg",
                options=OPTIONS,
                faults=(
                    _stray("DATA", 156, 402),
                    Fault("ERROR", 1),  # what the ring still holds, our own block 155, ends the first probe
                    Fault("OPTIONACK", 4, stray=lambda _script: packet.encode(Error(code=1, message=b""))),
                ),
            ),
        ),
    ),
}

CASES = NEWER | SEPARATE

NO_NETWORK_BOOT = {
    "10.0-disk-only": "the firmware boots from a disk alone",
    "10.0-disk-then-net": "QEMU refuses its command line, and no firmware runs",
    "7.2-err-no-boot-order": "no boot device is given, and the firmware never reaches the network",
}
"""Transcripts that say nothing of what is modelled here."""
