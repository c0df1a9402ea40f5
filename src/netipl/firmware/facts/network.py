"""What the firmware does in the network: the order of a boot, DHCP and TFTP."""

from typing import Final

from netipl.firmware.evidence import V7
from netipl.firmware.facts.fact import FIRMWARE_TEST, Fact

EVENTS: Final = (
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
            f"{FIRMWARE_TEST}::test_each_boot_has_a_transaction_of_its_own",
        ),
    ),
)

DHCP: Final = (
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
        by=(f"{FIRMWARE_TEST}::test_a_server_name_is_looked_up",),
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

TFTP: Final = (
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
        by=("an ERROR from a foreign port ends the file, by its low bytes", "an old block is passed over"),
    ),
    Fact(
        "The block after 65535 may be 0 or 1. After it a late repeat of block 65535 counts as ahead: the file ends.",
        by=(
            "a block number rolls over to 0, and a late 65535 ends the file",
            "a block number rolls over to 1, after which no ACK is repeated",
        ),
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
        by=(
            "after five counted seconds each silent one repeats the ACK",
            "after the OACK no ACK is repeated",
            "after block 1 no ACK is repeated",
            "a block number rolls over to 1, after which no ACK is repeated",
        ),
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
        by=(
            *(f"ERROR {code} for the kernel" for code in range(9)),
            "ERROR 0 for a probe is printed",
            "an ERROR from a foreign port ends the file, by its low bytes",
        ),
    ),
    Fact("ICMP unreachable ends the file at once.", by=("ICMP port unreachable, some of them lost",)),
    Fact(
        "From 208 characters of name on the request overwrites what follows its buffer: a miss is heard as usual, "
        "but of a file that is there no block is taken, and from 9.2 on the guest hangs.",
        by=(
            "a name of 208 characters, whose blocks are never taken",
            f"{FIRMWARE_TEST}::test_a_name_of_208_characters_hangs_the_merged_image",
        ),
    ),
    Fact(
        "The blocks of a transfer that an earlier boot of the guest left behind end the new one.",
        measured=(V7,),
        by=("7.2-race-gap0-8483", "7.2-race-gap0-19421", "7.2-race-gap4-171"),
    ),
)
