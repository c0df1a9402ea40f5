"""Who may use what is not open to everybody: by the CN of a client's certificate, or by the name of its address.

Without `trusted_hosts` any certificate of our authority is good. Over plain HTTP an address has the name that its
reverse lookup says, if that name leads back to the address (RFC 1912, 2.1).
"""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netipl.servers.smartproxy.reply import RefusalError
from netipl.servers.smartproxy.request import Client, Request
from netipl.wire import printable

PROTECTED: Final = frozenset({"v2", "tftp", "dhcp", "logs"})
"""The first part of paths that are not for everybody."""

_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """`hosts` of None means that nobody is named. With `forward_verify` a name has to lead back to its address."""

    hosts: frozenset[str] | None = None
    forward_verify: bool = True


async def authorized(request: Request, trust: Trust) -> None:
    """Raises RefusalError for whoever may not."""
    client = request.client
    if trust.hosts is not None:
        await _trusted(request, client, trust, trust.hosts)
    elif client.is_tls and not client.has_certificate:
        raise RefusalError(_FORBIDDEN, "No client SSL certificate supplied")


async def _trusted(request: Request, client: Client, trust: Trust, hosts: Iterable[str]) -> None:
    if client.is_tls and not client.has_certificate:
        raise RefusalError(_FORBIDDEN, "could not read client cert from environment")
    if client.is_tls:
        name = client.common_name.lower()
    else:
        name = await asyncio.to_thread(name_of, client.address, forward_verify=trust.forward_verify)
    if name not in hosts:
        below = "/" + "/".join(request.segments[1:])
        shown = printable(name or client.address, 128)
        raise RefusalError(
            _FORBIDDEN,
            f"Untrusted client {shown} attempted to access {printable(below)}. Check :trusted_hosts: in settings.yml",
            logged=f"untrusted client {shown}: it is not in trusted_hosts of [foreman]",
        )


def name_of(address: str, *, forward_verify: bool) -> str:
    """In lower case; empty where there is none, or where it leads elsewhere. Blocks."""
    try:
        name = socket.gethostbyaddr(address)[0].lower()
        if forward_verify:
            found = {str(each[4][0]) for each in socket.getaddrinfo(name, None)}
            return name if address in found else ""
    except OSError:
        return ""
    return name
