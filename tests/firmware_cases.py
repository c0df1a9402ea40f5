"""What the model and the real firmware are both booted with: every row is a fact of the firmware.

`tests/e2e` boots CASES at once, and `tests/soak` those of SLOW, whose firmware waits or loads for long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any
from uuid import UUID

from netipl.firmware.limits import DIRECT_LOAD_ADDRESS, MIB
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.real_firmware import Qemu, fake_kernel
from tests.scripted_network import SERVER, Fault, Script

CONFIGURATION = b"default linux\nlabel linux\nkernel kernel.img\ninitrd initrd.img\nappend x\n"
MACHINE_ID = UUID("bbb4f52a-c2fa-4016-af72-c4ea0d422cbe")
REPEAT = 1.5
"""Seconds of the server's timer: rare enough that a busy machine causes no repeat that the model does not know."""
NOWHERE = IPv4Address(0)
UNUSED = IPv4Address("192.0.2.9")
ROUTER = IPv4Address("192.168.76.1")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Fields of Script, files beside the usual ones, and the guest's own. `until` in seconds, for endless boots."""

    files: Mapping[bytes, bytes | int] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)
    """Of any type, as the fields of Script are."""
    uuid: UUID | None = None
    loadparm: str = ""
    until: float = 120.0
    newest: Version = Version(99, 0)  # noqa: RUF009  # a version is a value
    """The last QEMU whose firmware does not hang."""
    alone: int | None = None
    """Takes so many packets that one QEMU alone is asked: the number in the list of all."""

    def is_for(self, qemu: Qemu, qemus: Sequence[Qemu]) -> bool:
        return qemu.version <= self.newest and self.alone in (None, qemus.index(qemu))

    def parts(self, qemu: Qemu) -> tuple[Machine, Script]:
        tree = {
            b"pxelinux.cfg/default": CONFIGURATION,
            b"kernel.img": fake_kernel(),
            b"initrd.img": bytes(5000),
            **self.files,
        }
        machine = Machine(
            mac=Mac.parse("52:54:00:13:33:0a"),
            xid=5,
            uuid=self.uuid,
            version=qemu.version,
            memory=256 * MIB,
            loadparm=self.loadparm,
        )
        return machine, Script(**{"tree": tree, "repeat": REPEAT, **self.script})


def _file(content: bytes, **files: bytes) -> Case:
    """`content` as the boot file."""
    named: dict[bytes, bytes | int] = {name.encode(): data for name, data in files.items()}
    return Case(files={b"boot.file": content, **named}, script={"file": b"boot.file"})


def _probed(content: bytes | int) -> Case:
    return Case(files={b"pxelinux.cfg/default": content})


def _lost(*faults: Fault, **script: object) -> Case:
    return Case(script={"faults": faults, **script})


def _stray(number: int, packet: bytes, times: int = 1) -> Case:
    """`packet` comes from a foreign port before the `number`-th DATA."""
    return _lost(*(Fault("DATA", number, stray=lambda _: packet) for _ in range(times)))


def _labels(count: int, default: int) -> bytes:
    label = b"label l%d\nkernel kernel.img\ninitrd initrd.img\nappend x\n"
    return b"default l%d\n" % default + b"".join(label % number for number in range(1, count + 1))


def _data(block: int, size: int = 1428) -> bytes:
    return b"\0\3" + block.to_bytes(2, "big") + bytes(size)


ROLLOVER = len(CONFIGURATION) // 8 + 1 + len(fake_kernel()) // 8 + 1 + 65536
"""The number of the DATA that comes after block 65535 of the initrd, in blocks of 8 bytes."""


def _rollover(fault: Fault, *, after_rollover: int = 0, alone: int = 0) -> Case:
    return Case(
        files={b"initrd.img": bytes(66_000 * 8)},
        script={
            "block_size": 8,
            "file": b"",
            "repeat": 7.9,
            "after_rollover": after_rollover,
            "faults": (fault,),
        },
        alone=alone,
    )


CASES: Mapping[str, Case] = MappingProxyType(
    {
        # those that take long come first: two run at a time
        "a block number rolls over to 0, and a late 65535 ends the file": _rollover(
            Fault("DATA", ROLLOVER + 9, stray=lambda _: _data(65535, 8))
        ),
        "a block number rolls over to 1, after which no ACK is repeated": _rollover(
            Fault("DATA", ROLLOVER + 1), after_rollover=1, alone=1
        ),
        "a lost OFFER costs an attempt and the IPv6 after it": _lost(Fault("OFFER", 1)),
        "a lost ACK costs an attempt: REQUEST is not repeated": _lost(Fault("DHCPACK", 1)),
        "a NAK costs the attempt at once": Case(script={"refuse": 1}),
        "an OFFER during IPv6 is requested, and asked for again": Case(script={"late_offers": 1}),
        "a request without an answer is repeated in the fourth second": _lost(Fault("RRQ", 3)),
        "after five counted seconds each silent one repeats the ACK": _lost(Fault("DATA", 7), repeat=None),
        "probing by UUID comes first": Case(
            files={b"pxelinux.cfg/" + str(MACHINE_ID).encode(): CONFIGURATION}, uuid=MACHINE_ID
        ),
        "probing goes on from UUID over MAC and address to default": Case(uuid=MACHINE_ID),
        "an empty name probes without a slash": Case(script={"file": b""}),
        "a missing boot file probes beside it": Case(
            files={b"a/b/pxelinux.cfg/default": CONFIGURATION}, script={"file": b"a/b/none"}
        ),
        "a configuration as boot file, its magic in any case": _file(b"# PXElinux\n" + CONFIGURATION),
        "probing shortens the address": Case(files={b"pxelinux.cfg/C0A": CONFIGURATION, b"pxelinux.cfg/default": 1}),
        "a configuration without labels as boot file is passed over": _file(b"# pxelinux\n# and no more\n"),
        "a missing kernel probes beside the kernel": Case(
            files={
                b"x/my.cfg": b"# pxelinux\n" + CONFIGURATION.replace(b"kernel.img", b"images/none"),
                b"images/pxelinux.cfg/default": CONFIGURATION,
            },
            script={"file": b"x/my.cfg"},
        ),
        "a kernel as boot file": _file(fake_kernel()),
        "a kernel with a PSW at 0": _file(fake_kernel(by_psw=True)),
        "a boot file of 7 bytes is refused": _file(b"1234567"),
        "an empty boot file is refused": _file(b""),
        "a configuration of 2046 bytes as boot file": _file((b"# pxelinux\n" + CONFIGURATION).ljust(2046, b"#")),
        "a configuration of 2047 bytes as boot file is started": Case(
            files={b"boot.file": (b"# pxelinux\n" + CONFIGURATION).ljust(2047, b"#")},
            script={"file": b"boot.file"},
            until=4,
        ),
        "2047 bytes of probed configuration": _probed(CONFIGURATION.ljust(2047, b"#")),
        "2048 bytes of probed configuration are too many": _probed(CONFIGURATION.ljust(2048, b"#")),
        "the first OFFER is taken": Case(script={"second_offer": IPv4Address("192.168.76.99")}),
        "options in file and sname are read": Case(
            files={b"boot.file": b"# pxelinux\n" + CONFIGURATION},
            script={"file": b"", "options": {43: bytes(250), 44: bytes(4), 67: b"boot.file"}},
        ),
        "option 66 beats siaddr": Case(script={"siaddr": UNUSED, "options": {66: str(SERVER).encode() + b"\0x"}}),
        "option 66 stands for siaddr": Case(script={"siaddr": NOWHERE, "options": {66: str(SERVER).encode()}}),
        "a server name without a DNS server is said, and siaddr stands in": Case(script={"options": {66: b"tftp"}}),
        "a server name without a DNS server and without siaddr": Case(
            script={"siaddr": NOWHERE, "options": {66: b"tftp"}}
        ),
        "sname where siaddr is 0": Case(script={"siaddr": NOWHERE, "sname": str(SERVER).encode()}),
        "no TFTP server at all": Case(script={"siaddr": NOWHERE}),
        "option 67 beats file": Case(script={"file": b"none", "options": {67: b"/\0rest"}}),
        "options 209 and 210": Case(
            files={b"h/z1.cfg": CONFIGURATION}, script={"options": {209: b"z1.cfg", 210: b"h/"}}
        ),
        "option 209 without 210": Case(
            files={b"pxelinux.cfg/z1.cfg": CONFIGURATION}, script={"options": {209: b"z1.cfg"}}
        ),
        "209 and 210 of the OFFER count, 66 and 67 do not": Case(
            files={b"h/z1.cfg": CONFIGURATION},
            script={"offer_options": {209: b"z1.cfg", 210: b"h/", 66: b"192.0.2.1", 67: b"none"}},
        ),
        "the ACK replaces 210 of the OFFER, and leaves its 209": Case(
            files={b"h/z1.cfg": CONFIGURATION, b"g/z1.cfg": CONFIGURATION},
            script={"offer_options": {209: b"z1.cfg", 210: b"h/"}, "options": {210: b"g/"}},
        ),
        "option 210 of 221 characters is too long": Case(script={"options": {210: b"a" * 221}}),
        "options 210 and 209 of 257 characters are too long": Case(
            script={"options": {209: b"z" * 40, 210: b"a" * 217}}
        ),
        "a directory of 207 characters is too long": Case(script={"options": {67: b"d" * 206 + b"/"}}),
        **{
            f"a name of {length} characters": Case(
                files={b"k" * length: fake_kernel()}, script={"options": {67: b"k" * length}}
            )
            for length in (206, 207)
        },
        "a name of 208 characters, whose blocks are never taken": Case(
            files={b"k" * 208: fake_kernel()},
            script={"options": {67: b"k" * 208}, "repeat": 0.3},
            newest=Version(9, 1),
        ),
        "plain BOOTP, whose RELEASE goes to no server": Case(script={"plain_bootp": True}),
        "BOOTP with options takes 210, not 66 and 67": Case(
            script={
                "plain_bootp": True,
                "bootp_cookie": True,
                "options": {66: b"192.0.2.1", 67: b"none", 210: b"pxelinux.cfg/"},
            }
        ),
        "netmask and router": Case(script={"options": {1: b"\xff\xff\xff\0", 3: ROUTER.packed}}),
        "a server elsewhere is reached by netmask and router": Case(
            script={"server": UNUSED, "options": {1: b"\xff\xff\xff\0", 3: ROUTER.packed}}
        ),
        "with a router alone all servers are neighbours": Case(
            script={"server": UNUSED, "options": {3: ROUTER.packed}}
        ),
        "with a netmask alone all servers are neighbours": Case(
            script={"server": UNUSED, "options": {1: b"\xff\xff\xff\0"}}
        ),
        "lost DATA, ACK and OACK": _lost(
            Fault("DATA", 5), Fault("ACK", 20), Fault("OPTIONACK", 1), Fault("OPTIONACK", 3)
        ),
        "doubled DATA is acknowledged twice": _lost(*(Fault("DATA", number, 2) for number in (3, 4, 5, 10))),
        "all DATA doubled": _lost(*(Fault("DATA", number, 2) for number in range(1, 80))),
        "the double of a last block goes to the next file": _lost(Fault("DATA", 1, 2)),
        "the double of an ERROR goes to the next file": _lost(Fault("ERROR", 3, 2)),
        "a doubled request": _lost(Fault("RRQ", 3, 2)),
        "a doubled OACK": _lost(Fault("OPTIONACK", 2, 2)),
        "a lost ACK, the last of a file": _lost(Fault("ACK", 2)),
        "a block ahead ends the file": _stray(3, _data(255)),
        "an old block is passed over": _stray(8, _data(2)),
        "an operation that does not exist is passed over": _stray(8, b"\0\x09\0\2"),
        "20 unexpected packets in a row are borne": _stray(8, _data(2), 20),
        "the 21st unexpected packet ends the file": _stray(8, _data(2), 21),
        "a good block makes the count begin anew": _lost(
            *(Fault("DATA", number, stray=lambda _: _data(2)) for number in (8, 9) for _ in range(15))
        ),
        "an ERROR from a foreign port ends the file, by its low bytes": _stray(8, b"\1\5\1\2\0"),
        "no OACK means blocks of 512 bytes": Case(script={"oack": None}),
        "an OACK in upper case is refused": Case(script={"oack": b"BLKSIZE", "block_size": 1428}),
        "an OACK of 0 bytes is refused": Case(script={"block_size": 0}),
        "an OACK of 1429 bytes is refused": Case(script={"block_size": 1429}),
        "an OACK of another option is refused": Case(script={"oack": b"tsize"}),
        "an OACK of 100 bytes": Case(script={"block_size": 100}),
        "an OACK of 1000 bytes": Case(script={"block_size": 1000}),
        **{f"ERROR {code} for the kernel": Case(files={b"kernel.img": code}) for code in (0, 1, 2, 3, 4, 5, 6, 7, 8)},
        "ERROR 0 for a probe is printed": _probed(0),
        "ICMP port unreachable, some of them lost": Case(script={"icmp": True, "icmp_tries": (3,)}),
        "an empty probed configuration is passed over": _probed(b""),
        "a configuration of comments only": _probed(b"# nothing\n"),
        "an empty initrd": Case(files={b"initrd.img": b""}),
        "the last line needs no end": _probed(CONFIGURATION[:-1]),
        "a last line without an end keeps its blanks in a boot file": _file(
            b"# pxelinux\nlabel a\nappend x\ninitrd initrd.img\nkernel kernel.img \r"
        ),
        "lines that are not understood": _probed(
            b"kernel a\nfoo\n  bar baz\nlabel\tx\nkernel\tkernel.img\ninitrd initrd.img\nappend\ta b\n\tAPPEND x\n"
        ),
        "a NUL ends the configuration": _probed(CONFIGURATION + b"\0label b\nkernel none\n"),
        "default after its label does not count": _probed(
            b"label a\nkernel kernel.img\ninitrd initrd.img\nappend x\ndefault b\n"
            b"label b\nkernel none\ninitrd none\nappend x\ndefault a\n"
        ),
        "of two labels with one name the last is the default": _probed(
            b"default a\nlabel a\nkernel none\ninitrd none\nappend x\n"
            + CONFIGURATION.replace(b"label linux", b"label a")
        ),
        "lines below a label without a name change the label before": _probed(CONFIGURATION + b"label\nkernel none\n"),
        "DOS line ends, and keywords in any case": _probed(
            CONFIGURATION.replace(b"\n", b"\r\n").replace(b"kernel ", b"KERNEL ").replace(b"initrd ", b"InitRd ")
        ),
        "15 labels": _probed(_labels(16, 15)),
        "30 labels": _probed(_labels(31, 30)),
        "loadparm is the number of a label": replace(_probed(_labels(3, 1)), loadparm="2"),
        "loadparm PROMPT is a menu": replace(_probed(_labels(3, 1)), loadparm="PROMPT", until=4),
        "a label without an initrd": _probed(CONFIGURATION.replace(b"initrd initrd.img\n", b"")),
        "a label without a kernel": _probed(CONFIGURATION.replace(b"kernel kernel.img\n", b"")),
        "an ins list of 8 bytes": _file(b"* a\nbcde"),
        "an ins list of 2046 bytes": _file(b"* ".ljust(2046 - 13, b"x") + b"\nkernel.img 0\n"),
        "an ins list of 2047 bytes is started": replace(
            _file(b"* ".ljust(2047 - 13, b"x") + b"\nkernel.img 0\n"), until=4
        ),
        "an ins list, decimal, hexadecimal, with a blank line": _file(
            b"* hi there\nkernel.img 0\ninitrd.img 0x00200000\n\ninitrd.img 4194304\r\ninitrd.img \t0x300000\n"
        ),
        "an ins list without an address": _file(b"* hi there\nkernel.img 0\nfoo\n"),
        "an ins list with an address that is no number": _file(b"* hi there\ninitrd.img 0x200000\nkernel.img abc\n"),
        "an ins list with an empty DOS line": _file(b"* hi there\r\nkernel.img 0\r\n\r\n"),
        "an ins list of one line": _file(b"* hi there"),
        "an ins list with an empty file": Case(
            files={b"boot.file": b"* hi there\nkernel.img 0\nempty 0x200000\n", b"empty": b""},
            script={"file": b"boot.file"},
        ),
        "an ins list above the memory of the separate image": _file(
            b"* hi there\nkernel.img 0\ninitrd.img 0125828864\n"
        ),
        "an ins list that misses a file": _file(b"* hi there\nkernel.img 0\nnone 0x200000\n"),
    }
)

SEPARATE_END = 120 * MIB
SLOW: Mapping[str, Case] = MappingProxyType(
    {
        "ten attempts without an answer": Case(script={"dhcp": False}),
        "a request without any answer is sent six times": Case(
            script={"file": b"none", "faults": tuple(Fault("RRQ", number) for number in range(1, 7))}
        ),
        "after the OACK no ACK is repeated": _lost(Fault("DATA", 2), repeat=None),
        "after block 1 no ACK is repeated": _lost(Fault("DATA", 3), repeat=None),
        "the seconds of silence of one file add up": _lost(
            *(Fault("DATA", number) for number in (5, 15, 25)), repeat=7.9
        ),
        "a boot file up to the end of memory": replace(
            _file(fake_kernel(SEPARATE_END - DIRECT_LOAD_ADDRESS)), newest=Version(9, 1), until=900
        ),
        "a boot file of one byte too many": replace(
            _file(fake_kernel(SEPARATE_END - DIRECT_LOAD_ADDRESS + 1)), newest=Version(9, 1), until=900
        ),
        "kernel and initrd up to the end of memory": Case(
            files={b"initrd.img": bytes(SEPARATE_END - 0x11000)}, newest=Version(9, 1), until=900
        ),
    }
)
"""The sizes are those of the separate image."""
