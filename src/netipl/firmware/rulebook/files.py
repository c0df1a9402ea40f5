"""Rules of kernels, initrds and all other files that are named, and of the memory they go to.

Sources: QEMU pc-bios/s390-ccw/netmain.c, jump2ipl.c, SLOF lib/libnet (C), tests/e2e and transcripts (M).
"""

from typing import Final

from netipl.firmware.limits import FILE_NAME
from netipl.firmware.rulebook.rule import ALL, BOTH, NETMAIN, TFTP, V7, V10, Rule, RuleId, Severity
from netipl.firmware.versions import Version

ROWS: Final = (
    Rule(
        id=RuleId.FILE_EMPTY,
        severity=Severity.WARNING,
        words="unknown error",
        effect="says `TFTP error: unknown error` and goes on without the file",
        remedy="put the true file there; an empty initrd does no harm where none is needed",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.FILE_CASE_DIFFERS,
        severity=Severity.ERROR,
        shows=(RuleId.FILE_MISSING,),
        effect="asks for the name as it is written, is told that there is no such file, and the boot ends",
        remedy="write the name as the file is called, capital letters too",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_IS_DIRECTORY,
        severity=Severity.ERROR,
        shows=(RuleId.UNKNOWN_ERROR, RuleId.FILE_MISSING, RuleId.ACCESS_DENIED),
        effect="is refused what is no file, and the boot ends",
        remedy="name the file in the directory",
        measured=(V7,),
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_OUTSIDE_ROOT,
        severity=Severity.ERROR,
        shows=(RuleId.ACCESS_DENIED, RuleId.FILE_MISSING),
        effect="is refused the file, since a TFTP server does not leave its root, and the boot ends",
        remedy="put the file beneath the root, and name it without `..`",
        measured=(V7,),
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_LINKED_OUTSIDE,
        severity=Severity.WARNING,
        shows=(RuleId.ACCESS_DENIED, RuleId.FILE_MISSING),
        effect="is refused the file by servers that do not follow symlinks out of their root, netipl's among them",
        remedy="put the file itself, a hard link or a bind mount beneath the root",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_NOT_LOOKED_AT,
        severity=Severity.NOTE,
        shows=(RuleId.ACCESS_DENIED,),
        effect="gets the file only if the TFTP server has rights that you have not",
        remedy="say whom the TFTP server runs as with --user, or make the file readable for all",
        measured=(V7,),
        source=TFTP,
    ),
    Rule(
        id=RuleId.FILE_NAME_TOO_LONG,
        severity=Severity.ERROR,
        limit=FILE_NAME,
        shows=(RuleId.UNEXPECTED_PACKETS,),
        effect="writes past its packet buffer: it takes no block any more, or hangs without a word",
        remedy="shorten the name to 206 characters, or put the file into a directory with a shorter name",
        measured=BOTH,
        source=TFTP,
    ),
    Rule(
        id=RuleId.KERNEL_IS_NONE,
        severity=Severity.ERROR,
        effect="says that it starts the kernel, and crashes or hangs",
        remedy="give the uncompressed s390x image: vmlinuz or kernel.img of an s390x distribution",
        measured=ALL,
        source="QEMU pc-bios/s390-ccw/jump2ipl.c",
    ),
    Rule(
        id=RuleId.MEMORY_EXCEEDED,
        severity=Severity.ERROR,
        shows=(RuleId.FILE_TOO_LARGE,),
        effect="loads until there is no more room, and the boot ends",
        remedy="give the guest a smaller initrd; or more memory, and QEMU 9.2 or newer",
        measured=(V7, V10),
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.MEMORY_TOO_LITTLE,
        severity=Severity.ERROR,
        limit=128,
        last=Version(9, 1),
        effect="crashes or hangs before it sends a packet (7.2: up to 124 MiB): its network part does not fit",
        remedy="give the guest at least 128 MiB",
        measured=(V7,),
        source="QEMU pc-bios/s390-ccw/netboot.mak",
    ),
    Rule(
        id=RuleId.MACHINE_TOO_OLD,
        severity=Severity.ERROR,
        words="The Linux kernel requires more recent processor hardware",
        effect="loads everything, and the kernel says that it requires more recent processor hardware, or its programs "
        "say so and end",
        remedy="give the guest a newer CPU model, or install an older version",
        source="the check of facilities in Linux arch/s390/boot",
    ),
    Rule(
        id=RuleId.KERNEL_PANIC,
        words="Kernel panic - not syncing: {reason}",
        effect="starts its kernel, which stops itself",
        remedy="read the lines before it; of a root that cannot be mounted, see that the initrd is the kernel's own",
        source="Linux kernel/panic.c",
    ),
)
