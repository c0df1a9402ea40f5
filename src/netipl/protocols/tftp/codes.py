"""The numbers and words of TFTP."""

from enum import IntEnum, StrEnum
from typing import Final

BLOCK_SIZE: Final = 512
"""Bytes of a block when nothing else is agreed (RFC 1350, 2)."""

BLOCK_NUMBERS: Final = 0x10000
"""Block numbers are 16 bits; after 65535 comes 0 (what clients do; RFC 1350 is silent)."""

DATA_HEADER: Final = 4
"""Bytes of operation and block number before the data (RFC 1350, 5)."""


class OpCode(IntEnum):
    """RFC 1350, 5."""

    READ_REQUEST = 1
    WRITE_REQUEST = 2
    DATA = 3
    ACK = 4
    ERROR = 5
    OPTION_ACK = 6  # RFC 2347


class ErrorCode(IntEnum):
    """RFC 1350, appendix."""

    UNDEFINED = 0
    FILE_NOT_FOUND = 1
    ACCESS_VIOLATION = 2
    DISK_FULL = 3
    ILLEGAL_OPERATION = 4
    UNKNOWN_TRANSFER = 5
    FILE_EXISTS = 6
    NO_SUCH_USER = 7
    OPTION_REFUSED = 8  # RFC 2347


class Mode(StrEnum):
    """RFC 1350, 1; the obsolete `mail` is none of ours."""

    OCTET = "octet"
    NETASCII = "netascii"


class OptionName(StrEnum):
    """Options are matched in any case and answered in lower case: the firmware knows no other."""

    BLOCK_SIZE = "blksize"  # RFC 2348
    TIMEOUT = "timeout"  # RFC 2349
    TRANSFER_SIZE = "tsize"  # RFC 2349
    WINDOW_SIZE = "windowsize"  # RFC 7440
