"""Under which names the firmware looks for its configuration, and in which order.

Source: SLOF lib/libnet/pxelinux.c (C), requests captured with 7.2 (M).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final
from uuid import UUID

from netipl.errors import RefusedError
from netipl.firmware.limits import BOOT_FILE_DIRECTORY, CONFIGURATION_NAME, PATH_PREFIX
from netipl.firmware.rules import RULES, RuleId
from netipl.net import Mac

_DIRECTORY: Final = b"pxelinux.cfg/"
_NO_UUID: Final = UUID(int=0)


class TooLongError(RefusedError):
    """No name is asked for; the message is what the firmware prints."""

    def __init__(self, rule: RuleId) -> None:
        super().__init__(RULES[rule].words)
        self.rule = rule


def base(last_name: bytes, path_prefix: bytes | None) -> bytes:
    """What all probed names begin with: option 210, or else beside the last name that was requested.

    Raises TooLongError.
    """
    if path_prefix is not None:
        if len(path_prefix) > PATH_PREFIX:
            raise TooLongError(RuleId.PREFIX_TOO_LONG)
        return path_prefix
    directory = last_name[: last_name.rfind(b"/") + 1]
    if len(directory) > BOOT_FILE_DIRECTORY:
        raise TooLongError(RuleId.DIRECTORY_TOO_LONG)
    return directory + _DIRECTORY


def check_configuration_name(beginning: bytes, name: bytes) -> None:
    """Raises TooLongError where options 210 and 209 are too long together."""
    if len(beginning) + len(name) > CONFIGURATION_NAME:
        raise TooLongError(RuleId.NAME_TOO_LONG)


def names(beginning: bytes, *, uuid: UUID | None, mac: Mac, address: IPv4Address) -> Iterator[bytes]:
    """The names to request until one is found, after that of option 209. A UUID of zeros is none."""
    if uuid is not None and uuid != _NO_UUID:
        yield beginning + str(uuid).encode()
    yield beginning + b"01-" + mac.dashed.encode()
    digits = address.packed.hex().upper().encode()
    for length in range(len(digits), 0, -1):
        yield beginning + digits[:length]
    yield beginning + b"default"
