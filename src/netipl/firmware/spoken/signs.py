"""What one line of a console is a sign of, and the words that tell: the firmware's and the kernel's first ones.

Sources: QEMU pc-bios/s390-ccw/main.c, netmain.c, bootmap.c, SLOF lib/libnet (C), tests/vectors/transcripts (M);
Linux arch/s390/boot.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from netipl.firmware.rulebook.rule import RuleId
from netipl.values import value


class Sign(StrEnum):
    """The comment names the keys of `facts`."""

    IPL = "ipl"
    """The firmware begins."""
    NEXT_DEVICE = "next-device"
    """It turns to its next boot device, or back from the re-IPL program to the disk."""
    NETWORK = "network"
    """It boots from the network."""
    DISK = "disk"
    """It boots from a disk."""
    DHCP = "dhcp"  # tries
    """It has an answer; `tries` are its requests, 8 seconds apart."""
    ADDRESS = "address"  # address
    SERVER = "server"  # server
    BOOT_FILE = "boot-file"  # name
    PROBING = "probing"
    """It looks for configurations."""
    RECEIVED = "received"  # name, size: bytes; for what is counted in kilobytes, the least that it may be
    LOSS = "loss"  # packets: those that it had to ask for again, in the file that it receives
    ENTRY = "entry"  # label
    LIST = "list"
    """It reads an .ins list."""
    MENU = "menu"
    """It waits for somebody to choose."""
    STARTING = "starting"
    """It starts what it has loaded. Whether that is a kernel is not said."""
    REIPL = "re-ipl"
    """The re-IPL program, which it has started, turns to the disk."""
    NO_REIPL = "no-re-ipl"
    """The same says why it does not."""
    KERNEL = "kernel"
    """The first words of what it loaded from the network, or of a kernel of which nothing else is known."""
    KERNEL_OF_DISK = "kernel-of-disk"
    """The same of what came from a disk."""
    ERROR = "error"  # the fields of the rule's words
    """`rule` says which."""
    GAVE_UP = "gave-up"  # rule, where it is one's words
    """The firmware ends its network boot without having started anything."""


@value(kw_only=True)
class Said:
    """One line, or part of one, that is a sign. `line` is safe text, without blanks at its ends."""

    sign: Sign
    line: str
    rule: RuleId | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict, hash=False)


_KIB: Final = 1024
_SIZES: Final = {"Bytes": 1, "bytes": 1, "KBytes": _KIB}

_ROWS: Final[tuple[tuple[Sign, str], ...]] = (
    (Sign.IPL, r"LOADPARM=\[.{8}\]"),
    (Sign.NETWORK, r"Network boot starting\.\.\."),
    (Sign.DHCP, r"Requesting information via DHCP: *done"),
    (Sign.ADDRESS, r"Using IPv[46] address: (?P<address>\S+)"),
    (Sign.SERVER, r"Using TFTP server: (?P<server>\S+)"),
    (Sign.BOOT_FILE, r"Bootfile name: '(?P<name>.*)'"),
    (Sign.PROBING, r"Trying pxelinux\.cfg files\.\.\."),
    (Sign.RECEIVED, r"TFTP: Received (?P<name>.+) \((?P<count>\d+) (?P<unit>K?[Bb]ytes)\)"),
    (Sign.LOSS, r"Lost ACK packets: (?P<packets>\d+)"),
    (Sign.ENTRY, r"Loading pxelinux\.cfg entry '(?P<label>.*)'"),
    (Sign.LIST, r"Parsing \.INS file:"),
    (Sign.MENU, r"s390-ccw (?:pxelinux\.cfg|zIPL|Enumerated) boot menu.*"),
    (Sign.STARTING, r"Network loading done, starting kernel\.\.\."),
    (Sign.REIPL, r"netipl: re-IPL from .*"),
    (Sign.NO_REIPL, r"netipl: .*"),
    (Sign.GAVE_UP, r"Failed to IPL from this network!|Network initialization failed\. Halting\."),
    (Sign.DISK, r"Using virtio-(?:blk|scsi)\.|Using (?:SCSI|ECKD) scheme.*|SCSI (?:CD-ROM|disk) detected.*"),
    (Sign.KERNEL, r"\[ *\d+\.\d{6}\] .*|.*Linux version \d.*|KASLR .*"),
)
"""The whole of a line, without blanks at its ends. A line that nothing here fits is no sign."""

_PATTERNS: Final = tuple((sign, re.compile(words)) for sign, words in _ROWS)


def sign(line: str) -> Said | None:
    """What `line` tells, errors aside; whose words a kernel's line is can only be known with those before it."""
    for told, pattern in _PATTERNS:
        if found := pattern.fullmatch(line):
            return Said(sign=told, line=line, facts=_facts(found))
    return None


def _facts(found: re.Match[str]) -> dict[str, str | int]:
    fields = found.groupdict()
    if "unit" in fields:
        return {"name": fields["name"], "size": int(fields["count"]) * _SIZES[fields["unit"]]}
    return dict(fields)
