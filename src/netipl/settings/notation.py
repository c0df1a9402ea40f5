"""How values are written in the settings file: addresses, durations, identifiers; each said with its remedy.

A value that pydantic knows by itself (IPv4 addresses, numbers, paths) is not here.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, SecretStr
from pydantic_core import PydanticCustomError

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests.marks import client_identifier, domain_name, one_line, station
from netipl.net import AddressRange, Endpoint, Mac
from netipl.store.location import parsed

_DURATION = re.compile(r"([0-9]{1,9})\s*([smhd]?)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_INTERFACE = re.compile(r"[^\s/:]{1,15}", re.ASCII)
_LIBVIRT = re.compile(r"[a-z]+(\+[a-z0-9]+)?://[^\s/]*/\S*", re.ASCII)
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


def interface(text: str) -> str:
    """The name of a network interface, as Linux takes it (dev_valid_name). Raises UsageError."""
    if not _INTERFACE.fullmatch(text) or text in {".", ".."}:
        raise UsageError(f"{text!r} is no name of an interface", remedy="`ip link` shows those that exist")
    return text


def is_bare(key: str) -> bool:
    """Whether TOML takes `key` without quotes."""
    return _BARE.fullmatch(key) is not None


def database_url(text: str) -> SecretStr:
    """A URL that the store knows; it may hold a password, so nobody is shown it. Raises UsageError."""
    if "://" not in text:
        raise UsageError("it is no URL", remedy="write sqlite:////PATH or postgresql://HOST/NAME")
    parsed(text)
    return SecretStr(text)


def libvirt_uri(text: str) -> str:
    """A connection URI (https://libvirt.org/uri.html). Raises UsageError."""
    if not _LIBVIRT.fullmatch(text):
        raise UsageError(f"{text!r} is no URI of libvirt", remedy="write qemu:///system; `virsh uri` shows yours")
    return text


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
Listening = Annotated[Endpoint, _read_by(Endpoint.parse), _AS_TEXT]
RangeText = Annotated[AddressRange, _read_by(AddressRange.parse), _AS_TEXT]
Duration = Annotated[timedelta, _read_by(duration)]
LeaseTime = Annotated[timedelta, _read_by(lease_time)]
ClientIdentifier = Annotated[bytes, _read_by(client_identifier)]
DatabaseUrl = Annotated[SecretStr, _read_by(database_url)]
DomainName = Annotated[str, _read_by(domain_name)]
InterfaceName = Annotated[str, _read_by(interface)]
LibvirtUri = Annotated[str, _read_by(libvirt_uri)]
OneLine = Annotated[str, _read_by(one_line)]
FirmwareVersion = Annotated[Version, _read_by(Version.named), _AS_TEXT]
Disk = Annotated[DeviceNumber, _read_by(DeviceNumber.parse), _AS_TEXT]
