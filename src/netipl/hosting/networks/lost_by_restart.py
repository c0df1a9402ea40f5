"""What somebody has given a running network beside its definition: what a restart puts back, and what it cannot.

What libvirt gives by itself is not among it: the definition that takes effect says that. Names in the DNS of a network
that netipl serves are those that it has put there itself, or cannot be told from these.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface
from typing import Final

from netipl.hosting.networks.kept import Kept
from netipl.hosting.networks.situation import Situation
from netipl.integrations.bridges import additions, bridges
from netipl.integrations.bridges.additions import Additions
from netipl.integrations.libvirt.network_given import Address, Given, given
from netipl.integrations.libvirt.network_names import Hosts, host, running_alone
from netipl.integrations.libvirt.network_record import Server

_BY_LIBVIRT: Final = {"ip": ("/accept_ra", "/autoconf", "/disable_ipv6"), "mtu": ("/mtu",)}
"""Settings that libvirt makes, by the element that they follow."""
_ROUTE: Final = re.compile(r"(?P<to>[0-9a-f.:/]+|default) via (?P<via>[0-9a-f.:]+)(?: |$)")


def kept(situation: Situation) -> Kept:
    """All that is put back after a restart. Raises UnavailableError."""
    left = situation.interrupted or Kept()
    named = () if situation.server is Server.NETIPL else _names(situation).items()
    names = (*left.names, *(host(address, names) for address, names in named))
    return Kept(
        ports=(*bridges.ports(situation.now.bridge), *situation.stray),
        added=left.added | _foreign(situation),
        names=tuple(dict.fromkeys(names)),
    )


def words(situation: Situation) -> Iterator[str]:
    """What is put back beside ports, and what is lost. Raises UnavailableError."""
    bridge, added = situation.now.bridge, _foreign(situation)
    if more := (*added.addresses, *added.routes):
        yield f"what somebody has added to {bridge} is put back on it: {'; '.join(more)}"
    if names := _names(situation):
        ends = "go" if situation.server is Server.NETIPL else "are put back"
        shown = ", ".join(f"{' '.join(each)} ({address})" for address, each in names.items())
        yield f"names that its running DNS alone has {ends}: {shown}"
    for each in additions.losses(bridge):
        yield f"this is lost, and has to be made anew: {each}"


def _names(situation: Situation) -> Hosts:
    """Those that the running network alone has."""
    return running_alone(situation.running_xml or situation.defined_xml, situation.defined_xml)


def _foreign(situation: Situation) -> Additions:
    """What libvirt will not make: what a changed definition brings is not covered by what was before."""
    found = additions.additions(situation.now.bridge)
    libvirts = given(situation.defined_xml, situation.running_xml or situation.defined_xml)
    anew = tuple(file for element, files in _BY_LIBVIRT.items() if element in situation.differs for file in files)
    return Additions(
        addresses=tuple(each for each in found.addresses if _ip(each) not in libvirts.addresses),
        routes=tuple(each for each in found.routes if not _is_libvirts(each, libvirts)),
        settings={file: value for file, value in found.settings.items() if not anew or not file.endswith(anew)},
    )


def _ip(address: str) -> Address:
    return ip_interface(address.split(maxsplit=1)[0]).ip


def _is_libvirts(route: str, libvirts: Given) -> bool:
    found = _ROUTE.match(route)
    if found is None:
        return False
    to, gateway = found["to"], ip_address(found["via"])
    first = ip_interface(to).ip if to != "default" else type(gateway)(0)
    return (first, gateway) in libvirts.routes
