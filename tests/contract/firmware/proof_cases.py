"""For every rule that lint knows: files that break it, and the boot of a real guest that shows what the rule says.

The boot is a transcript of tests/vectors/transcripts where there is one, and else is made by tests/e2e, with every QEMU
at hand. Lint must find the rule in the same files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from netipl.firmware.limits import MIB
from netipl.firmware.lint.finding import File, Kind, Target
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from netipl.protocols.dhcp4.codes import Option
from tests.contract.firmware.transcript_cases import CASES, FILES, version
from tests.real_firmware import fake_kernel
from tests.scripted_network import Fault, Script

NEWEST: Final = Version(99, 0)
STARTED: Final = b"starting kernel..."
NOT_FOUND: Final = b"file not found: "
ENDED: Final = b"Failed to load OS from network"

_LONG_KERNEL: Final = fake_kernel(65_600 * 8)
_ENTRY: Final = 0x10000


def _looping_kernel() -> bytes:
    """Started as Linux is, it runs for ever; started otherwise, it does not."""
    image = bytearray(fake_kernel(0x11000))
    image[_ENTRY : _ENTRY + 4] = b"\xa7\xf4\x00\x00"  # BRC 15,0
    return bytes(image)


_STOP: Final = b"\xb2\xb2\x02\x00"
"""LPSWE 0x200: how a fake kernel ends."""


def _lonely_kernel() -> bytes:
    """Runs for ever if it is told of no initrd, and stops if it is."""
    image = bytearray(fake_kernel(0x11000))
    image[_ENTRY : _ENTRY + 4] = b"\xa7\xf4\x00\x10"  # BRC 15,0x10020
    code = (
        b"\xc4\x18\x00\x00\x01\xf8"  # LGRL 1,0x10410
        b"\xb9\x02\x00\x11"  # LTGR 1,1
        b"\xa7\x84\x00\x00"  # BRC 8,0
    ) + _STOP
    image[_ENTRY + 0x20 : _ENTRY + 0x20 + len(code)] = code
    return bytes(image)


LABEL: Final = b"label linux\nkernel kernel.img\ninitrd initrd.img\nappend x\n"
USUAL: Final[Mapping[bytes, bytes | int]] = {b"kernel.img": fake_kernel(), b"initrd.img": bytes(5000)}
DEFAULT: Final = b"pxelinux.cfg/default"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A boot. `shows` and `hides` are bytes of the console; `asks` is a name that is requested."""

    transcript: str = ""
    """The recorded boot; without it the fields below describe one to be made."""
    script: Script = field(default_factory=Script)
    memory: int = 256 * MIB
    shows: bytes = STARTED
    hides: bytes = b"\xff"
    asks: bytes = b""
    runs: bool | None = None
    """Whether the guest still runs after `until` seconds; None says nothing of it."""
    until: float = 120.0
    oldest: Version = Version(3, 0)  # noqa: RUF009  # a version is a value
    newest: Version = NEWEST
    """The first and the last QEMU that does so."""
    once: bool = False
    """Takes so long that the first QEMU alone is asked."""
    unreadable: bool = False
    """Whether lint cannot read what the server refuses."""
    linked: bool = False
    """Whether what the server refuses is a symlink out of its root."""

    def is_for(self, guest: Version) -> bool:
        return self.oldest <= guest <= self.newest

    def named(self) -> Script:
        """The script of the boot, with its tree."""
        if not self.transcript:
            return self.script
        case = CASES[self.transcript]
        default = {} if case.default is None else {DEFAULT: case.default}
        return replace(case.script, tree={**FILES, **default, **case.tree})

    def target(self, guest: Version | None = None) -> Target:
        """For lint. `guest` is the version of the firmware, where no transcript says it."""
        script = self.named()
        options = {**script.offer_options, **script.options}
        return Target(
            version=version(self.transcript) if self.transcript else guest,
            memory=512 * MIB if self.transcript else self.memory,
            block_size=script.block_size or 1428,
            path_prefix=options.get(Option.PATH_PREFIX),
            configuration_file=options.get(Option.CONFIGURATION_FILE),
        )

    def described(self) -> dict[bytes, File]:
        """The tree as lint sees it; numbers in it are what the server says instead of the file."""
        tree = {name: self._file(found) for name, found in self.named().tree.items() if found != 1}
        parents = {name[:at] for name in tree for at in range(len(name)) if name[at : at + 1] == b"/"}
        return {parent: File(kind=Kind.DIRECTORY) for parent in parents - tree.keys()} | tree

    def _file(self, found: bytes | int) -> File:
        if isinstance(found, bytes):
            return File(size=len(found), head=found)
        if found == 0:
            return File(kind=Kind.DIRECTORY)
        if self.linked:
            return File(size=1, head=b"x", outside=True)
        return File(size=1, head=None) if self.unreadable else File(size=1, head=b"x", denied="mode 0600")


def _probed(text: bytes, shows: bytes = STARTED, **files: bytes) -> Proof:
    """`text` as pxelinux.cfg/default."""
    named = {name.encode(): data for name, data in files.items()}
    return Proof(script=Script(tree={**USUAL, DEFAULT: text, **named}), shows=shows)


def _boot_file(data: bytes, shows: bytes = STARTED, name: bytes = b"boot.file") -> Proof:
    return Proof(script=Script(tree={**USUAL, name: data}, file=name), shows=shows)


def _at(shows: bytes, tree: Mapping[bytes, bytes | int]) -> Proof:
    return Proof(script=Script(tree={**USUAL, **tree}), shows=shows)


def _optioned(shows: bytes, options: Mapping[int, bytes], tree: Mapping[bytes, bytes] | None = None) -> Proof:
    return Proof(script=Script(tree={**USUAL, **(tree or {})}, options=options), shows=shows)


def _labels(count: int, default: int) -> bytes:
    label = b"label l%d\nkernel kernel.img\ninitrd initrd.img\nappend x\n"
    return b"default l%d\n" % default + b"".join(label % number for number in range(1, count + 1))


_LONG_NAME: Final = b"k" * 208
_LONG_NAMED: Final = LABEL.replace(b"kernel.img", _LONG_NAME)
_TOO_HIGH: Final = b"* list\nkernel.img 0\ninitrd.img 0x%x\n"
_NO_ROOM: Final = b"bytes is too small for initrd.img"
_MAGIC: Final = b"# pxelinux\n"
_BROKEN_MAC: Final = b"pxelinux.cfg/01-52-54-00-13-33-0A"
_DIRECTORY: Final = b"d" * 206 + b"/"

PROOFS: Final[Mapping[RuleId, tuple[Proof, ...]]] = {
    RuleId.FILE_MISSING: (
        Proof(transcript="7.2-err-kernel-missing", shows=NOT_FOUND + b"missing.img"),
        Proof(transcript="10.0-kernel-missing", shows=NOT_FOUND + b"kernel.img"),
        Proof(transcript="11.1-kernel-missing", shows=NOT_FOUND + b"kernel.img"),
    ),
    RuleId.ACCESS_DENIED: (
        Proof(transcript="7.2-err-kernel-0600", shows=b"TFTP access violation"),
        _at(b"TFTP access violation", {DEFAULT: LABEL, b"kernel.img": 2}),
    ),
    RuleId.BLOCK_ROLLOVER: (
        Proof(
            script=Script(
                tree={b"boot.file": _LONG_KERNEL},
                file=b"boot.file",
                block_size=8,
                repeat=None,
                faults=(Fault("DATA", 65_536),),  # where a server stops that cannot roll over
            ),
            shows=b"after missing 21 responses",
            once=True,
            until=280,
        ),
    ),
    RuleId.FILE_EMPTY: (
        Proof(transcript="7.2-err-initrd-empty", shows=b"TFTP error: unknown error"),
        _at(b"TFTP error: unknown error", {DEFAULT: LABEL, b"initrd.img": b""}),
    ),
    RuleId.FILE_CASE_DIFFERS: (_probed(LABEL.replace(b"kernel.img", b"Kernel.img"), NOT_FOUND + b"Kernel.img"),),
    RuleId.FILE_IS_DIRECTORY: (Proof(transcript="7.2-dir-as-bootfile-pxelinux.cfg", shows=b"unknown TFTP error"),),
    RuleId.FILE_OUTSIDE_ROOT: (Proof(transcript="7.2-opt209-210", shows=b"TFTP access violation"),),
    RuleId.FILE_LINKED_OUTSIDE: (
        replace(_at(b"TFTP access violation", {DEFAULT: LABEL, b"kernel.img": 2}), linked=True),
    ),
    RuleId.FILE_NOT_LOOKED_AT: (
        Proof(transcript="7.2-err-kernel-0600", shows=b"TFTP access violation", unreadable=True),
    ),
    RuleId.FILE_NAME_TOO_LONG: (
        replace(
            _at(b"after 21 bad packets", {DEFAULT: _LONG_NAMED, _LONG_NAME: fake_kernel()}),
            newest=Version(9, 1),
        ),
        replace(
            _at(b"Received /pxelinux.cfg/default", {DEFAULT: _LONG_NAMED, _LONG_NAME: fake_kernel()}),
            hides=STARTED,
            runs=True,
            until=6,
            oldest=Version(9, 2),
        ),
    ),
    RuleId.KERNEL_IS_NONE: tuple(
        Proof(transcript=name)
        for name in (
            "7.2-err-kernel-is-text",
            "7.2-err-kernel-is-x86-elf",
            "7.2-err-kernel-is-gzip",
            "7.2-err-kernel-empty",
            "10.0-kernel-text",
            "11.1-kernel-text",
        )
    ),
    RuleId.MEMORY_EXCEEDED: (
        Proof(transcript="7.2-err-initrd-130M", shows=b"TFTP: Received kernel.img"),
        replace(_boot_file(_TOO_HIGH % 0x77F_FF00, _NO_ROOM), newest=Version(9, 1)),
        replace(_boot_file(_TOO_HIGH % 0xFCF_FF00, _NO_ROOM), oldest=Version(9, 2)),
    ),
    RuleId.MEMORY_TOO_LITTLE: (
        replace(
            _probed(LABEL, shows=b"Network boot device detected"),
            memory=64 * MIB,
            hides=b"Using MAC address",
            newest=Version(9, 1),
        ),
    ),
    RuleId.BOOT_FILE_TOO_SMALL: (_boot_file(b"1234567", b"'boot.file' is too small (7 bytes only)."),),
    RuleId.BOOT_FILE_TOO_LARGE: (
        replace(_boot_file((_MAGIC + LABEL).ljust(2047, b"#")), hides=b"Loading pxelinux.cfg entry", until=4),
        replace(_boot_file(b"* list\nkernel.img 0\n".ljust(2047, b"\n")), hides=b"Parsing .INS file", until=4),
    ),
    RuleId.BOOT_FILE_IS_NONE: (
        Proof(transcript="10.0-bootfile-nomagic"),
        Proof(transcript="11.1-bootfile-nomagic"),
        replace(_boot_file(b"\x7fELF".ljust(5000, b"\0")), until=4),
    ),
    RuleId.MAGIC_MISSING: (Proof(transcript="7.2-err-bootfile-without-magic"),),
    RuleId.INS_MAGIC_MISSING: (Proof(transcript="7.2-err-ins-nostar"),),
    RuleId.INS_NO_LINES: (_boot_file(b"* one line", b"Does not seem to be a valid .INS file"),),
    RuleId.INS_NO_SEPARATOR: (
        Proof(transcript="7.2-err-ins-no-address", shows=b"Missing space separator in .INS file"),
        _boot_file(b"* list\r\nkernel.img 0\r\n\r\n", b"Missing space separator in .INS file"),
    ),
    RuleId.INS_ADDRESS: (replace(_boot_file(b"* list\nkernel.img 0\ninitrd.img abc\n"), runs=True, until=4),),
    RuleId.INS_NO_KERNEL: (
        Proof(
            script=Script(
                tree={b"loop.img": _looping_kernel(), b"boot.file": b"* list\nloop.img 0x20000\n"}, file=b"boot.file"
            ),
            runs=False,
        ),
    ),
    RuleId.INS_OVERLAP: (
        Proof(
            script=Script(
                tree={
                    b"loop.img": _looping_kernel(),
                    b"stop": _STOP,
                    b"boot.file": b"* list\nloop.img 0\nstop 0x10000\n",
                },
                file=b"boot.file",
            ),
            runs=False,
        ),
    ),
    RuleId.INS_INITRD_LOCATION: (
        Proof(
            script=Script(
                tree={
                    b"lonely.img": _lonely_kernel(),
                    b"initrd.img": bytes(5000),
                    b"boot.file": b"* list\nlonely.img 0\ninitrd.img 0x200000\n",
                },
                file=b"boot.file",
            ),
            runs=True,
            until=4,
        ),
        Proof(
            script=Script(
                tree={
                    b"lonely.img": _lonely_kernel(),
                    b"place": bytes(7) + b"\x01",
                    b"boot.file": b"* list\nlonely.img 0\nplace 0x10410\n",
                },
                file=b"boot.file",
            ),
            runs=False,
        ),
    ),
    RuleId.FALLS_BACK: (Proof(transcript="7.2-err-ins-missing-file", shows=b"Received pxelinux.cfg/default"),),
    RuleId.CONFIGURATION_EMPTY: (
        _at(b"Received /pxelinux.cfg/default", {b"pxelinux.cfg/01-52-54-00-13-33-0a": b"", DEFAULT: LABEL}),
    ),
    RuleId.CONFIGURATION_TOO_LARGE: (
        Proof(transcript="7.2-err-config-size-2048", shows=b"TFTP buffer of 2047 bytes is too small"),
        Proof(transcript="10.0-config-too-large", shows=b"TFTP buffer of 2047 bytes is too small"),
        Proof(transcript="11.1-config-too-large", shows=b"TFTP buffer of 2047 bytes is too small"),
    ),
    RuleId.NO_LABEL: (_probed(b"# nothing\n", ENDED),),
    RuleId.NUL: (_probed(b"default b\n" + LABEL + b"\0\nlabel b\n", b"Loading pxelinux.cfg entry 'linux'"),),
    RuleId.LINE_NOT_UNDERSTOOD: (_probed(LABEL + b"menu\n", b"Failed to parse this line:"),),
    RuleId.KEYWORD_UNKNOWN: (_probed(b"timeout 50\n" + LABEL, b"Command 'timeout' is not supported."),),
    RuleId.KEYWORD_WITHOUT_ARGUMENT: (_probed(LABEL + b"label\nkernel other\n", NOT_FOUND + b"other"),),
    RuleId.TAB_SEPARATOR: (_probed(LABEL + b"append\ta b\n", b"Command 'append\ta' is not supported."),),
    RuleId.LINE_OUTSIDE_LABEL: (_probed(b"append x\n" + LABEL, b"Command 'append' is not supported."),),
    RuleId.LAST_LINE_BLANKS: (
        replace(
            _boot_file(_MAGIC + b"label a\nappend x\ninitrd initrd.img\nkernel kernel.img\r", NOT_FOUND),
            asks=b"kernel.img\r",
        ),
    ),
    RuleId.KERNEL_MISSING: (
        Proof(transcript="10.0-label-no-kernel", shows=b"Kernel entry is missing!"),
        Proof(transcript="11.1-label-no-kernel", shows=b"Kernel entry is missing!"),
        Proof(transcript="7.2-err-config-label-no-kernel", shows=NOT_FOUND),
    ),
    RuleId.INITRD_MISSING: (
        Proof(transcript="7.2-err-config-no-initrd", shows=b"illegal TFTP operation"),
        Proof(transcript="10.0-noinitrd"),
        Proof(transcript="11.1-noinitrd"),
    ),
    RuleId.APPEND_MISSING: (_probed(b"label linux\nkernel kernel.img\ninitrd initrd.img\n"),),
    RuleId.INITRD_LIST: (_probed(LABEL.replace(b"initrd.img", b"initrd.img,b.img"), NOT_FOUND + b"initrd.img,b.img"),),
    RuleId.INITRD_IN_APPEND: (
        Proof(transcript="7.2-err-config-initrd-in-append", shows=b"illegal TFTP operation"),
        Proof(transcript="10.0-appinitrd", hides=b"Received initrd.img"),
        Proof(transcript="11.1-appinitrd", hides=b"Received initrd.img"),
    ),
    RuleId.APPEND_TOO_LONG: tuple(
        Proof(transcript=name) for name in ("7.2-err-append-over-896", "10.0-append-too-long", "11.1-append-too-long")
    ),
    RuleId.LABELS_TOO_MANY: (_probed(_labels(32, 32), b"Loading pxelinux.cfg entry 'l1'"),),
    RuleId.DEFAULT_OUT_OF_REACH: (_probed(_labels(32, 32), b"Loading pxelinux.cfg entry 'l1'"),),
    RuleId.LABEL_TWICE: (
        _probed(b"default linux\n" + LABEL.replace(b"initrd.img", b"one") + LABEL, b"Received initrd.img"),
    ),
    RuleId.DEFAULT_AFTER_LABEL: (
        _probed(LABEL + LABEL.replace(b"linux", b"b") + b"default b\n", b"Loading pxelinux.cfg entry 'linux'"),
    ),
    RuleId.DEFAULT_UNKNOWN: (
        Proof(transcript="7.2-err-config-default-unknown-label", shows=b"Loading pxelinux.cfg entry 'linux'"),
        _probed(b"default kernel.img\n" + LABEL, b"Loading pxelinux.cfg entry 'linux'"),
    ),
    RuleId.PREFIX_TOO_LONG: (_optioned(b"pxelinux prefix is too long!", {Option.PATH_PREFIX: b"a" * 221}),),
    RuleId.NAME_TOO_LONG: (
        _optioned(
            b"prefix + filename too long!", {Option.PATH_PREFIX: b"a" * 217, Option.CONFIGURATION_FILE: b"z" * 40}
        ),
    ),
    RuleId.DIRECTORY_TOO_LONG: (
        Proof(
            script=Script(
                tree={_DIRECTORY + DEFAULT: LABEL, **USUAL}, options={Option.BOOT_FILE_NAME: b"d" * 206 + b"/"}
            ),
            shows=b"The bootfile string is too long",
        ),
    ),
    RuleId.NAME_MISSPELLED: (_at(ENDED, {_BROKEN_MAC: LABEL, b"pxelinux.cfg/c0a84c0f": LABEL}),),
    RuleId.NAME_NOT_PROBED: (_at(ENDED, {b"pxelinux.cfg/z1.cfg": LABEL}),),
    RuleId.NAME_SHADOWED: (
        _at(b"Received /pxelinux.cfg/C0A84C ", {b"pxelinux.cfg/C0A8": LABEL, b"pxelinux.cfg/C0A84C": LABEL}),
    ),
    RuleId.DIRECTORY_IS_FILE: (_at(ENDED, {b"pxelinux.cfg": LABEL}),),
}

NOT_SEEN: Final = {
    RuleId.NO_NETWORK_BOOT: "no QEMU before 2.10 is at hand",
    RuleId.INS_UNKNOWN: "no QEMU before 2.12 is at hand",
    RuleId.CONFIGURATIONS_UNKNOWN: "no QEMU before 3.0 is at hand",
    RuleId.MACHINE_TOO_OLD: "no file shows it, only medium and CPU model: tests/e2e/test_cpu_model.py",
}
"""Rules read in the source, and marked so: of versions that no distribution has any more, or of no file."""
