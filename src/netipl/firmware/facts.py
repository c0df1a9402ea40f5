"""What the firmware does, fact by fact, and how each is known: the documentation is drawn from this table.

Limits and what differs by version have tables of their own (limits.py). Where a fact names no versions it was measured
with all of MEASURED; measured means against a real guest, packet by packet and byte by byte of its console.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from netipl.firmware.evidence import V5, V7, V10, V11, Evidence

_FIRMWARE: Final = "tests/e2e/test_firmware.py"
_WITH_TRANSCRIPTS: Final = (V7, V10, V11)


@dataclass(frozen=True, slots=True)
class Fact(Evidence):
    says: str


_EVENTS: Final = (
    Fact(
        "DHCPv4: DISCOVER, then REQUEST. If an attempt fails, IPv6 follows; after ten attempts it gives up.",
        by=("a lost OFFER costs an attempt and the IPv6 after it", "ten attempts without an answer"),
    ),
    Fact(
        "If the boot file name is not empty and does not end in `/`, that file is loaded and looked at.",
        by=("a kernel as boot file", "an empty name probes without a slash"),
    ),
    Fact(
        "If that gave nothing, configurations are probed, until one is found.",
        by=("a missing boot file probes beside it", "an ins list that misses a file"),
    ),
    Fact(
        "Kernel, then initrd are loaded, DHCPRELEASE is sent once, and the kernel is started.",
        by=("probing by UUID comes first",),
    ),
    Fact(
        "The RELEASE comes whether or not the boot succeeded; not where DHCP failed or no server was named. Where "
        "nothing was requested before it, it may get lost: the firmware does not wait for the answer to its ARP.",
        by=("ERROR 1 for the kernel", "no TFTP server at all", "option 210 of 221 characters is too long"),
    ),
    Fact(
        "All DHCP messages of one boot have one transaction id; another boot has another.",
        by=(
            "a lost OFFER costs an attempt and the IPv6 after it",
            f"{_FIRMWARE}::test_each_boot_has_a_transaction_of_its_own",
        ),
    ),
)

_DHCP: Final = (
    Fact(
        "DISCOVER asks for options 1, 3, 6, 66, 67 and 93, and carries no 60, 61, 93 or 97. REQUEST carries 93 = "
        "0x001F and asks for 209 and 210 as well.",
        by=("probing by UUID comes first",),
    ),
    Fact(
        "An attempt takes 2 s from its DISCOVER, however far it came; then 4 s for an IPv6 router and 2 s for "
        "DHCPv6: 80 s for ten attempts.",
        by=("a lost OFFER costs an attempt and the IPv6 after it", "ten attempts without an answer"),
    ),
    Fact(
        "REQUEST is never repeated: a lost ACK costs 8 s. A NAK ends the attempt at once; IPv6 still takes its 6 s.",
        by=("a lost ACK costs an attempt: REQUEST is not repeated", "a NAK costs the attempt at once"),
    ),
    Fact(
        "Replies are heard during IPv6 too: a late OFFER is requested there, and its ACK sets the address, but the "
        "next attempt asks again, from that address.",
        by=("an OFFER during IPv6 is requested, and asked for again",),
    ),
    Fact(
        "The first OFFER is taken, others are not looked at: what a proxyDHCP server adds is lost.",
        by=("the first OFFER is taken",),
    ),
    Fact(
        "Options 209 and 210 are remembered from any reply, an OFFER too; an ACK without them does not take them back.",
        by=(
            "209 and 210 of the OFFER count, 66 and 67 do not",
            "the ACK replaces 210 of the OFFER, and leaves its 209",
        ),
    ),
    Fact(
        "Options 66 and 67 count in the ACK only. 66 beats siaddr, 67 beats `file`; both end at their first NUL.",
        by=(
            "209 and 210 of the OFFER count, 66 and 67 do not",
            "option 66 beats siaddr",
            "option 66 stands for siaddr",
            "option 67 beats file",
        ),
    ),
    Fact("With neither siaddr nor 66, `sname` names the server.", by=("sname where siaddr is 0",)),
    Fact("Options in `file` and `sname` (overload, 52) are read.", by=("options in file and sname are read",)),
    Fact(
        "A server name that is no address is looked up with the DNS server of option 6.",
        by=(f"{_FIRMWARE}::test_a_server_name_is_looked_up",),
    ),
    Fact(
        "Without option 6 the console says so, and siaddr stands in.",
        by=("a server name without a DNS server is said, and siaddr stands in",),
    ),
    Fact(
        "With no server at all the boot fails.",
        by=("no TFTP server at all", "a server name without a DNS server and without siaddr"),
    ),
    Fact(
        "A plain BOOTP reply is taken at any time. Of its options only those of the network, 209 and 210 count. The "
        "RELEASE of such a boot goes to 0.0.0.0 and names server 0.0.0.0.",
        by=("plain BOOTP, whose RELEASE goes to no server", "BOOTP with options takes 210, not 66 and 67"),
    ),
    Fact(
        "Netmask (1) and router (3) are applied only if both are sent. Without, every server is taken for a "
        "neighbour: it is asked for by ARP and not reached where it is none.",
        by=(
            "a server elsewhere is reached by netmask and router",
            "with a router alone all servers are neighbours",
            "with a netmask alone all servers are neighbours",
        ),
    ),
)

_TFTP: Final = (
    Fact(
        "RRQ in octet mode with the one option `blksize 1428`. Lock-step. No OACK means blocks of 512 bytes.",
        by=("no OACK means blocks of 512 bytes", "an OACK of 1000 bytes"),
    ),
    Fact(
        "The OACK must say `blksize` in lower case, from 1 to 1428; otherwise ERROR 8, and the file has failed.",
        by=(
            "an OACK in upper case is refused",
            "an OACK of 0 bytes is refused",
            "an OACK of 1429 bytes is refused",
            "an OACK of another option is refused",
            "an OACK of 100 bytes",
        ),
    ),
    Fact(
        "It sends from port 2001 in all transfers, and takes packets from any address and port; the next packet goes "
        "to the port of the last one, at the address that DHCP gave.",
        by=("an ERROR from a foreign port ends the file", "an old block is passed over"),
    ),
    Fact(
        "The block after 65535 may be 0 or 1. After it a late repeat of block 65535 counts as ahead: the file ends.",
        by=("a block number rolls over to 0", "a block number rolls over to 1"),
    ),
    Fact("A block ahead of the expected one ends the file.", by=("a block ahead ends the file",)),
    Fact(
        "An older block or an unknown operation is passed over; a repeat of the last block, or of the OACK, is "
        "acknowledged again.",
        by=(
            "an old block is passed over",
            "an operation that does not exist is passed over",
            "doubled DATA is acknowledged twice",
            "a doubled OACK",
        ),
    ),
    Fact(
        "The 21st unexpected packet in a row ends the file; a good one makes the count begin anew.",
        by=(
            "20 unexpected packets in a row are borne",
            "the 21st unexpected packet ends the file",
            "a good block makes the count begin anew",
        ),
    ),
    Fact(
        "A file that is too large is given up in silence: neither ERROR nor ACK.",
        by=("2048 bytes of probed configuration are too many", "an ins list above the memory of the separate image"),
    ),
    Fact(
        "A request without an answer is repeated in the seconds 4, 8, 12, 16 and 20.",
        by=(
            "a request without an answer is repeated in the fourth second",
            "a request without any answer is sent six times",
        ),
    ),
    Fact(
        "Seconds without a packet are counted over the whole file and never reset: the 21st ends it.",
        by=("the seconds of silence of one file add up", "a request without any answer is sent six times"),
    ),
    Fact(
        "In mid-transfer (block 2 and later) each counted second from the sixth of the file on repeats the last ACK; "
        "after the OACK, block 1, and a rollover nothing is ever repeated.",
        by=("after five counted seconds each silent one repeats the ACK", "lost DATA, ACK and OACK"),
    ),
    Fact(
        "The receive ring is not emptied between two files: a second ERROR or last block is taken by the next.",
        by=(
            "the double of an ERROR goes to the next file",
            "the double of a last block goes to the next file",
            "7.2-optsdir-rm",
        ),
    ),
    Fact(
        "ERROR 1 is silent while probing, any other is printed. Codes 1, 2, 4, 5 and 7 have words of their own, by "
        "their low bytes; all others say `unknown TFTP error`.",
        by=(*(f"ERROR {code} for the kernel" for code in range(9)), "ERROR 0 for a probe is printed"),
    ),
    Fact("ICMP unreachable ends the file at once.", by=("ICMP port unreachable, some of them lost",)),
    Fact(
        "From 208 characters of name on the request overwrites what follows its buffer: a miss is heard as usual, "
        "but of a file that is there no block is taken, and from 9.2 on the guest hangs.",
        by=(
            "a name of 208 characters, whose blocks are never taken",
            f"{_FIRMWARE}::test_a_name_of_208_characters_hangs_the_merged_image",
        ),
    ),
    Fact(
        "The blocks of a transfer that an earlier boot of the guest left behind end the new one.",
        measured=(V7,),
        by=("7.2-race-gap0-8483", "7.2-race-gap0-19421", "7.2-race-gap4-171"),
    ),
)

_BOOT_FILE: Final = (
    Fact("Less than 8 bytes are refused.", by=("a boot file of 7 bytes is refused", "an empty boot file is refused")),
    Fact(
        "At most 2046 bytes that begin with `# pxelinux`, in any case, are a configuration.",
        by=("a configuration as boot file, its magic in any case", "a configuration of 2046 bytes as boot file"),
    ),
    Fact("At most 2046 bytes that begin with `* ` are an `.ins` list.", by=("an ins list of 2046 bytes",)),
    Fact(
        "Anything else is moved to address 0 and started as a kernel, be it text or a program for another machine.",
        by=(
            "a kernel as boot file",
            "a configuration of 2047 bytes as boot file is started",
            "an ins list of 2047 bytes is started",
            "7.2-err-bootfile-without-magic",
            "10.0-bootfile-nomagic",
            "11.1-bootfile-nomagic",
        ),
    ),
    Fact(
        "A kernel is entered at 0x10000 where `S390EP` stands at 0x10008, otherwise by the short PSW at 0.",
        by=("a kernel as boot file", "a kernel with a PSW at 0"),
    ),
    Fact(
        "`starting kernel...` is no proof of success: text, ELF, gzip and empty files get there too.",
        measured=_WITH_TRANSCRIPTS,
        by=(
            "7.2-err-kernel-is-text",
            "7.2-err-kernel-is-gzip",
            "7.2-err-kernel-empty",
            "10.0-kernel-text",
            "11.1-kernel-text",
        ),
    ),
    Fact(
        "An `.ins` list is a comment line `* ...`, then lines `FILE ADDRESS`: decimal, or hexadecimal with 0x, after "
        "any blanks; a leading 0 is not octal.",
        by=("an ins list, decimal, hexadecimal, with a blank line", "an ins list of one line"),
    ),
    Fact(
        "A line without a space, an empty one of DOS too, ends the boot.",
        by=("an ins list without an address", "an ins list with an empty DOS line"),
    ),
    Fact(
        "An `.ins` list that fails is followed by probing, which may boot `pxelinux.cfg/default` instead.",
        by=("an ins list that misses a file", "an ins list with an empty file", "7.2-err-ins-missing-file"),
    ),
)

_PROBING: Final = (
    Fact(
        "The names, in this order: that of option 209; the UUID, in lower case with dashes; `01-` and the MAC, in "
        "lower case with dashes; the IPv4 address in 8 upper-case hexadecimal digits, then 7, down to 1; `default`.",
        by=(
            "probing goes on from UUID over MAC and address to default",
            "probing shortens the address",
            "options 209 and 210",
        ),
    ),
    Fact(
        "They lie in option 210, or else in `pxelinux.cfg/` beside the last name that was requested.",
        by=("options 209 and 210", "option 209 without 210", "a missing boot file probes beside it"),
    ),
    Fact(
        "That name need not be the boot file: after a kernel that is missing, probing goes on beside the kernel.",
        by=("a missing kernel probes beside the kernel",),
    ),
    Fact(
        "With boot file `/` the names begin with `/pxelinux.cfg/`, with an empty one with `pxelinux.cfg/`.",
        by=("probing by UUID comes first", "an empty name probes without a slash"),
    ),
    Fact(
        "An empty configuration is passed over; one without labels ends the boot.",
        by=("an empty probed configuration is passed over", "a configuration of comments only"),
    ),
    Fact(
        "A configuration that is refused is printed, and the next name is tried.",
        by=("2048 bytes of probed configuration are too many", "ERROR 0 for a probe is printed"),
    ),
)

_CONFIGURATION: Final = (
    Fact(
        "Keywords `default`, `label`, `kernel`, `initrd`, `append`, in any case; `#` begins a comment. Names of "
        "files are used verbatim.",
        by=("DOS line ends, and keywords in any case", "lines that are not understood"),
    ),
    Fact(
        "Other keywords, and lines of one word, are printed and passed over.",
        by=("lines that are not understood",),
    ),
    Fact(
        "Keyword and argument are parted by a space; a tab does only where the line has no space.",
        by=("lines that are not understood",),
    ),
    Fact(
        "`default` counts before its label only, else the first label boots.",
        by=("default after its label does not count",),
    ),
    Fact(
        "Every label needs kernel, initrd and append: the entries are memory that is never cleared. From 9.2 on that "
        "is zero in the simplest cases, and not in others.",
        by=(
            "a label without an initrd",
            "a label without a kernel",
            "7.2-err-config-label-no-kernel",
            "11.1-label-no-kernel",
        ),
    ),
    Fact(
        "`initrd=` inside `append` is text for the kernel.",
        measured=_WITH_TRANSCRIPTS,
        by=("7.2-err-config-initrd-in-append", "10.0-appinitrd", "11.1-appinitrd"),
    ),
    Fact(
        "A NUL ends the configuration. The last line needs no end; in a boot file it then keeps its trailing blanks.",
        by=(
            "a NUL ends the configuration",
            "the last line needs no end",
            "a last line without an end keeps its blanks in a boot file",
        ),
    ),
    Fact(
        "A `loadparm` out of range stops the boot (10.1 and later).",
        measured=(V11,),
        by=("11.1-loadparm9",),
    ),
)

_MEMORY: Final = (
    Fact(
        "The separate image lies at 120 MiB: kernel, rounded up to 4096 bytes, and initrd may fill what is below to "
        "the last byte; a boot file has 8192 bytes less.",
        measured=(V5, V7),
        by=(
            f"{_FIRMWARE}::test_files_end_where_the_table_says",
            "a boot file up to the end of memory",
            "a boot file of one byte too many",
            "kernel and initrd up to the end of memory",
        ),
    ),
    Fact(
        "The merged image lies 3 MiB below the end of memory or of 2 GiB, rounded down to 64 KiB, plus a little that "
        "differs by build: 0xb68 in 10.0.13, 0xb48 in 11.1.3.",
        measured=(V10, V11),
        by=(
            f"{_FIRMWARE}::test_files_end_where_the_table_says",
            f"{_FIRMWARE}::test_a_boot_file_may_have_8192_bytes_less",
        ),
    ),
    Fact(
        "The initrd's address goes to 0x10408, its size to 0x10410, `append` to 0x10480.",
        measured=_WITH_TRANSCRIPTS,
        by=("7.2-ok-libvirt-slash", "10.0-ok-slash", "11.1-multi-default"),
    ),
)

_FAILURE: Final = (
    Fact(
        "Up to 9.1 there is one boot device: the guest stops in a disabled wait, and QEMU ends.",
        measured=(V5, V7),
        by=(f"{_FIRMWARE}::test_so_many_boot_devices_are_tried", "7.2-netfail-then-disk"),
    ),
    Fact(
        "From 9.2 on the next of up to 8 boot devices is tried.",
        measured=(V10, V11),
        by=(f"{_FIRMWARE}::test_so_many_boot_devices_are_tried", "10.0-netfail-then-disk", "11.1-netfail-then-disk"),
    ),
    Fact(
        "After a re-IPL that the guest asked for, the other boot devices are gone.",
        measured=(V10, V11),
        by=(f"{_FIRMWARE}::test_after_a_re_ipl_there_is_one_boot_device",),
    ),
)

FACTS: Final[Mapping[str, tuple[Fact, ...]]] = MappingProxyType(
    {
        "Order of events": _EVENTS,
        "DHCP": _DHCP,
        "TFTP": _TFTP,
        "Boot file": _BOOT_FILE,
        "Probing": _PROBING,
        "Configuration": _CONFIGURATION,
        "Memory": _MEMORY,
        "Failure": _FAILURE,
    }
)
"""By subject, in the order of a boot."""
