"""What led to each console transcript in tests/vectors/transcripts: the files, the DHCP fields and what went wrong.

Files have the sizes that the transcript shows and the contents that its name tells. Address, server and boot file are
read from the transcript itself; the countdown of DHCP too, since only the timing of the server made it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from netipl.firmware.kernel import Started
from netipl.firmware.netboot import Machine, Verdict
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.scripted_network import Fault, Script

DIRECTORY: Final = Path(__file__).parents[2] / "vectors" / "transcripts"

UUID_OF_GUEST: Final = UUID("bbb4f52a-c2fa-4016-af72-c4ea0d422cbe")
MAC: Final = Mac.parse("52:54:00:13:33:0a")

EXCLUDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "7.2-err-no-boot-order": "no boot device at all: the network is never tried",
        "10.0-disk-only": "boots from disk only",
        "10.0-disk-then-net": "QEMU refused its command line: no guest ran",
    }
)

KERNEL: Final = b"\0\x08\0\0\x80\x01\0\0" + bytes(0x10000) + b"S390EP"
_FULL_KERNEL: Final = KERNEL.ljust(4948 * 1024, b"\0")
_INITRD: Final = bytes(1_049_000)
_LINES: Final = (b"default linux", b"label linux", b"kernel kernel.img", b"initrd initrd.img")
_MENU: Final = b"".join(
    b"label %s\nkernel kernel.img\ninitrd initrd.img\nappend console=ttysclp0\n" % label
    for label in (b"one", b"two", b"three")
)


def of_size(size: int, *lines: bytes) -> bytes:
    """A configuration of `lines` and as long an `append` as makes `size` bytes of it."""
    text = b"".join(line + b"\n" for line in lines or _LINES)
    return text + b"append " + b"x" * (size - len(text) - len(b"append \n")) + b"\n"


def padded(text: bytes, size: int) -> bytes:
    """With a comment that makes `size` bytes of it."""
    return text + b"#" * (size - len(text) - 1) + b"\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """`cut`: the transcript ends before the boot does."""

    configuration: bytes | int | None = of_size(102)
    """What stands at pxelinux.cfg/default; a number is a TFTP error, None is nothing."""
    files: Mapping[bytes, bytes | int] = field(default_factory=dict)
    script: Mapping[str, Any] = field(default_factory=dict)
    """Fields of Script; of any type, as those are."""
    loadparm: str = ""
    other_devices: bool = False
    cut: bool = False
    verdict: Verdict = Verdict.KERNEL
    started: Started | None = Started.LINUX
    shown: int | None = None
    """How many bytes of a long transcript are compared."""

    def parts(self, name: str) -> tuple[Machine, Script]:
        """The guest and the server of transcript `name`."""
        text = transcript(name)
        version = Version.parse(name)
        address, server = _addresses(text)
        steps = max(len(re.findall(rb"\x08{3}0\d\d", text)) - 1, 0) if self.script.get("dhcp", True) else 0
        tree = {b"kernel.img": _FULL_KERNEL, b"initrd.img": _INITRD, **self.files}
        if self.configuration is not None:
            tree[b"pxelinux.cfg/default"] = self.configuration
        fields: dict[str, Any] = {
            "tree": tree,
            "file": _file(text),
            "address": address,
            "server": server,
            "faults": tuple(Fault("DISCOVER", number) for number in range(1, steps + 1)),
            **self.script,
        }
        machine = Machine(
            mac=MAC,
            xid=0x12EF59E3,
            uuid=None if b"192.168.76." in text else UUID_OF_GUEST,
            version=version,
            loadparm=self.loadparm,
            other_devices=self.other_devices,
        )
        return machine, Script(**fields)


def transcript(name: str) -> bytes:
    return (DIRECTORY / f"{name}.txt").read_bytes()


def _addresses(text: bytes) -> tuple[IPv4Address, IPv4Address]:
    found = re.search(rb"IPv4 address: (\S+)\r\n.*TFTP server: (\S+)", text)
    if not found:
        return IPv4Address("192.168.133.10"), IPv4Address("192.168.133.1")
    return IPv4Address(found[1].decode()), IPv4Address(found[2].decode())


def _file(text: bytes) -> bytes:
    found = re.search(rb"Bootfile name: '(.*)'", text)
    return found[1] if found else b""


def _stray(block: int) -> bytes:
    return b"\0\3" + block.to_bytes(2, "big") + bytes(1428)


def _stale(number: int, block: int) -> Fault:
    """A block of another transfer before the `number`-th DATA."""
    return Fault("DATA", number, stray=lambda _: _stray(block))


FAILED: Final = {"verdict": Verdict.HALTED, "started": None}
NEXT: Final = {"verdict": Verdict.NEXT_DEVICE, "started": None, "other_devices": True}
NO_KERNEL: Final = {"started": Started.NOTHING}
_TEXT: Final = b"this is no kernel at all, only some text that somebody took for one by mistake\n"[:78]
_MYPXE: Final = b"# pxelinux\n" + of_size(102)
_INS: Final = b"* s390 .INS\nkernel.img 0x0\ninitrd.img 0x1000000\ninitrd.addrsize 0x00010408\nparmfile 0x00010480\n"
_INS_FILES: Final = {b"initrd.addrsize": bytes(16), b"parmfile": bytes(896)}
_MENU_FILE: Final = padded(b"default two\n" + _MENU, 274)


CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "7.2-ok-off-static": Case(),
        "7.2-ok-off-dyn": Case(script={"late_offers": 1, "faults": ()}),
        "7.2-ok-on-static": Case(),
        "7.2-ok-libvirt-slash": Case(),
        "7.2-ok-libvirt-slash2": Case(),
        "7.2-ok-libvirt-bootp-pxelinux-file": Case(files={b"mypxe.cfg": _MYPXE}),
        "7.2-ok-os-boot-network": Case(cut=True),
        "7.2-virsh-start-console": Case(),
        "7.2-tagboot": Case(files={b"mypxe.cfg": _MYPXE}),
        "7.2-optsdir67": Case(files={b"mypxe.cfg": _MYPXE}, script={"file": b"/", "options": {67: b"mypxe.cfg"}}),
        "7.2-optsdir-live": Case(files={b"mypxe.cfg": _MYPXE}, cut=True),
        "7.2-optsdir-rm-hup": Case(cut=True),
        "7.2-optsdir-rm": Case(
            files={
                b"mypxe.cfg": _MYPXE,
                b"hosts/z1/pxe.cfg": of_size(117),
                b"hosts/z1/01-52-54-00-13-33-0a": of_size(105),
            },
            script={
                "options": {209: b"pxe.cfg", 210: b"hosts/z1/"},
                "faults": (_stale(156, 402), Fault("OPTIONACK", 5, stray=lambda _: b"\0\5\0\1\0")),
            },
            **FAILED,
        ),
        "7.2-opt209-210": Case(
            files={b"hosts/z1/pxe.cfg": of_size(117), b"kernel.img": 2},
            script={"options": {209: b"pxe.cfg", 210: b"hosts/z1/"}},
            **FAILED,
        ),
        "7.2-dir-as-bootfile-pxelinux.cfg": Case(files={b"pxelinux.cfg": 0}, cut=True),
        "7.2-libvirt-loadparm": Case(loadparm="3", cut=True),
        "7.2-loadparm3": Case(configuration=_MENU_FILE, loadparm="3", cut=True),
        "7.2-netfail-then-disk": Case(configuration=None, other_devices=True, **FAILED),
        "7.2-race-a": Case(cut=True),
        "7.2-race-gap0-8483": Case(script={"faults": (_stale(1313, 2735),)}, **FAILED),
        "7.2-race-gap0-19421": Case(script={"faults": (_stale(1998, 2601),)}, **FAILED),
        "7.2-race-gap4-171": Case(script={"faults": (_stale(2238, 2721),)}, **FAILED),
        "7.2-race-gap0-17438": Case(),
        "7.2-race-gap40": Case(),
        "7.2-race-rangerestart": Case(),
        "7.2-err-append-893": Case(configuration=of_size(955)),
        "7.2-err-append-over-896": Case(configuration=of_size(1018)),
        "7.2-err-bootfile-is-kernel": Case(),
        "7.2-err-bootfile-missing-no-cfgdir": Case(configuration=None, **FAILED),
        "7.2-err-bootfile-without-magic": Case(files={b"nomagic.cfg": of_size(102)}, **NO_KERNEL),
        "7.2-err-bootp-without-tftp-element": Case(script={"icmp": True, "icmp_tries": (7, 12)}, **FAILED),
        "7.2-err-config-abs-paths": Case(
            configuration=of_size(98, *_LINES[:2], b"kernel /kernel.img", b"initrd /initrd.img")
        ),
        "7.2-err-config-crlf-upper": Case(
            configuration=b"DEFAULT linux\r\nLABEL linux\r\nKERNEL kernel.img\r\nINITRD initrd.img\r\n"
            + b"APPEND root=/dev/ram0 console=ttyS".ljust(36, b"x")
            + b"\r\n"
        ),
        "7.2-err-config-default-unknown-label": Case(configuration=of_size(73, b"default nope", *_LINES[1:])),
        "7.2-err-config-empty": Case(configuration=0, **FAILED),  # dnsmasq answered ERROR 0
        "7.2-err-config-only-comment": Case(configuration=0, **FAILED),
        "7.2-err-config-initrd-in-append": Case(configuration=of_size(98, *_LINES[:3]), **FAILED),
        "7.2-err-config-initrd-in-append2": Case(configuration=of_size(98, *_LINES[:3]), **FAILED),
        "7.2-err-config-no-initrd": Case(configuration=of_size(68, *_LINES[:3]), **FAILED),
        "7.2-err-config-label-no-kernel": Case(configuration=of_size(44, b"label linux", _LINES[3]), **FAILED),
        "7.2-err-config-size-2046": Case(configuration=padded(of_size(102), 2046), cut=True),
        "7.2-err-config-size-2047": Case(configuration=padded(of_size(102), 2047), cut=True),
        "7.2-err-config-size-2048": Case(configuration=padded(of_size(102), 2048), **FAILED),
        "7.2-err-config-too-large-head-comments": Case(configuration=padded(b"", 2100) + of_size(102), **FAILED),
        "7.2-err-config-too-large-tail-comments": Case(configuration=padded(of_size(102), 2200), **FAILED),
        "7.2-err-initrd-130M": Case(
            configuration=of_size(99, *_LINES[:3], b"initrd big.img"),
            files={b"big.img": bytes(20 << 20)},
            cut=True,
            shown=1350,
        ),
        "7.2-err-initrd-empty": Case(
            configuration=of_size(101, *_LINES[:3], b"initrd empty.img"), files={b"empty.img": b""}
        ),
        "7.2-err-initrd-missing": Case(configuration=of_size(110, *_LINES[:3], b"initrd missing-initrd.img"), **FAILED),
        "7.2-err-ins-ok": Case(configuration=None, files={**_INS_FILES, b"ok.ins": _INS.ljust(103, b"\n")}),
        "7.2-err-ins-missing-file": Case(
            files={**_INS_FILES, b"bad.ins": _INS.replace(b"parmfile", b"parmfile.missing").ljust(111, b"\n")}
        ),
        "7.2-err-ins-no-address": Case(files={b"bad2.ins": b"* bad ins\nkernel.img\n"}),
        "7.2-err-ins-nostar": Case(files={b"nostar.ins": b"kernel.img 0x0\n"}, **NO_KERNEL),
        "7.2-err-kernel-0600": Case(files={b"kernel.img": 2}, **FAILED),
        "7.2-err-kernel-empty": Case(
            configuration=of_size(101, *_LINES[:2], b"kernel empty.img", _LINES[3]),
            files={b"empty.img": b""},
            **NO_KERNEL,
        ),
        "7.2-err-kernel-is-gzip": Case(
            configuration=of_size(101, *_LINES[:2], b"kernel kernel.gz", _LINES[3]),
            files={b"kernel.gz": b"\x1f\x8b\x08\0".ljust(4782 * 1024, b"\1")},
            **NO_KERNEL,
        ),
        "7.2-err-kernel-is-gzip-wait": Case(
            configuration=of_size(101, *_LINES[:2], b"kernel kernel.gz", _LINES[3]),
            files={b"kernel.gz": b"\x1f\x8b\x08\0".ljust(4782 * 1024, b"\1")},
            **NO_KERNEL,
        ),
        "7.2-err-kernel-is-text": Case(
            configuration=of_size(100, *_LINES[:2], b"kernel text.img", _LINES[3]),
            files={b"text.img": _TEXT},
            **NO_KERNEL,
        ),
        "7.2-err-kernel-is-x86-elf": Case(
            configuration=of_size(99, *_LINES[:2], b"kernel elf.img", _LINES[3]),
            files={b"elf.img": b"\x7fELF\2\1\1\0".ljust(1235 * 1024, b"\0")},
            **NO_KERNEL,
        ),
        "7.2-err-kernel-missing": Case(
            configuration=of_size(103, *_LINES[:2], b"kernel missing.img", _LINES[3]), **FAILED
        ),
        "7.2-err-link-down": Case(script={"dhcp": False}, cut=True),
        "7.2-err-no-bootp-element": Case(),
        "7.2-err-no-config-slash": Case(configuration=None, **FAILED),
        "7.2-err-no-dhcp-server": Case(script={"dhcp": False}, **FAILED),
        "7.2-err-oncrash-default": Case(configuration=None, **FAILED),
        "7.2-err-tftp-server-unreachable": Case(script={"tftp": False}, cut=True),
        "10.0-ok-slash": Case(),
        "10.0-append-too-long": Case(configuration=of_size(1018)),
        "10.0-appinitrd": Case(configuration=of_size(90, *_LINES[:3])),
        "10.0-blankdisk-then-net": Case(),
        "10.0-bootfile-nomagic": Case(files={b"nomagic.txt": b"this is no pxelinux\n"}, **NO_KERNEL),
        "10.0-config-too-large": Case(configuration=padded(of_size(102), 2100), cut=True, **FAILED),
        "10.0-dev-loadparm1": Case(configuration=_MENU_FILE, loadparm="1"),
        "10.0-ins": Case(configuration=None, files={**_INS_FILES, b"ok.ins": _INS.ljust(103, b"\n")}),
        "10.0-kernel-missing": Case(files={b"kernel.img": 1}, cut=True, **FAILED),
        "10.0-kernel-text": Case(files={b"kernel.img": _TEXT}, **NO_KERNEL),
        "10.0-label-no-kernel": Case(configuration=of_size(44, b"label linux", _LINES[3]), cut=True, **FAILED),
        "10.0-loadparm3": Case(configuration=_MENU_FILE, loadparm="3"),
        "10.0-loadparm9": Case(configuration=_MENU_FILE, loadparm="9"),
        "10.0-loadparmPROMPT": Case(configuration=_MENU_FILE, loadparm="PROMPT"),
        "10.0-magic": Case(configuration=None, files={b"my.cfg": _MYPXE}, cut=True),
        "10.0-multi-default": Case(configuration=_MENU_FILE),
        "10.0-netfail-only": Case(configuration=None, **FAILED),
        "10.0-netfail-then-disk": Case(configuration=None, **NEXT),
        "10.0-noinitrd": Case(configuration=of_size(79, *_LINES[:3])),
        "11.1-append-too-long": Case(configuration=of_size(1018)),
        "11.1-appinitrd": Case(configuration=of_size(90, *_LINES[:3])),
        "11.1-blankdisk-then-net": Case(),
        "11.1-bootfile-nomagic": Case(files={b"nomagic.txt": b"this is no pxelinux\n"}, **NO_KERNEL),
        "11.1-config-too-large": Case(configuration=padded(of_size(102), 2100), cut=True, **FAILED),
        "11.1-dev-loadparm1": Case(configuration=_MENU_FILE, loadparm="1"),
        "11.1-initrd-130M": Case(files={b"initrd.img": bytes(20 << 20)}, cut=True, shown=1350),
        "11.1-initrd-130M-1G": Case(files={b"initrd.img": bytes(20 << 20)}, cut=True, shown=1350),
        "11.1-kernel-missing": Case(files={b"kernel.img": 1}, cut=True, **FAILED),
        "11.1-kernel-text": Case(files={b"kernel.img": _TEXT}, **NO_KERNEL),
        "11.1-kernmissing-then-disk": Case(files={b"kernel.img": 1}, **NEXT),
        "11.1-label-no-kernel": Case(configuration=of_size(44, b"label linux", _LINES[3]), cut=True, **FAILED),
        "11.1-loadparm-label": Case(configuration=_MENU_FILE, loadparm="one"),
        "11.1-loadparm3": Case(configuration=_MENU_FILE, loadparm="3"),
        "11.1-loadparm9": Case(configuration=_MENU_FILE, loadparm="9", **FAILED),
        "11.1-loadparmPROMPT": Case(configuration=_MENU_FILE, loadparm="PROMPT", verdict=Verdict.MENU, started=None),
        "11.1-multi-default": Case(configuration=_MENU_FILE),
        "11.1-netfail-then-disk": Case(configuration=None, **NEXT),
        "11.1-noinitrd": Case(configuration=of_size(79, *_LINES[:3])),
    }
)
