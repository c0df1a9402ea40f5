"""The XML of a network that dnsmasq or netipl is to serve, made of the one that is there, and the way back.

Every edit begins with the network as it was without netipl, so enabling twice is as enabling once. What others changed
since stays: a part goes back to what it was only if it is as netipl made it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from netipl.errors import RefusedError
from netipl.integrations.libvirt.network_owned import Parts, bridge, option, part, read, serving, write
from netipl.integrations.libvirt.network_record import Record, Server, record, recorded
from netipl.integrations.libvirt.xml_text import copied
from netipl.net import Mac

NO_PING: Final = "no-ping"
"""Without it dnsmasq sends an echo request to each new address and waits 3 s; source: dnsmasq(8)."""
_SERVES: Final = ("dhcp-", "no-ping", "enable-tftp", "tftp-", "pxe-", "bootp-")
"""How lines begin that make dnsmasq serve DHCP or TFTP, whatever the XML says."""
_OF_IPV6: Final = "option6:"
"""What a line of DHCPv6 has in it, which netipl leaves to dnsmasq."""
_READ_ELSEWHERE: Final = ("conf-file", "conf-dir", "conf-script")
"""How lines begin that bring more lines, which nobody sees here; source: dnsmasq(8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The address of a guest. libvirt takes no name that does not begin with a letter: then it is empty."""

    mac: Mac
    name: str
    address: IPv4Address

    def element(self) -> Element:
        """As libvirt has it among its hosts."""
        named = {"name": self.name} if self.name else {}
        return Element("host", {"mac": str(self.mac), **named, "ip": str(self.address)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What dnsmasq is to serve: a root, a boot file for all, addresses of guests, and more lines for it."""

    root: Path
    boot_file: str
    reservations: tuple[Reservation, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A part that others changed since netipl did; it stays as they made it, or gone where `text` is None."""

    name: str
    text: str | None


def served_by_dnsmasq(network: Element, wanted: Wanted, *, keeps_stp: bool = False) -> Element:
    """With the boots of `wanted`, and without what makes them slow, where a ring of bridges does not need that."""
    base, _ = without_netipl(network)
    elements = (
        Element("tftp", {"root": str(wanted.root)}),
        Element("bootp", {"file": wanted.boot_file}),
        *(each.element() for each in wanted.reservations),
    )
    lines = map(option, (NO_PING, *wanted.options))
    return _changed(
        base, Server.DNSMASQ, {**_quick(read(base), keeps_stp=keeps_stp), **dict(map(part, elements)), **dict(lines)}
    )


def served_by_netipl(network: Element, *, keeps_stp: bool = False) -> Element:
    """Without DHCP and TFTP of dnsmasq, which goes on answering DNS.

    Raises RefusedError where lines from elsewhere could make it answer all the same.
    """
    base, _ = without_netipl(network)
    _refuse_lines_from_elsewhere(base)
    parts = {name: text for name, text in _quick(read(base), keeps_stp=keeps_stp).items() if not _serves(name)}
    return _changed(base, Server.NETIPL, parts)


def without_netipl(network: Element) -> tuple[Element, tuple[Foreign, ...]]:
    """As it was before netipl came, with what others changed since, which is told too."""
    restored, kept = copied(network), []
    if (known := recorded(network)) is None:
        return restored, ()
    there = read(network, known.address)
    parts = dict(there)
    for name in known.names:
        now, was = there.get(name), known.was.get(name)
        if now == known.made.get(name):
            _put(parts, name, was)
        elif now != was:
            kept.append(Foreign(name=name, text=now))
    write(restored, parts, known.address)
    record(restored, None)
    return restored, tuple(kept)


def line_serves(line: str) -> bool:
    """Whether dnsmasq serves DHCP of IPv4 or TFTP by it, so that it goes where netipl serves."""
    return line.lstrip().startswith(_SERVES) and _OF_IPV6 not in line


def _quick(parts: Parts, *, keeps_stp: bool) -> Parts:
    """A port of the bridge forwards at once, so that no DISCOVER is lost."""
    if keeps_stp or "bridge stp" not in parts:
        return parts
    return {**parts, **dict((bridge("stp", "off"), bridge("delay", "0")))}


def _serves(name: str) -> bool:
    kind, _, value = name.partition(" ")
    if kind == "option":
        return line_serves(value)
    return kind in {"tftp", "range", "host", "bootp"}


def _refuse_lines_from_elsewhere(network: Element) -> None:
    for name in read(network):
        kind, _, value = name.partition(" ")
        if kind == "option" and value.lstrip().startswith(_READ_ELSEWHERE):
            message = f"dnsmasq's line {value} may make it go on serving DHCP beside netipl"
            remedy = f"write what it brings into the network itself: `virsh net-edit {network.findtext('name')}`"
            raise RefusedError(message, remedy=remedy)


def _changed(base: Element, server: Server, parts: Mapping[str, str]) -> Element:
    """`base` with these parts, and the record of it."""
    ip = serving(base)
    address = "" if ip is None else ip.get("address", "")
    was, changed = read(base), copied(base)
    write(changed, parts, address)
    differ = [name for name in dict.fromkeys((*was, *parts)) if was.get(name) != parts.get(name)]
    record(changed, Record(server=server, address=address, was=_some(was, differ), made=_some(parts, differ)))
    return changed


def _some(parts: Mapping[str, str], names: Iterable[str]) -> Parts:
    return {name: parts[name] for name in names if name in parts}


def _put(parts: Parts, name: str, text: str | None) -> None:
    if text is None:
        parts.pop(name, None)
    else:
        parts[name] = text
