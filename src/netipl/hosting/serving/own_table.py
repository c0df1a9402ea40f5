"""A table of the settings that was there before, beside what libvirt says of the same network: in what it differs.

netipl serves by the table, so whoever wrote it is told what clients get otherwise than from libvirt's dnsmasq.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from netipl.errors import RefusedError
from netipl.guests.network import Network, UnknownClients

_SAID: Final[Mapping[str, Callable[[Network], str]]] = {
    "router": lambda network: str(network.router or network.server),
    "dns": lambda network: ", ".join(map(str, network.dns)),
    "domain": lambda network: network.domain or "",
    "pools": lambda network: ", ".join(map(str, network.pools)),
    "lease_time": lambda network: str(network.lease_time),
    "authoritative": lambda network: str(network.authoritative).lower(),
    "unknown": lambda network: network.unknown.value,
}
"""What clients notice, by the keys of the table."""


def differences(table: Network, libvirts: Network) -> Iterator[str]:
    """One for each key in which they differ."""
    for key, said in _SAID.items():
        ours, theirs = said(table), said(libvirts)
        if ours != theirs:
            yield f"{key} of [networks.{table.name}] is {ours or 'none'}; libvirt's would be {theirs or 'none'}"


def require_answers(table: Network, libvirts: Network) -> None:
    """Raises RefusedError where dnsmasq gives addresses to everybody, and netipl would not."""
    if not libvirts.pools or (table.pools and table.unknown is UnknownClients.POOL):
        return
    why = f'unknown = "{table.unknown.value}"' if table.pools else "no pools"
    message = f"[networks.{table.name}] has {why}: machines that are no guests of netipl would get no address any more"
    pools = ", ".join(f'"{pool}"' for pool in libvirts.pools)
    remedy = f'write there: unknown = "pool" and pools = [{pools}]; or take the ranges out of the network first'
    raise RefusedError(message, remedy=remedy)
