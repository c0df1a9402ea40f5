"""Boots that the model and the real firmware must go through alike: what the server does, and what the way loses.

Each case is named for the rule that it proves. The table is in three parts: what is asked for, how bytes are carried,
and how time passes; the last take seconds each, the others a fraction of one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Final
from uuid import UUID

from netipl.firmware.versions import Version
from netipl.protocols.dhcp4.codes import Option
from netipl.protocols.tftp import packet
from netipl.protocols.tftp.codes import ErrorCode
from netipl.protocols.tftp.packet import Ack, Data, Error
from tests.real_firmware import fake_kernel
from tests.scripted_network import Fault, Script

UUID_OF_GUEST: Final = UUID("bbb4f52a-c2fa-4016-af72-c4ea0d422cbe")
MERGED: Final = Version(9, 2)
NOT_HERE: Final = IPv4Address("192.168.76.99")

KERNEL: Final = fake_kernel()
FILES: Final[Mapping[bytes, bytes | int]] = {b"kernel.img": KERNEL, b"initrd.img": bytes(3000), b"empty.img": b""}
CONFIGURATION: Final = b"default linux\nlabel linux\n kernel kernel.img\n initrd initrd.img\n append a=b\n"
FOUND: Final = b"# pxelinux\n" + CONFIGURATION


@dataclass(frozen=True, kw_only=True)
class Case:
    """`first` is the oldest QEMU that the case is for, `last` the newest; `until` ends a guest that hangs (seconds)."""

    script: Script
    first: Version = Version(0, 0)
    last: Version = Version(99, 0)
    until: float = 120.0


def _with(script: Script | None = None, **tree: bytes | int) -> Case:
    """Names have `_` for `/`, and `ins` and the like stand for files of that ending."""
    names = {name.replace("__", "/").replace("_", ".").encode(): content for name, content in tree.items()}
    script = script or Script()
    return Case(script=replace(script, tree={**FILES, **script.tree, **names}, repeat=script.repeat))


def _probed(configuration: bytes | int, name: bytes = b"default", **fields: bytes) -> Case:
    return _with(Script(tree={b"pxelinux.cfg/" + name: configuration}, **fields))  # type: ignore[arg-type]  # by name


def _boot_file(content: bytes | int, **tree: bytes | int) -> Case:
    return _with(Script(file=b"boot.file"), boot_file=content, **tree)


def _ins(lines: bytes) -> Case:
    return _with(Script(file=b"list.ins"), list_ins=b"* a list\n" + lines, pxelinux_cfg__default=CONFIGURATION)


def _labels(count: int, default: int) -> bytes:
    """Short enough for 31 labels; the one that is to boot has a kernel."""
    lines = [b"default l%d" % default]
    for number in range(1, count + 1):
        lines.append(b"label l%d" % number)
        lines += [b"kernel kernel.img", b"initrd initrd.img", b"append n=%d" % number] if number == default else []
    return b"\n".join(lines) + b"\n"


def _sized(size: int) -> bytes:
    return CONFIGURATION + b"#".ljust(size - len(CONFIGURATION), b"-")


def _options(options: Mapping[int, bytes], **fields: object) -> Script:
    return replace(Script(options=options), **fields)  # type: ignore[arg-type]  # fields of a script, by name


ASKED: Final[Mapping[str, Case]] = {
    "a configuration as boot file": _boot_file(FOUND),
    "a configuration as boot file, its magic in capitals": _boot_file(FOUND.replace(b"# pxelinux", b"# PXELINUX")),
    "a configuration is found by UUID": _probed(CONFIGURATION, str(UUID_OF_GUEST).encode()),
    "a configuration is found by MAC": _probed(CONFIGURATION, b"01-52-54-00-13-33-0a"),
    "a configuration is found by address": _probed(CONFIGURATION, b"C0A84C0F"),
    "a configuration is found by a shortened address": _probed(CONFIGURATION, b"C0A"),
    "a configuration is found as default": _probed(CONFIGURATION),
    "an empty boot file probes without a directory": _probed(CONFIGURATION, file=b""),
    "a boot file that is not there probes beside it": _with(
        Script(file=b"dir/nofile", tree={b"dir/pxelinux.cfg/default": CONFIGURATION})
    ),
    "a boot file that is a configuration of nothing falls back": _with(
        Script(file=b"boot.file", tree={b"pxelinux.cfg/default": CONFIGURATION}), boot_file=b"# pxelinux and no more\n"
    ),
    "options 209 and 210 of the ACK": _with(
        _options({Option.CONFIGURATION_FILE: b"my.cfg", Option.PATH_PREFIX: b"hosts/"}), hosts__my_cfg=CONFIGURATION
    ),
    "option 209 alone is beside the boot file": _with(
        _options({Option.CONFIGURATION_FILE: b"my.cfg"}), pxelinux_cfg__my_cfg=CONFIGURATION
    ),
    "option 210 alone is before every name": _with(
        _options({Option.PATH_PREFIX: b"hosts/"}), hosts__default=CONFIGURATION
    ),
    "options 209 and 210 of the OFFER are remembered": _with(
        Script(offer_options={Option.CONFIGURATION_FILE: b"my.cfg", Option.PATH_PREFIX: b"hosts/"}),
        hosts__my_cfg=CONFIGURATION,
    ),
    "other options of the OFFER are not": _with(
        Script(offer_options={Option.BOOT_FILE_NAME: b"other"}), pxelinux_cfg__default=CONFIGURATION
    ),
    "option 67 is before the field": _with(
        _options({Option.BOOT_FILE_NAME: b"boot.file"}, file=b"nothing"), boot_file=FOUND
    ),
    "option 66 is before siaddr": _with(
        _options({Option.TFTP_SERVER_NAME: b"192.168.76.2"}, siaddr=NOT_HERE), pxelinux_cfg__default=CONFIGURATION
    ),
    "option 66 alone": _with(
        _options({Option.TFTP_SERVER_NAME: b"192.168.76.2"}, siaddr=IPv4Address(0)),
        pxelinux_cfg__default=CONFIGURATION,
    ),
    "no server is named": _with(Script(siaddr=IPv4Address(0))),
    "the server is named in the field of names": _with(
        Script(siaddr=IPv4Address(0), sname=b"192.168.76.2"), pxelinux_cfg__default=CONFIGURATION
    ),
    "a plain BOOTP reply": _with(Script(file=b"boot.file", plain_bootp=True), boot_file=FOUND),
    "a BOOTP reply with a cookie": _with(
        Script(file=b"nothing", plain_bootp=True, bootp_cookie=True, options={Option.BOOT_FILE_NAME: b"67 of BOOTP"}),
        pxelinux_cfg__default=CONFIGURATION,
    ),
    "a combined image as boot file": _boot_file(KERNEL),
    "a boot file of another kind is started": _boot_file(b"no kernel at all"),
    "a boot file of 7 bytes is too small": _boot_file(b"1234567"),
    "a boot file that is empty": _boot_file(b""),
    "a boot file of 2047 bytes is no configuration": _boot_file((FOUND + b"#".ljust(2100, b"-"))[:2047]),
    "a configuration of 2046 bytes as boot file": _boot_file((FOUND + b"#".ljust(2100, b"-"))[:2046]),
    "an .ins list": _ins(b"kernel.img 0x0\ninitrd.img 8388608\n"),
    "an .ins list with empty lines, and more blanks": _ins(b"kernel.img   0\n\n\ninitrd.img \t0x800000"),
    "an .ins list with a file that is not there falls back": _ins(b"kernel.img 0x0\nmissing 0x800000\n"),
    "an .ins list with a line without an address falls back": _ins(b"kernel.img\n"),
    "an .ins list with an empty file falls back": _ins(b"kernel.img 0x0\nempty.img 0x800000\n"),
    "an .ins list of one line falls back": _with(
        Script(file=b"list.ins"), list_ins=b"* a list that ends", pxelinux_cfg__default=CONFIGURATION
    ),
    "an .ins list of a comment alone falls back": _ins(b""),
    "a file above the end of memory": replace(_ins(b"kernel.img 0x77fff00\n"), last=Version(9, 1)),
    "a probed configuration of 2047 bytes": _probed(_sized(2047)),
    "a probed configuration of 2048 bytes": _probed(_sized(2048)),
    "an empty configuration": _probed(b""),
    "a configuration of comments alone": _probed(b"# nothing\n\n"),
    "keywords in any case, CR LF, and blanks": _probed(
        b"\t DEFAULT  linux \r\nLabel linux\r\n  KERNEL kernel.img  \r\nInitrd\tinitrd.img\r\nappend \t x y\r\n"
    ),
    "a tab before an argument with a space": _probed(CONFIGURATION.replace(b"append a=b", b"append\ta=b c=d")),
    "words that are no keywords": _probed(b"timeout 5\nkernel before\nonly\n" + CONFIGURATION + b"include x\n"),
    "a NUL ends a configuration": _probed(CONFIGURATION + b"\0label linux\nkernel other\n"),
    "a default after its label counts for nothing": _probed(
        b"label one\nkernel kernel.img\ninitrd initrd.img\nappend a\ndefault two\n"
        b"label other\nkernel other\ninitrd other\nappend b\n"
    ),
    "the second label of a name": _probed(CONFIGURATION + b"label linux\nkernel second\ninitrd i\nappend c\n"),
    "a label without initrd": _probed(CONFIGURATION.replace(b" initrd initrd.img\n", b"")),
    "a label without append": replace(_probed(CONFIGURATION.replace(b" append a=b\n", b"")), first=MERGED),
    "a label without kernel": replace(_probed(CONFIGURATION.replace(b" kernel kernel.img\n", b"")), first=MERGED),
    "the fifteenth label": _probed(_labels(15, 15)),
    "the fifteenth label of more": _probed(_labels(20, 15)),
    "the sixteenth label": replace(_probed(_labels(16, 16)), first=MERGED),
    "an empty kernel": replace(_probed(CONFIGURATION.replace(b"kernel.img", b"empty.img")), until=4),
    "an empty initrd": _probed(CONFIGURATION.replace(b"initrd.img", b"empty.img")),
    "a kernel that is not there": _probed(CONFIGURATION.replace(b"kernel.img", b"missing")),
    "an initrd that is not there": _probed(CONFIGURATION.replace(b"initrd.img", b"missing")),
    "a kernel with a longer name": _with(
        Script(tree={b"n" * 206: KERNEL, b"pxelinux.cfg/default": CONFIGURATION.replace(b"kernel.img", b"n" * 206)})
    ),
    "an option 210 of 220 characters": _with(_options({Option.PATH_PREFIX: b"p" * 220})),
    "an option 210 of 221 characters": _with(_options({Option.PATH_PREFIX: b"p" * 221})),
    "options 209 and 210 of 257 characters": _with(
        _options({Option.PATH_PREFIX: b"p" * 157, Option.CONFIGURATION_FILE: b"c" * 100})
    ),
    "a boot file in a directory of 207 characters": _with(_options({Option.BOOT_FILE_NAME: b"d" * 206 + b"/"})),
    "every other error of a probe is told": _with(
        Script(
            tree={
                b"pxelinux.cfg/" + name: code
                for name, code in {
                    str(UUID_OF_GUEST).encode(): ErrorCode.ACCESS_VIOLATION,
                    b"01-52-54-00-13-33-0a": ErrorCode.ILLEGAL_OPERATION,
                    b"C0A84C0F": ErrorCode.UNKNOWN_TRANSFER,
                    b"C0A84C0": ErrorCode.NO_SUCH_USER,
                    b"C0A84C": ErrorCode.UNDEFINED,
                    b"C0A84": 99,
                }.items()
            }
        )
    ),
}


def _stray(kind: str, number: int, sent: packet.Packet | bytes) -> Fault:
    payload = sent if isinstance(sent, bytes) else packet.encode(sent)
    return Fault(kind, number, stray=lambda _script: payload)


def _carried(*faults: Fault, make: Callable[[Script], Script] = lambda script: script) -> Case:
    """A boot by `default` as boot file: DATA 1 is the configuration, DATA 2 the kernel's first block."""
    return _with(make(Script(file=b"boot.file", faults=faults)), boot_file=FOUND)


CARRIED: Final[Mapping[str, Case]] = {
    "no OACK: blocks of 512 bytes": _carried(make=lambda script: replace(script, oack=None)),
    "an OACK in capitals is refused": _carried(make=lambda script: replace(script, oack=b"BLKSIZE")),
    "an OACK of 1429 is refused": _carried(make=lambda script: replace(script, block_size=1429)),
    "an OACK of 512": _carried(make=lambda script: replace(script, block_size=512)),
    "an OACK of 100": _carried(make=lambda script: replace(script, block_size=100)),
    "an OACK of another option is refused": _carried(make=lambda script: replace(script, oack=b"tsize")),
    "an OACK that comes twice is acknowledged twice": _carried(Fault("OPTIONACK", 2, copies=2)),
    "a lost OACK is sent again": _carried(Fault("OPTIONACK", 2)),
    "a lost block is sent again": _carried(Fault("DATA", 10), Fault("DATA", 20), Fault("DATA", 21)),
    "a lost ACK": _carried(Fault("ACK", 10), Fault("ACK", 20)),
    "the last block lost": _carried(Fault("DATA", 50)),
    "the last ACK of a file lost": _carried(Fault("ACK", 49)),
    "a block that comes twice is acknowledged twice": _carried(Fault("DATA", 10, copies=2)),
    "an ACK that comes twice": _carried(Fault("ACK", 10, copies=2)),
    "an old block is passed over": _carried(_stray("DATA", 10, Data(block=3, data=bytes(1428)))),
    "a block ahead ends the file": _carried(_stray("DATA", 10, Data(block=20, data=bytes(1428)))),
    "an ACK to the client makes blocks of 512 bytes": _carried(_stray("DATA", 2, Ack(block=0))),
    "an ERROR from anywhere ends the file": _carried(_stray("DATA", 10, Error(code=5, message=b""))),
    "packets of no kind are counted": _carried(*[_stray("DATA", 10, b"\0\x09what")] * 20),
    "the 21st of them ends the file": _carried(*[_stray("DATA", 10, b"\0\x09what")] * 21),
    "a good block makes the count begin anew": _carried(
        *[_stray("DATA", 10, b"\0\x09what")] * 15, *[_stray("DATA", 11, b"\0\x09what")] * 15
    ),
    "a second copy of an ERROR is taken by the next file": _with(
        Script(faults=(Fault("ERROR", 1, copies=2),)), pxelinux_cfg__default=CONFIGURATION
    ),
    "a second copy of the last block is taken by the next file": _carried(Fault("DATA", 1, copies=2)),
    "a closed port is told at once": _with(Script(icmp=True)),
    "a block number rolls over to 0": _carried(
        make=lambda script: replace(script, block_size=8, tree={b"initrd.img": bytes(66000 * 8)})
    ),
}

TIMED: Final[Mapping[str, Case]] = {
    "a lost DISCOVER": _carried(Fault("DISCOVER", 1)),
    "a lost OFFER": _carried(Fault("OFFER", 1)),
    "a lost ACK of DHCP": _carried(Fault("DHCPACK", 1)),
    "a lost REQUEST is not repeated": _carried(Fault("REQUEST", 1)),
    "a NAK": _carried(make=lambda script: replace(script, refuse=1)),
    "a late OFFER": _carried(make=lambda script: replace(script, late_offers=1)),
    "two OFFERs: the first is taken": _carried(Fault("OFFER", 1, copies=2)),
    "a lost request is repeated after four seconds": _carried(Fault("RRQ", 2)),
    "a lost ERROR": _with(Script(faults=(Fault("ERROR", 1),)), pxelinux_cfg__default=CONFIGURATION),
    "21 seconds of silence end the file": _carried(Fault("DATA", 10), make=lambda script: replace(script, repeat=None)),
}

CASES: Final = ASKED | CARRIED | TIMED
