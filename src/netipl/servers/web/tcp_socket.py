"""The TCP sockets of HTTP servers, with TLS where there is a certificate: 1.2 or newer (RFC 9325).

What is wrong with one is told with the keys of the settings that say it.
"""

import errno
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netipl import certificates
from netipl.errors import UnavailableError
from netipl.net import Endpoint

_IP_FREEBIND: Final = 15
"""From linux/in.h: Python has no name for it before 3.14."""
_BACKLOG: Final = 1024
"""Foreman opens hundreds of connections in one moment; a connection that finds no place waits for a second."""
_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The server, and the key of the settings that says where it listens."""

    server: str
    key: str


def listener(endpoint: Endpoint, named: Named) -> socket.socket:
    """The address may come later, with its interface. Raises UnavailableError with its remedy."""
    family = _FAMILIES[endpoint.address.version]
    listening = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((str(endpoint.address), endpoint.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        message = f"{named.server} on {endpoint}: {reason}"
        raise UnavailableError(message, remedy=_remedy(error, endpoint.port, named.key)) from error
    return listening


def tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """Of PEM files: the certificate with those that it needs behind it. Raises UnavailableError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    certificates.show(context, certificate, key)
    return context


def tls_with_clients(certificate: Path, key: Path, authority: Path) -> ssl.SSLContext:
    """As `tls`, and a client may show a certificate of the authority `authority`; one of another ends the handshake.

    Raises UnavailableError.
    """
    context = tls(certificate, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.num_tickets = 0  # Foreman never resumes a session, and each ticket costs as much as an answer
    certificates.trust(context, authority)
    return context


def _remedy(error: OSError, port: int, key: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"see who has it with: ss -ltnp 'sport = :{port}'; stop that, or set another port in {key}"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"start as root, or set a port from 1024 on in {key}"
    return f"correct {key}"
