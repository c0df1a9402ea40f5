"""Rules of DHCP and of the way out: no file breaks them, a boot alone shows them.

Sources: QEMU pc-bios/s390-ccw/netmain.c, main.c, SLOF lib/libnet (C), tests/e2e and tests/vectors/transcripts (M).
"""

from typing import Final

from netipl.firmware.rulebook.rule import ALL, BOTH, MERGED, NETMAIN, V7, V10, V11, Rule, RuleId, Severity
from netipl.firmware.versions import Version

ROWS: Final = (
    Rule(
        id=RuleId.DHCP_SILENCE,
        limit=10,
        words="Giving up after {attempts} DHCP requests",
        effect="asks every 8 seconds and gives up after 80",
        remedy="let a DHCP server answer this MAC within 2 seconds; turn off STP on the bridge and ping checks",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.NO_ADDRESS,
        words="Could not get IP address",
        effect="has no address, and the network boot ends",
        remedy="look at the DHCP server; QEMU before 10.0 also says this when the TFTP server is not named",
        measured=BOTH,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.NO_TFTP_SERVER,
        first=Version(10, 0),
        words="Can't obtain TFTP server IP address",
        effect="knows no server to ask for files, and the network boot ends",
        remedy="send the TFTP server as siaddr or in option 66",
        measured=(V10, V11),
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.NAME_UNRESOLVED,
        words="ERROR:\t\t\tCan't resolve domain name (DNS server is not presented)!",
        effect="cannot look the TFTP server's name up, and takes siaddr instead",
        remedy="send the TFTP server as an address, in siaddr or option 66; or send a DNS server in option 6",
        measured=BOTH,
        source="SLOF lib/libnet/dns.c",
    ),
    Rule(
        id=RuleId.LOAD_FAILED,
        words="Failed to load OS from network",
        effect="ends the network boot",
        remedy="read the lines before it",
        measured=ALL,
        source=NETMAIN,
    ),
    Rule(
        id=RuleId.NO_DEVICE,
        first=MERGED,
        words="No suitable device for IPL. Halting...",
        effect="has tried all its boot devices, and stops",
        remedy="give the guest another boot device, or mend the network boot",
        measured=(V10, V11),
        source="QEMU pc-bios/s390-ccw/main.c",
    ),
    Rule(
        id=RuleId.NO_BOOT_ORDER,
        last=Version(9, 1),
        words="Could not find a suitable boot device (none specified)",
        effect="is told of no boot device, and looks for a disk alone",
        remedy="give the network interface a place in the boot order: `<boot order='1'/>` in libvirt, `bootindex=1` "
        "in QEMU",
        measured=(V7,),
        source="QEMU pc-bios/s390-ccw/main.c",
    ),
    Rule(
        id=RuleId.DISK_NOT_BOOTABLE,
        words="zIPL load failed!",
        effect="finds nothing on the disk that it can boot",
        remedy="install the guest, or put the network before the disk in its boot order",
        measured=(V10, V11),
        source="QEMU pc-bios/s390-ccw/bootmap.c",
    ),
    Rule(
        id=RuleId.NO_NETWORK_BOOT,
        severity=Severity.ERROR,
        first=Version(0, 0),
        last=Version(2, 9),
        effect="cannot boot from the network",
        remedy="run the guest with QEMU 3.0 or newer",
        source=NETMAIN,
    ),
)
