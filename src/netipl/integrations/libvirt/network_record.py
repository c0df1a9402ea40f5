"""What netipl has changed in a network, written into the network's own metadata: what was there, and what it put there.

So whoever reads the network sees it, and `disable` needs no file of its own. Source: formatnetwork.html, "metadata".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from netipl.errors import RefusedError
from netipl.integrations.libvirt.network_owned import Parts, named
from netipl.integrations.libvirt.xml_text import NETIPL_NETWORK, parsed

_NETWORK: Final = f"{{{NETIPL_NETWORK}}}network"
_WAS: Final = f"{{{NETIPL_NETWORK}}}was"
_IS: Final = f"{{{NETIPL_NETWORK}}}is"
_BEFORE_METADATA: Final = ("name", "uuid")


class Server(StrEnum):
    """Who serves the boots of a network."""

    DNSMASQ = "dnsmasq"
    """libvirt's own, as netipl has told it."""
    NETIPL = "netipl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The parts that netipl has changed, as they were and as it made them; `address` is that of the `<ip>` they are in.

    A name that is in one of the two alone was added or removed.
    """

    server: Server
    address: str
    was: Mapping[str, str] = field(default_factory=Parts)
    made: Mapping[str, str] = field(default_factory=Parts)

    @property
    def names(self) -> list[str]:
        """Of all that was changed."""
        return list(dict.fromkeys((*self.was, *self.made)))


def recorded(network: Element) -> Record | None:
    """None for a network that netipl does not serve. Raises RefusedError for a record of another version."""
    found = network.find(f"metadata/{_NETWORK}")
    if found is None:
        return None
    try:
        return Record(
            server=Server(found.get("server", "")),
            address=found.get("address", ""),
            was=_parts(found.find(_WAS)),
            made=_parts(found.find(_IS)),
        )
    except (KeyError, ValueError) as error:
        message = (
            f"the network {network.findtext('name')} has a record of netipl that this version cannot read: {error}"
        )
        raise RefusedError(message, remedy="disable it with the netipl that enabled it") from error


def changed_by_netipl(network: Element) -> frozenset[str]:
    """The names of the parts that are as netipl made them, or that it took away."""
    found = recorded(network)
    return frozenset(found.names) if found is not None else frozenset()


def record(network: Element, what: Record | None) -> None:
    """Put it into the metadata in the place of the one that is there; None takes it out."""
    metadata = network.find("metadata")
    if metadata is not None:
        for each in metadata.findall(_NETWORK):
            metadata.remove(each)
    if what is not None:
        metadata = metadata if metadata is not None else _metadata(network)
        element = SubElement(metadata, _NETWORK, server=what.server, address=what.address)
        for tag, parts in ((_WAS, what.was), (_IS, what.made)):
            SubElement(element, tag).extend(parsed(text) for text in parts.values())
    elif metadata is not None and not len(metadata):
        network.remove(metadata)


def _metadata(network: Element) -> Element:
    """A new one, where libvirt prints it."""
    place = sum(each.tag in _BEFORE_METADATA for each in network)
    made = Element("metadata")
    network.insert(place, made)
    return made


def _parts(element: Element | None) -> Parts:
    return named(element) if element is not None else {}
