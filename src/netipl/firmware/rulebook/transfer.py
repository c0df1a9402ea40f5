"""Rules of one TFTP transfer, in the words that the firmware has for its end.

Sources: SLOF lib/libnet/tftp.c (C), tests/e2e and tests/vectors/transcripts (M).
"""

from typing import Final

from netipl.firmware.limits import PROBED_CONFIGURATION
from netipl.firmware.rulebook.rule import ALL, BOTH, TFTP, V7, Rule, RuleId, Severity

ROWS: Final = (
    Rule(
        id=RuleId.FILE_MISSING,
        severity=Severity.ERROR,
        words="file not found: {name}",
        effect="asks for the file in vain, and the boot ends",
        remedy="put the file where the TFTP server looks for this name; it is used verbatim",
        measured=ALL,
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_TOO_LARGE,
        limit=PROBED_CONFIGURATION,
        words="TFTP buffer of {room} bytes is too small for {name}",
        effect="drops the file when there is no more room for it",
        remedy="shorten the configuration to 2047 bytes, or give the guest a smaller kernel and initrd",
        measured=ALL,
        source=TFTP,
    ),
    Rule(
        id=RuleId.ACCESS_DENIED,
        severity=Severity.ERROR,
        words="TFTP access violation",
        effect="is refused the file by the TFTP server, and the boot ends",
        remedy="make the file readable for the TFTP server, inside its root and without `..`",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.ILLEGAL_OPERATION,
        words="illegal TFTP operation",
        effect="is refused its request by the TFTP server",
        remedy="give each label an initrd line: QEMU before 9.2 asks for a file without a name otherwise",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.UNKNOWN_TRANSFER,
        words="unknown TFTP transfer ID",
        effect="loses the file in the middle",
        remedy="the TFTP server forgot this transfer: look at its log",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.NO_SUCH_USER,
        words="no such TFTP user",
        effect="is refused the file by the TFTP server",
        remedy="look at the TFTP server's log",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.BLOCK_SIZE_REFUSED,
        limit=1428,
        words="TFTP blocksize negotiation failed",
        effect="does not take what the server says about the block size",
        remedy="let the TFTP server answer `blksize` in lower case with at most 1428",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.UNKNOWN_ERROR,
        words="unknown TFTP error",
        effect="is refused the file for a reason without words",
        remedy="look at the TFTP server's log: a directory or an unreadable file is asked for",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.UNREACHABLE,
        words='ICMP ERROR "{reason}"',
        effect="is told that nobody serves TFTP there",
        remedy="start a TFTP server on port 69 of the server that DHCP names",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.UNEXPECTED_PACKETS,
        limit=20,
        words="TFTP error occurred after {count} bad packets received",
        effect="gives the file up after 21 packets in a row that it does not expect",
        remedy="find out who doubles packets on the way; shorten file names of more than 206 characters",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.SILENCE,
        limit=20,
        words="TFTP error occurred after missing {count} responses",
        effect="counts seconds without a packet over the whole file, and gives it up at the 21st",
        remedy="let the TFTP server repeat lost blocks well within a second",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.BLOCK_AHEAD,
        words="TFTP error missing block {expected}, expected block was {received}",
        effect="gives the file up at a block that is ahead",
        remedy="a transfer of an earlier boot is still running: let the server end it at a new DISCOVER or request",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.BLOCK_ROLLOVER,
        severity=Severity.NOTE,
        limit=65535,
        shows=(RuleId.SILENCE,),
        effect="needs more blocks than 16 bits can number, and waits in vain for a server that stops there",
        remedy="serve it with a TFTP server that knows `blksize` and goes on with block 0 or 1 after 65535",
        measured=(V7,),
        source=TFTP,
    ),
)
