"""How values are written in the settings file: addresses, durations, identifiers; each said with its remedy.

A value that pydantic knows by itself (IPv4 addresses, numbers, paths) is not here.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, SecretStr
from pydantic_core import PydanticCustomError

from netipl.errors import UsageError
from netipl.net import AddressRange, Mac
from netipl.provisioning.identity import is_station
from netipl.store.location import parsed

_DURATION = re.compile(r"([0-9]{1,9})\s*([smhd]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)", re.ASCII)
_INTERFACE = re.compile(r"[^\s/:]{1,15}", re.ASCII)
_SHORTEST_LEASE, _LONGEST_LEASE = timedelta(minutes=1), timedelta(days=365)


def duration(text: str) -> timedelta:
    """From `90`, `90s`, `5m`, `1h` or `7d`. Raises UsageError."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{text!r} is no duration", remedy="write it as 90s, 5m, 1h or 7d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def lease_time(text: str) -> timedelta:
    """A duration of a minute to a year. Raises UsageError."""
    length = duration(text)
    if not _SHORTEST_LEASE <= length <= _LONGEST_LEASE:
        raise UsageError(f"{text!r} is no lease time", remedy="give one of 1m to 365d")
    return length


def station(text: str) -> Mac:
    """The MAC address of one machine. Raises UsageError."""
    mac = Mac.parse(text)
    if not is_station(mac):
        raise UsageError(f"no machine has the MAC address {text}", remedy="write it as 52:54:00:13:33:0a")
    return mac


def interface(text: str) -> str:
    """The name of a network interface, as Linux takes it (dev_valid_name). Raises UsageError."""
    if not _INTERFACE.fullmatch(text) or text in {".", ".."}:
        raise UsageError(f"{text!r} is no name of an interface", remedy="`ip link` shows those that exist")
    return text


def one_line(text: str) -> str:
    """Raises UsageError: a second line would be another command to the firmware."""
    if not text.isprintable():
        raise UsageError("it is more than one line of text", remedy="write it as one line, without control characters")
    return text


def client_identifier(text: str) -> bytes:
    """The bytes of DHCP option 61, in hexadecimal, colons allowed. Raises UsageError."""
    try:
        octets = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        octets = b""
    if not 2 <= len(octets) <= 255:
        raise UsageError(f"{text!r} is no client identifier", remedy="write its 2 to 255 bytes as ff:00:01:02")
    return octets


def domain_name(text: str) -> str:
    """A DNS label, or several with dots between (RFC 1123, 2.1). Raises UsageError."""
    name = text.removesuffix(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise UsageError(f"{text!r} is no DNS name", remedy="use letters, digits and dashes, as in web1.example.com")
    return name


def is_bare(key: str) -> bool:
    """Whether TOML takes `key` without quotes."""
    return _BARE.fullmatch(key) is not None


def database_url(text: str) -> SecretStr:
    """A URL that the store knows; it may hold a password, so nobody is shown it. Raises UsageError."""
    if "://" not in text:
        raise UsageError("it is no URL", remedy="write sqlite:////PATH or postgresql://HOST/NAME")
    parsed(text)
    return SecretStr(text)


def _read_by(parse: Callable[[str], object]) -> BeforeValidator:
    """`parse` for pydantic: its UsageError becomes one of pydantic's errors and keeps the remedy."""

    def read(value: object) -> object:
        if not isinstance(value, str | int) or isinstance(value, bool):
            return value
        try:
            return parse(str(value))
        except UsageError as error:
            context = {"what": str(error), "remedy": error.remedy}
            raise PydanticCustomError("netipl", "{what}", context) from error

    return BeforeValidator(read)


def _one_or_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a number")
    return value


_AS_TEXT = PlainSerializer(str)

Whole = Annotated[int, BeforeValidator(_no_boolean)]
MacText = Annotated[Mac, _read_by(station), _AS_TEXT]
Macs = Annotated[tuple[MacText, ...], BeforeValidator(_one_or_list)]
RangeText = Annotated[AddressRange, _read_by(AddressRange.parse), _AS_TEXT]
LeaseTime = Annotated[timedelta, _read_by(lease_time)]
ClientIdentifier = Annotated[bytes, _read_by(client_identifier)]
DatabaseUrl = Annotated[SecretStr, _read_by(database_url)]
DomainName = Annotated[str, _read_by(domain_name)]
InterfaceName = Annotated[str, _read_by(interface)]
OneLine = Annotated[str, _read_by(one_line)]
