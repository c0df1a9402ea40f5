"""XML as text and as a tree: read from libvirt, written for it, and compared for people.

What libvirt prints has no comments and one form of indentation, so nothing of it is lost here.
"""

import difflib
from contextlib import suppress
from io import StringIO
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

DNSMASQ: Final = "http://libvirt.org/schemas/network/dnsmasq/1.0"
"""The namespace of lines that libvirt hands on to dnsmasq."""
NETIPL_NETWORK: Final = "https://netipl.org/xmlns/libvirt/network/1.0"
"""Ours, in the metadata of networks."""

_ORDER: Final = ("mac", "id", "name", "ip", "start", "end", "file", "server")
"""In which libvirt prints attributes where there are several; others follow by name."""

_PREFIXES: Final = {"dnsmasq": DNSMASQ, "netipl": NETIPL_NETWORK}


def parsed(text: str) -> Element:
    """The root of what libvirt printed, which has neither entities nor a DTD. Prefixes of others are remembered."""
    for _, found in ET.iterparse(StringIO(text), ("start-ns",)):  # noqa: S314
        with suppress(ValueError):  # one of the form that ElementTree makes itself
            ET.register_namespace(*found)
    return ET.fromstring(text)  # noqa: S314


def copied(element: Element) -> Element:
    """All of it, to be changed."""
    return parsed(ET.tostring(element, encoding="unicode"))


def text_of(element: Element) -> str:
    """Indented as libvirt does it."""
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    indented = copied(element)
    for each in indented.iter():
        each.text = each.text if (each.text or "").strip() else None
    ET.indent(indented)
    return ET.tostring(indented, encoding="unicode") + "\n"


def canonical(element: Element) -> str:
    """The same text for what means the same, and as libvirt would print it: without the space between elements."""
    return ET.tostring(_ordered(element), encoding="unicode")


def difference(before: Element, after: Element, name: str, heads: tuple[str, str] = ("now", "then")) -> str:
    """A unified diff of the two, called `name` in its head; empty where they are the same."""
    now, then = (text_of(each).splitlines(keepends=True) for each in (before, after))
    first, second = (f"{name} ({head})" for head in heads)
    return "".join(difflib.unified_diff(now, then, first, second))


def _ordered(element: Element) -> Element:
    made = Element(element.tag, dict(sorted(element.items(), key=lambda item: _rank(item[0]))))
    made.text = (element.text or "").strip() or None
    made.extend(map(_ordered, element))
    return made


def _rank(attribute: str) -> tuple[int, str]:
    return (_ORDER.index(attribute) if attribute in _ORDER else len(_ORDER)), attribute
