"""What a rule of the firmware is: its name, where it holds, what the guest does and prints, and how we know.

The rows themselves lie beside this file, by subject; netipl.firmware.rules puts them into one table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netipl.firmware.versions import Version

NETWORK_BOOT: Final = Version(2, 10)
INS_LISTS: Final = Version(2, 12)
CONFIGURATIONS: Final = Version(3, 0)
MERGED: Final = Version(9, 2)
"""From here on network boot is part of s390-ccw.img."""

V7, V10, V11 = Version(7, 2), Version(10, 0), Version(11, 1)
BOTH: Final = (V7, V10)
"""Measured with both, by tests/e2e."""
ALL: Final = (V7, V10, V11)

NETMAIN: Final = "QEMU pc-bios/s390-ccw/netmain.c"
PXELINUX: Final = "SLOF lib/libnet/pxelinux.c"
TFTP: Final = "SLOF lib/libnet/tftp.c"


class Severity(StrEnum):
    """How bad it is that files break a rule."""

    ERROR = "error"
    """The boot ends, or something else boots than is written there."""
    WARNING = "warning"
    """It boots, but a part of what is written is lost; or it boots by luck."""
    NOTE = "note"
    """Worth knowing; nothing is wrong in the files."""


class RuleId(StrEnum):
    """Stable names; every one has its row in RULES."""

    # the network as a whole
    DHCP_SILENCE = "dhcp-silence"
    NO_ADDRESS = "no-address"
    NO_TFTP_SERVER = "no-tftp-server"
    NAME_UNRESOLVED = "name-unresolved"
    LOAD_FAILED = "load-failed"
    NO_DEVICE = "no-device"
    NO_BOOT_ORDER = "no-boot-order"
    DISK_NOT_BOOTABLE = "disk-not-bootable"
    NO_NETWORK_BOOT = "no-network-boot"
    # a boot, as its server sees it
    OFFER_NOT_TAKEN = "offer-not-taken"
    OTHER_SERVER = "other-server"
    NO_FREE_ADDRESS = "no-free-address"
    REQUEST_REFUSED = "request-refused"
    NOT_APPROVED = "not-approved"
    WRONG_NETWORK = "wrong-network"
    NOTHING_TO_BOOT = "nothing-to-boot"
    SERVER_NOT_ASKED = "server-not-asked"
    NO_CONFIGURATION = "no-configuration"
    TRANSFER_SILENT = "transfer-silent"
    TRANSFER_ENDED = "transfer-ended"
    FILE_CHANGED = "file-changed"
    KERNEL_SILENT = "kernel-silent"
    ANSWERS_NOT_FETCHED = "answers-not-fetched"
    INSTALLER_FAILED = "installer-failed"
    INSTALL_TOO_LONG = "install-too-long"
    BUILD_IN_DOUBT = "build-in-doubt"
    FINISH_FAILED = "finish-failed"
    FINISH_TOO_LONG = "finish-too-long"
    FINISH_UNREACHABLE = "finish-unreachable"
    FINISH_HOST_KEY = "finish-host-key"
    FINISH_LOST = "finish-lost"
    # the transfer of a file
    FILE_MISSING = "file-missing"
    FILE_TOO_LARGE = "file-too-large"
    ACCESS_DENIED = "access-denied"
    ILLEGAL_OPERATION = "illegal-operation"
    UNKNOWN_TRANSFER = "unknown-transfer"
    NO_SUCH_USER = "no-such-user"
    BLOCK_SIZE_REFUSED = "block-size-refused"
    UNKNOWN_ERROR = "unknown-error"
    UNREACHABLE = "unreachable"
    UNEXPECTED_PACKETS = "unexpected-packets"
    SILENCE = "silence"
    BLOCK_AHEAD = "block-ahead"
    BLOCK_ROLLOVER = "block-rollover"
    # the files of a boot
    FILE_EMPTY = "file-empty"
    FILE_CASE_DIFFERS = "file-case-differs"
    FILE_IS_DIRECTORY = "file-is-directory"
    FILE_OUTSIDE_ROOT = "file-outside-root"
    FILE_LINKED_OUTSIDE = "file-linked-outside"
    FILE_NOT_LOOKED_AT = "file-not-looked-at"
    FILE_NAME_TOO_LONG = "file-name-too-long"
    KERNEL_IS_NONE = "kernel-is-none"
    MEMORY_EXCEEDED = "memory-exceeded"
    MEMORY_TOO_LITTLE = "memory-too-little"
    MACHINE_TOO_OLD = "machine-too-old"
    KERNEL_PANIC = "kernel-panic"
    # the boot file
    BOOT_FILE_TOO_SMALL = "boot-file-too-small"
    BOOT_FILE_TOO_LARGE = "boot-file-too-large"
    BOOT_FILE_IS_NONE = "boot-file-is-none"
    MAGIC_MISSING = "magic-missing"
    INS_MAGIC_MISSING = "ins-magic-missing"
    INS_NO_LINES = "ins-no-lines"
    INS_NO_SEPARATOR = "ins-no-separator"
    INS_ADDRESS = "ins-address"
    INS_NO_KERNEL = "ins-no-kernel"
    INS_OVERLAP = "ins-overlap"
    INS_INITRD_LOCATION = "ins-initrd-location"
    INS_UNKNOWN = "ins-unknown"
    FALLS_BACK = "falls-back"
    # the configuration
    CONFIGURATIONS_UNKNOWN = "configurations-unknown"
    CONFIGURATION_EMPTY = "configuration-empty"
    CONFIGURATION_TOO_LARGE = "configuration-too-large"
    LINE_NOT_UNDERSTOOD = "line-not-understood"
    KEYWORD_UNKNOWN = "keyword-unknown"
    KEYWORD_WITHOUT_ARGUMENT = "keyword-without-argument"
    TAB_SEPARATOR = "tab-separator"
    LINE_OUTSIDE_LABEL = "line-outside-label"
    LAST_LINE_BLANKS = "last-line-blanks"
    NUL = "nul"
    NO_LABEL = "no-label"
    KERNEL_MISSING = "kernel-missing"
    INITRD_MISSING = "initrd-missing"
    APPEND_MISSING = "append-missing"
    INITRD_LIST = "initrd-list"
    INITRD_IN_APPEND = "initrd-in-append"
    APPEND_TOO_LONG = "append-too-long"
    LABELS_TOO_MANY = "labels-too-many"
    LABEL_TWICE = "label-twice"
    DEFAULT_AFTER_LABEL = "default-after-label"
    DEFAULT_UNKNOWN = "default-unknown"
    DEFAULT_OUT_OF_REACH = "default-out-of-reach"
    ENTRY_MISSING = "entry-missing"
    # names that are probed
    PREFIX_TOO_LONG = "prefix-too-long"
    NAME_TOO_LONG = "name-too-long"
    DIRECTORY_TOO_LONG = "directory-too-long"
    NAME_MISSPELLED = "name-misspelled"
    NAME_NOT_PROBED = "name-not-probed"
    NAME_SHADOWED = "name-shadowed"
    DIRECTORY_IS_FILE = "directory-is-file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row. Words are as in the source or a transcript, before line ends are made of them; fields are in braces."""

    id: RuleId
    effect: str
    """What the guest does when it is broken."""
    remedy: str
    severity: Severity | None = None
    """In files, for lint; None where only a boot shows it."""
    eased: Version | None = None
    """From this version on it is a warning: the simplest cases boot."""
    words: str = ""
    """What the firmware prints; empty where it says nothing, or nothing of its own."""
    shows: tuple[RuleId, ...] = ()
    """Rules in whose words a boot shows this one."""
    limit: int | None = None
    """The number, where the rule is about one."""
    first: Version = NETWORK_BOOT
    last: Version | None = None
    """None means the newest version known."""
    measured: tuple[Version, ...] = ()
    """The versions of real guests that were seen doing so."""
    source: str = ""
    """Where it was read."""

    def holds_for(self, version: Version) -> bool:
        return self.first <= version and (self.last is None or version <= self.last)

    def severity_for(self, version: Version) -> Severity | None:
        """None where the rule does not hold, or files cannot show it."""
        if not self.holds_for(version):
            return None
        return Severity.WARNING if self.eased is not None and version >= self.eased else self.severity
