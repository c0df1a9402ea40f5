"""The numbers of BOOTP and DHCP for IPv4, with the place that defines each.

Only what this project reads or writes has a name; every other option travels as opaque bytes.
"""

from enum import IntEnum
from typing import Final

SERVER_PORT: Final = 67
CLIENT_PORT: Final = 68
MAGIC_COOKIE: Final = bytes((99, 130, 83, 99))  # RFC 2131, 3
ETHERNET: Final = 1  # htype: RFC 1700, hardware type


class OpCode(IntEnum):
    """RFC 951, 3: op."""

    BOOTREQUEST = 1
    BOOTREPLY = 2


class MessageType(IntEnum):
    """RFC 2132, 9.6: the value of option 53."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8


class Option(IntEnum):
    """Option codes. PAD and END have no length and appear in no message."""

    PAD = 0  # RFC 2132, 3.1
    SUBNET_MASK = 1  # RFC 2132, 3.3
    ROUTER = 3  # RFC 2132, 3.5
    DOMAIN_NAME_SERVER = 6  # RFC 2132, 3.8
    HOST_NAME = 12  # RFC 2132, 3.14
    DOMAIN_NAME = 15  # RFC 2132, 3.17
    BROADCAST_ADDRESS = 28  # RFC 2132, 5.3
    REQUESTED_ADDRESS = 50  # RFC 2132, 9.1
    LEASE_TIME = 51  # RFC 2132, 9.2
    OVERLOAD = 52  # RFC 2132, 9.3
    MESSAGE_TYPE = 53  # RFC 2132, 9.6
    SERVER_IDENTIFIER = 54  # RFC 2132, 9.7
    PARAMETER_LIST = 55  # RFC 2132, 9.8
    MESSAGE = 56  # RFC 2132, 9.9
    MAXIMUM_SIZE = 57  # RFC 2132, 9.10
    RENEWAL_TIME = 58  # RFC 2132, 9.11: T1
    REBINDING_TIME = 59  # RFC 2132, 9.12: T2
    VENDOR_CLASS = 60  # RFC 2132, 9.13
    CLIENT_IDENTIFIER = 61  # RFC 2132, 9.14; RFC 4361 for a DUID in it
    TFTP_SERVER_NAME = 66  # RFC 2132, 9.4
    BOOT_FILE_NAME = 67  # RFC 2132, 9.5
    RELAY_INFORMATION = 82  # RFC 3046, 2
    CLIENT_ARCHITECTURE = 93  # RFC 4578, 2.1
    NETWORK_INTERFACE = 94  # RFC 4578, 2.2
    CLIENT_MACHINE = 97  # RFC 4578, 2.3
    CONFIGURATION_FILE = 209  # RFC 5071, 5
    PATH_PREFIX = 210  # RFC 5071, 6
    END = 255  # RFC 2132, 3.2


class Architecture(IntEnum):
    """IANA "Processor Architecture Types", the registry of RFC 4578, 2.1: values of option 93."""

    X86_BIOS = 0x00
    X64_UEFI = 0x07
    POWER_OPEN_FIRMWARE = 0x0C
    S390_BASIC = 0x1F
    S390_EXTENDED = 0x20


S390: Final = frozenset({Architecture.S390_BASIC, Architecture.S390_EXTENDED})


class Overload(IntEnum):
    """RFC 2132, 9.3: which fixed fields hold options; a sum of bits."""

    FILE = 1
    SNAME = 2
    BOTH = 3
