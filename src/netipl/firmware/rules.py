"""The rules of the firmware that have words: what it prints when one is broken, in which versions, and what to do.

One table for everybody who needs it: the model prints `words`, other parts find a rule by them or by its identifier.
Words are as in the source or a transcript, before line ends are made of them (console.py); fields are in braces.
Sources: QEMU pc-bios/s390-ccw/netmain.c, main.c, SLOF lib/libnet (C), tests/vectors/transcripts (M).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from netipl.firmware.limits import PROBED_CONFIGURATION
from netipl.firmware.versions import Version

_NETWORK_BOOT: Final = Version(2, 10)
_MERGED: Final = Version(9, 2)


class RuleId(StrEnum):
    """Stable names; every one has its row in RULES."""

    DHCP_SILENCE = "dhcp-silence"
    NO_ADDRESS = "no-address"
    NO_TFTP_SERVER = "no-tftp-server"
    NAME_UNRESOLVED = "name-unresolved"
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
    FILE_EMPTY = "file-empty"
    BOOT_FILE_TOO_SMALL = "boot-file-too-small"
    INS_NO_LINES = "ins-no-lines"
    INS_NO_SEPARATOR = "ins-no-separator"
    LINE_NOT_UNDERSTOOD = "line-not-understood"
    KEYWORD_UNKNOWN = "keyword-unknown"
    KERNEL_MISSING = "kernel-missing"
    ENTRY_MISSING = "entry-missing"
    PREFIX_TOO_LONG = "prefix-too-long"
    NAME_TOO_LONG = "name-too-long"
    DIRECTORY_TOO_LONG = "directory-too-long"
    LOAD_FAILED = "load-failed"
    NO_DEVICE = "no-device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row. `limit` is a number where the rule is about one; `last` None means the newest version known."""

    id: RuleId
    words: str
    remedy: str
    limit: int | None = None
    first: Version = _NETWORK_BOOT
    last: Version | None = None


def _table(*rules: Rule) -> Mapping[RuleId, Rule]:
    return MappingProxyType({rule.id: rule for rule in rules})


RULES: Final = _table(
    Rule(
        id=RuleId.DHCP_SILENCE,
        limit=10,
        words="Giving up after {attempts} DHCP requests",
        remedy="let a DHCP server answer this MAC within 2 seconds; turn off STP on the bridge and ping checks",
    ),
    Rule(
        id=RuleId.NO_ADDRESS,
        words="Could not get IP address",
        remedy="look at the DHCP server; QEMU before 8.1 also says this when the TFTP server is not named",
    ),
    Rule(
        id=RuleId.NO_TFTP_SERVER,
        first=Version(8, 1),
        words="Can't obtain TFTP server IP address",
        remedy="send the TFTP server as siaddr or in option 66",
    ),
    Rule(
        id=RuleId.NAME_UNRESOLVED,
        words="ERROR:\t\t\tCan't resolve domain name (DNS server is not presented)!",
        remedy="send the TFTP server as an address, in siaddr or option 66; or send a DNS server in option 6",
    ),
    Rule(
        id=RuleId.FILE_MISSING,
        words="file not found: {name}",
        remedy="put the file where the TFTP server looks for this name; it is used verbatim",
    ),
    Rule(
        id=RuleId.FILE_TOO_LARGE,
        limit=PROBED_CONFIGURATION,
        words="TFTP buffer of {room} bytes is too small for {name}",
        remedy="shorten the configuration to 2047 bytes, or give the guest a smaller kernel and initrd",
    ),
    Rule(
        id=RuleId.ACCESS_DENIED,
        words="TFTP access violation",
        remedy="make the file readable for the TFTP server, inside its root and without `..`",
    ),
    Rule(
        id=RuleId.ILLEGAL_OPERATION,
        words="illegal TFTP operation",
        remedy="give each label an initrd line: QEMU before 9.2 asks for a file without a name otherwise",
    ),
    Rule(
        id=RuleId.UNKNOWN_TRANSFER,
        words="unknown TFTP transfer ID",
        remedy="the TFTP server forgot this transfer: look at its log",
    ),
    Rule(id=RuleId.NO_SUCH_USER, words="no such TFTP user", remedy="look at the TFTP server's log"),
    Rule(
        id=RuleId.BLOCK_SIZE_REFUSED,
        limit=1428,
        words="TFTP blocksize negotiation failed",
        remedy="let the TFTP server answer `blksize` in lower case with at most 1428",
    ),
    Rule(
        id=RuleId.UNKNOWN_ERROR,
        words="unknown TFTP error",
        remedy="look at the TFTP server's log: a directory or an unreadable file is asked for",
    ),
    Rule(
        id=RuleId.UNREACHABLE,
        words='ICMP ERROR "{reason}"',
        remedy="start a TFTP server on port 69 of the server that DHCP names",
    ),
    Rule(
        id=RuleId.UNEXPECTED_PACKETS,
        limit=20,
        words="TFTP error occurred after {count} bad packets received",
        remedy="find out who doubles packets on the way; shorten file names of more than 206 characters",
    ),
    Rule(
        id=RuleId.SILENCE,
        limit=20,
        words="TFTP error occurred after missing {count} responses",
        remedy="let the TFTP server repeat lost blocks well within a second",
    ),
    Rule(
        id=RuleId.BLOCK_AHEAD,
        words="TFTP error missing block {expected}, expected block was {received}",
        remedy="a transfer of an earlier boot is still running: let the server end it at a new DISCOVER or request",
    ),
    Rule(
        id=RuleId.FILE_EMPTY,
        words="unknown error",
        remedy="the file is empty: the firmware goes on without it and starts nothing",
    ),
    Rule(
        id=RuleId.BOOT_FILE_TOO_SMALL,
        limit=8,
        words="'{name}' is too small ({size} bytes only).",
        remedy="name a kernel, a configuration that starts with `# pxelinux`, or an .ins list as boot file",
    ),
    Rule(
        id=RuleId.INS_NO_LINES,
        words="Does not seem to be a valid .INS file",
        remedy="end the first line of the .ins list with a line feed",
    ),
    Rule(
        id=RuleId.INS_NO_SEPARATOR,
        words="Missing space separator in .INS file",
        remedy="write `FILE ADDRESS` on each line, one space between",
    ),
    Rule(
        id=RuleId.LINE_NOT_UNDERSTOOD,
        first=Version(3, 0),
        words="Failed to parse this line:\n {line}",
        remedy="give the keyword an argument",
    ),
    Rule(
        id=RuleId.KEYWORD_UNKNOWN,
        first=Version(3, 0),
        words="Command '{keyword}' is not supported.",
        remedy="use default, label, kernel, initrd and append only; separate keyword and argument by a space",
    ),
    Rule(
        id=RuleId.KERNEL_MISSING,
        first=Version(3, 0),
        words="Kernel entry is missing!",
        remedy="give the label a kernel line",
    ),
    Rule(
        id=RuleId.ENTRY_MISSING,
        first=Version(10, 1),
        words="loadparm is set to an entry that is not available in the pxelinux.cfg file!",
        remedy="set loadparm to the number of a label, or remove it",
    ),
    Rule(
        id=RuleId.PREFIX_TOO_LONG,
        limit=220,
        first=Version(3, 0),
        words="Error: pxelinux prefix is too long!",
        remedy="shorten option 210",
    ),
    Rule(
        id=RuleId.NAME_TOO_LONG,
        limit=256,
        first=Version(3, 0),
        words="Error: pxelinux.cfg prefix + filename too long!",
        remedy="shorten options 209 and 210",
    ),
    Rule(
        id=RuleId.DIRECTORY_TOO_LONG,
        limit=206,
        first=Version(3, 0),
        words="Error: The bootfile string is too long for deriving the pxelinux.cfg file name from it.",
        remedy="shorten the directory of the boot file",
    ),
    Rule(
        id=RuleId.LOAD_FAILED,
        words="Failed to load OS from network",
        remedy="read the lines before it",
    ),
    Rule(
        id=RuleId.NO_DEVICE,
        first=_MERGED,
        words="No suitable device for IPL. Halting...",
        remedy="give the guest another boot device, or mend the network boot",
    ),
)
