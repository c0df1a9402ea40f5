"""Which client gets boot fields, and which takes a plain BOOTP reply to its DISCOVER.

Known of the s390-ccw firmware (SLOF lib/libnet/dhcp.c, and captures): its DISCOVER has no option but 53 and 55, which
lists 1, 3, 6, 66, 67 and, since it knows its architecture, 93; 93 itself comes in its REQUEST. Systems that run later
on the same guest add an identifier, a vendor class or a host name, or ask for more.
"""

from typing import Final

from netipl.protocols.dhcp4.codes import S390, MessageType, Option
from netipl.protocols.dhcp4.options import Options

_FIRMWARE_SENDS: Final = frozenset({Option.MESSAGE_TYPE, Option.PARAMETER_LIST, Option.RELAY_INFORMATION})
_FIRMWARE_NEEDS: Final = frozenset({Option.TFTP_SERVER_NAME, Option.BOOT_FILE_NAME})
_FIRMWARE_ASKS: Final = _FIRMWARE_NEEDS | {
    Option.SUBNET_MASK,
    Option.ROUTER,
    Option.DOMAIN_NAME_SERVER,
    Option.CLIENT_ARCHITECTURE,
    Option.CONFIGURATION_FILE,
    Option.PATH_PREFIX,
}


def boots_s390(options: Options) -> bool:
    """Whether files for s390 are of any use to the client: not if it says that it is something else (option 93)."""
    return Option.CLIENT_ARCHITECTURE not in options or not S390.isdisjoint(options.architectures)


def is_firmware_discover(options: Options) -> bool:
    """Whether this is the DISCOVER of the firmware itself, which a plain BOOTP reply satisfies."""
    asked = options.parameters
    return (
        options.message_type == MessageType.DISCOVER
        and asked is not None
        and _FIRMWARE_NEEDS.issubset(asked)
        and _FIRMWARE_ASKS.issuperset(asked)
        and _FIRMWARE_SENDS.issuperset(options)
    )
