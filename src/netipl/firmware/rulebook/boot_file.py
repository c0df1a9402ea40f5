"""Rules of the boot file and of the `.ins` lists that it may be.

Sources: QEMU pc-bios/s390-ccw/netmain.c (C), tests/e2e and transcripts (M).
"""

from typing import Final

from netipl.firmware.limits import BOOT_FILE_CONFIGURATION, SMALLEST_BOOT_FILE
from netipl.firmware.rulebook.rule import ALL, BOTH, INS_LISTS, NETMAIN, V7, Rule, RuleId, Severity
from netipl.firmware.versions import Version

_EXECUTED: Final = "takes it for a kernel, jumps into it, and crashes or hangs"

ROWS: Final = (
    Rule(
        id=RuleId.BOOT_FILE_TOO_SMALL,
        severity=Severity.ERROR,
        limit=SMALLEST_BOOT_FILE,
        words="'{name}' is too small ({size} bytes only).",
        effect="refuses it, and probes for configurations beside it",
        remedy="name a kernel, a configuration that starts with `# pxelinux`, or an .ins list as boot file",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.BOOT_FILE_TOO_LARGE,
        severity=Severity.ERROR,
        limit=BOOT_FILE_CONFIGURATION,
        effect=_EXECUTED,
        remedy="shorten it to 2046 bytes; comments count",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.BOOT_FILE_IS_NONE,
        severity=Severity.ERROR,
        effect=_EXECUTED,
        remedy="name a raw s390x kernel, a configuration that starts with `# pxelinux`, or an .ins list as boot file",
        measured=ALL,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.MAGIC_MISSING,
        severity=Severity.ERROR,
        effect=_EXECUTED,
        remedy="write `# pxelinux` as its first line, or let it be probed as pxelinux.cfg/default",
        measured=(V7,),
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_MAGIC_MISSING,
        severity=Severity.ERROR,
        effect=_EXECUTED,
        remedy="begin the list with a line of `* ` and a comment",
        measured=(V7,),
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_NO_LINES,
        severity=Severity.ERROR,
        first=INS_LISTS,
        words="Does not seem to be a valid .INS file",
        effect="refuses the list, and probes for configurations beside it",
        remedy="end the first line of the .ins list with a line feed",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_NO_SEPARATOR,
        severity=Severity.ERROR,
        first=INS_LISTS,
        words="Missing space separator in .INS file",
        effect="gives up at this line, and probes for configurations",
        remedy="write `FILE ADDRESS` on each line, one space between",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_ADDRESS,
        severity=Severity.ERROR,
        first=INS_LISTS,
        effect="reads no number and loads to address 0, over the kernel: it crashes or hangs",
        remedy="write the address in decimal, or in hexadecimal with 0x; one space before it",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_NO_KERNEL,
        severity=Severity.ERROR,
        first=INS_LISTS,
        effect="starts what happens to stand at address 0, and crashes or hangs",
        remedy="load the kernel to address 0",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_OVERLAP,
        severity=Severity.ERROR,
        first=INS_LISTS,
        effect="loads the later file over the earlier one, and starts what is left: it crashes or hangs",
        remedy="give each file an address behind the one before it; `netipl image ins build` does",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_INITRD_LOCATION,
        severity=Severity.ERROR,
        first=INS_LISTS,
        effect="starts the kernel, and tells it nothing of the initrd that the list does not: Linux comes up without",
        remedy="load a file with its address and size to 0x10408; `netipl image ins build` writes it",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.INS_UNKNOWN,
        severity=Severity.ERROR,
        last=Version(2, 11),
        effect=_EXECUTED,
        remedy="combine kernel, initrd and parameters into one image, or run the guest with QEMU 3.0 or newer",
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.FALLS_BACK,
        severity=Severity.WARNING,
        effect="probes for configurations after the boot file failed, and boots this one instead",
        remedy="mend the boot file, or make sure that this configuration is what such a guest shall boot",
        measured=(V7,),
        source=NETMAIN,
    ),
)
