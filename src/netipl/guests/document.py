"""A guest as a document: the one form in which it is stored, exported, imported and shown by the API.

Keys are in the order of people; those that say nothing are left out. Files of the settings (`boot`) have no place here.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests.guest import BootMethod, Guest, LocalBoot, Origin
from netipl.guests.marks import client_identifier, domain_name, one_line, station

Document = dict[str, str | list[str]]

_AUTO: Final = "auto"
"""Means what None means to a guest, where netipl chooses what fits; a network or a profile may have this name."""


def document(guest: Guest) -> Document:
    """Of `guest`, with its name and without what is not said."""
    found: Document = {"name": guest.name, "mac": [str(mac) for mac in guest.macs]}
    plain = {
        "uuid": guest.uuid,
        "client_id": guest.client_id.hex(":") if guest.client_id is not None else None,
        "network": guest.network,
        "address": guest.address,
        "profile": guest.profile,
        "firmware": guest.firmware,
        "cpu": guest.cpu,
        "disk": guest.disk,
        "append": guest.append or None,
        "method": guest.method,
        "local_boot": guest.local_boot,
    }
    return found | {key: str(value) for key, value in plain.items() if value is not None}


def guest(document: Mapping[str, object], *, origin: Origin = Origin.ADDED) -> Guest:
    """The guest that a document describes. Raises UsageError that names the key."""
    unknown = [key for key in document if key not in KEYS]
    if unknown:
        raise UsageError(f"{unknown[0]}: there is no such key", remedy=f"known are {', '.join(KEYS)}")
    if not document.get("name"):
        raise UsageError("name: a guest needs a name", remedy="give it a DNS name, as web1 or web1.example.com")
    fields: dict[str, Any] = {}  # Any: each key has its own type
    for key, value in document.items():
        field, read = KEYS[key]
        if value in (None, "", []):
            continue
        try:
            fields[field] = read(value)
        except (UsageError, ValueError) as error:
            remedy = error.remedy if isinstance(error, UsageError) else _REMEDIES.get(key, "")
            raise UsageError(f"{key}: {error}", remedy=remedy) from None
    return Guest(**fields, origin=origin)


def _text(value: object) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UsageError(f"{value!r} is no text", remedy="write it as text, in quotes where it is taken for more")
    return str(value)


def _read(parse: Callable[[str], object]) -> Callable[[object], object]:
    return lambda value: parse(_text(value))


def _unless_auto(parse: Callable[[str], object]) -> Callable[[object], object]:
    def read(value: object) -> object:
        text = _text(value)
        return None if text == _AUTO else parse(text)

    return read


def _one_of(choices: type[StrEnum]) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            return choices(text)
        except ValueError:
            remedy = f"choose one of {', '.join((_AUTO, *choices))}"
            raise UsageError(f"{text!r} is no choice", remedy=remedy) from None

    return read


def _macs(value: object) -> tuple[object, ...]:
    each = value if isinstance(value, list | tuple) else _text(value).replace(",", " ").split()
    return tuple(station(_text(mac)) for mac in each)


KEYS: Final[Mapping[str, tuple[str, Callable[[object], object]]]] = MappingProxyType(
    {
        "name": ("name", _read(domain_name)),
        "mac": ("macs", _macs),
        "uuid": ("uuid", _read(UUID)),
        "client_id": ("client_id", _read(client_identifier)),
        "network": ("network", _read(domain_name)),
        "address": ("address", _unless_auto(IPv4Address)),
        "profile": ("profile", _read(domain_name)),
        "firmware": ("firmware", _unless_auto(Version.named)),
        "cpu": ("cpu", _read(one_line)),
        "disk": ("disk", _unless_auto(DeviceNumber.parse)),
        "append": ("append", _read(one_line)),
        "method": ("method", _unless_auto(_one_of(BootMethod))),
        "local_boot": ("local_boot", _unless_auto(_one_of(LocalBoot))),
    }
)
"""What a document may say: of which field of a guest, and how it is read."""

_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "uuid": "write it as 9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01; `uuidgen` makes one",
        "address": "write it as 192.0.2.10, or auto",
    }
)
"""Where the type of a value gives none."""
