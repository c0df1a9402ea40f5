"""A guest as a document: the one form in which it is stored, exported, imported and shown by the API.

Keys are in the order of people; those that say nothing are left out. Files of the settings (`boot`) have no place here.
"""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Final
from uuid import UUID

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests import choices_document
from netipl.guests.guest import BootMethod, Guest, LocalBoot, Origin
from netipl.guests.marks import client_identifier, domain_name, one_line, station
from netipl.guests.reading import Document, Read, Row, fields, one_of, read, table, text

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
    chosen = choices_document.document(guest.choices)
    plainly = {key: str(value) for key, value in plain.items() if value is not None}
    return found | plainly | ({"choices": chosen} if chosen else {})


def guest(document: Mapping[str, object], *, origin: Origin = Origin.ADDED) -> Guest:
    """The guest that a document describes. Raises UsageError that names the key."""
    found = fields(document, KEYS, _REMEDIES)
    if not found.get("name"):
        raise UsageError("name: a guest needs a name", remedy="give it a DNS name, as web1 or web1.example.com")
    return Guest(**found, origin=origin)


def _unless_auto(parse: Callable[[str], object]) -> Read:
    def read_unless(value: object) -> object:
        said = text(value)
        return None if said == _AUTO else parse(said)

    return read_unless


def _macs(value: object) -> tuple[object, ...]:
    each = value if isinstance(value, list | tuple) else text(value).replace(",", " ").split()
    return tuple(station(text(mac)) for mac in each)


KEYS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "name": ("name", read(domain_name)),
        "mac": ("macs", _macs),
        "uuid": ("uuid", read(UUID)),
        "client_id": ("client_id", read(client_identifier)),
        "network": ("network", read(domain_name)),
        "address": ("address", _unless_auto(IPv4Address)),
        "profile": ("profile", read(domain_name)),
        "firmware": ("firmware", _unless_auto(Version.named)),
        "cpu": ("cpu", read(one_line)),
        "disk": ("disk", _unless_auto(DeviceNumber.parse)),
        "append": ("append", read(one_line)),
        "method": ("method", _unless_auto(one_of(BootMethod, _AUTO))),
        "local_boot": ("local_boot", _unless_auto(one_of(LocalBoot, _AUTO))),
        "choices": ("choices", lambda value: choices_document.choices(table(value))),
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
