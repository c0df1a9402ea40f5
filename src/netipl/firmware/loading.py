"""Which files the firmware asks for after DHCP, one after the other, and what it prints about them.

`files` is a generator of `Wanted` that is sent the transfer of each, since the order depends on what came: it is the
firmware's own program from the boot file to the kernel, and reads like it. It does no input or output. Sources: QEMU
pc-bios/s390-ccw/netmain.c (C); every branch has a transcript in tests/vectors (M).
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from netipl.errors import RefusedError
from netipl.firmware import configuration, insfile, probing
from netipl.firmware.configuration import Configuration, Entry
from netipl.firmware.console import Console
from netipl.firmware.dhcp_client import BootData
from netipl.firmware.kernel import LOOKED_AT
from netipl.firmware.limits import (
    BOOT_FILE_CONFIGURATION,
    COMMAND_LINE,
    DIRECT_LOAD_ADDRESS,
    PROBED_CONFIGURATION,
    SMALLEST_BOOT_FILE,
    Limits,
)
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.tftp_client import Failure
from netipl.net import Mac

_PAGE: Final = 4096
_ERASED: Final = "\r" + " " * 27 + "\r"
_LARGEST_IN_BYTES: Final = 1024

UNWRITTEN_KERNEL: Final = b"\xb9\x04"
"""The name that 7.2.22 asks for where a label has no kernel: what its stack held in the one case measured (M)."""
UNWRITTEN_INITRD: Final = b""
"""The same where there is no initrd (M: 3 of 3)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The next file: its name, the room for it, and how many of its first bytes matter."""

    name: bytes
    room: int
    keep: int = 0


class Arrived(Protocol):
    """A transfer that is over: the first bytes that were wanted, all that was received, or why it failed."""

    @property
    def name(self) -> bytes: ...

    @property
    def received(self) -> int: ...

    @property
    def head(self) -> bytes: ...

    @property
    def error(self) -> Failure | None: ...


Steps = Generator[Wanted, Arrived, bool]
"""Returns whether a kernel is to be started."""


class HaltedError(RefusedError):
    """The firmware stops for good with these words: no other boot device is tried."""


class MenuError(RefusedError):
    """The firmware shows its menu and waits for a person."""


class Loader:
    """One boot from the boot file on. `memory` is what stands at address 0 once `files` has returned True."""

    def __init__(
        self,
        data: BootData,
        *,
        mac: Mac,
        uuid: UUID | None,
        loadparm: str,
        limits: Limits,
        end: int,
        console: Console,
    ) -> None:
        self.memory = b""
        self.failed: RuleId | None = None
        """The last rule that was broken."""
        self.command_line: bytes | None = None
        """What of `append` is copied for the kernel; None where there is none."""
        self._data = data
        self._mac = mac
        self._uuid = uuid
        self._loadparm = loadparm
        self._limits = limits
        self._end = end
        self._console = console
        self._last_name = data.file

    def files(self) -> Steps:
        if self._data.file and not self._data.file.endswith(b"/"):
            started = yield from self._boot_file()
            if started:
                return True
        if not self._limits.configurations:
            return False
        return (yield from self._probe())

    def _boot_file(self) -> Steps:
        room = self._end - DIRECT_LOAD_ADDRESS
        file = yield from self._load(self._data.file, room, keep=LOOKED_AT)
        if file.error:
            return False
        if file.received < SMALLEST_BOOT_FILE:
            before, _, after = RULES[RuleId.BOOT_FILE_TOO_SMALL].words.partition("{name}")
            self._console.printf(before.encode() + file.name + after.format(size=file.received).encode() + b"\n")
            self.failed = RuleId.BOOT_FILE_TOO_SMALL
            return False
        if file.received <= BOOT_FILE_CONFIGURATION:
            if self._limits.ins_lists and file.head.startswith(insfile.MAGIC):
                return (yield from self._ins_list(file.head))
            magic = file.head[: len(configuration.MAGIC)].lower()
            if self._limits.configurations and magic == configuration.MAGIC:
                return (yield from self._boot(self._parsed(file.head, boot_file=True)))
        self.memory = file.head
        return True

    def _ins_list(self, data: bytes) -> Steps:
        listed = insfile.parse(data)
        if listed is None:
            return self._says(RuleId.INS_NO_LINES)
        self._console.printf(b"\nParsing .INS file:\n " + listed.comment + b"\n")
        received = 0
        for step in listed.steps:
            if isinstance(step, insfile.NoSeparator):
                return self._says(RuleId.INS_NO_SEPARATOR)
            file = yield from self._load(step.name, self._end - step.address, keep=0 if step.address else LOOKED_AT)
            if file.error or not file.received:
                return False
            received = file.received
            if not step.address:
                self.memory = file.head
        return received > 0

    def _probe(self) -> Steps:
        try:
            beginning = probing.base(self._last_name, self._data.path_prefix)
            self._console.puts("Trying pxelinux.cfg files...")
            names = list(probing.names(beginning, uuid=self._uuid, mac=self._mac, address=self._data.address))
            if self._data.configuration_file is not None:
                probing.check_configuration_name(beginning, self._data.configuration_file)
                names.insert(0, beginning + self._data.configuration_file)
        except probing.TooLongError as error:
            return self._says(error.rule)
        for name in names:
            file = yield from self._try(name)
            if file.received and not file.error:
                return (yield from self._boot(self._parsed(file.head)))
        return False

    def _try(self, name: bytes) -> Generator[Wanted, Arrived, Arrived]:
        """One probe: a file that is not found leaves no trace on the console."""
        file = yield Wanted(name, PROBED_CONFIGURATION, PROBED_CONFIGURATION)
        self._last_name = name
        if file.error and file.error.rule is RuleId.FILE_MISSING:
            self._console.printf(_ERASED)
        elif file.error:
            self._console.printf(b"\r  TFTP error: " + file.error.words + b"\n")
        elif file.received:
            self._console.printf(b"\r  TFTP: Received " + name + b" (%d bytes)\n" % file.received)
        self.failed = file.error.rule if file.error else None
        return file

    def _load(self, name: bytes, room: int, *, keep: int = 0) -> Generator[Wanted, Arrived, Arrived]:
        """A file that is needed: every outcome is printed."""
        file = yield Wanted(name, room, keep)
        self._last_name = name
        self.failed = file.error.rule if file.error else None if file.received else RuleId.FILE_EMPTY
        if file.error:
            self._console.printf(b"\n  TFTP error: " + file.error.words + b"\n")
        elif not file.received:
            self._console.printf(f"TFTP error: {RULES[RuleId.FILE_EMPTY].words}\n")
        elif file.received > _LARGEST_IN_BYTES:
            self._console.printf(b"  TFTP: Received " + name + b" (%d KBytes)\n" % (file.received // 1024))
        else:
            self._console.printf(b"  TFTP: Received " + name + b" (%d Bytes)\n" % file.received)
        return file

    def _parsed(self, data: bytes, *, boot_file: bool = False) -> Configuration:
        parsed = configuration.parse(data, self._limits, boot_file=boot_file)
        for message in parsed.messages:
            self._console.printf(message)
        return parsed

    def _boot(self, parsed: Configuration) -> Steps:
        if not parsed.entries:
            return False
        return (yield from self._kernel(parsed.entries[self._selected(parsed)]))

    def _selected(self, parsed: Configuration) -> int:
        """The number of the entry. Raises HaltedError and MenuError where `loadparm` decides so (M: 11.1)."""
        if not self._limits.loadparm_selects:
            return parsed.default
        if self._limits.menu and self._loadparm == "PROMPT" and len(parsed.entries) > 1:
            self._show_menu(parsed)
        number = int(self._loadparm) if self._loadparm.isdecimal() else 0
        if number > len(parsed.entries):
            self.failed = RuleId.ENTRY_MISSING
            raise HaltedError(RULES[RuleId.ENTRY_MISSING].words)
        return number - 1 if number else parsed.default

    def _show_menu(self, parsed: Configuration) -> None:
        self._console.puts("\ns390-ccw pxelinux.cfg boot menu:\n")
        self._console.printf(f" [0] default ({parsed.default + 1})\n")
        for number, entry in enumerate(parsed.entries, 1):
            self._console.printf(b" [%d] %s\n" % (number, entry.label))
        self._console.printf("\n")
        self._console.puts("Please choose:")
        raise MenuError("waiting for a choice")

    def _kernel(self, entry: Entry) -> Steps:
        self._console.printf(b"Loading pxelinux.cfg entry '" + entry.label + b"'\n")
        kernel, initrd = entry.kernel, entry.initrd
        if self._limits.uninitialised_entries:
            kernel = UNWRITTEN_KERNEL if kernel is None else kernel
            initrd = UNWRITTEN_INITRD if initrd is None else initrd
        if kernel is None:
            return self._has_no_kernel()
        file = yield from self._load(kernel, self._end, keep=LOOKED_AT)
        if file.error:
            return False
        self.memory = file.head
        end = file.received
        if initrd is not None:
            address = -(-file.received // _PAGE) * _PAGE
            file = yield from self._load(initrd, self._end - address)
            if file.error:
                return False
            end = address + file.received
        self.command_line = None if entry.append is None else entry.append[:COMMAND_LINE]
        return end > 0

    def _has_no_kernel(self) -> bool:
        self.failed = RuleId.KERNEL_MISSING
        self._console.puts(RULES[RuleId.KERNEL_MISSING].words + "\n")
        return False

    def _says(self, rule: RuleId) -> bool:
        self.failed = rule
        self._console.puts(RULES[rule].words)
        return False
