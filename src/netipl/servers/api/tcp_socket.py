"""The TCP socket of the API, with TLS where there is a certificate: 1.2 or newer (RFC 9325)."""

import errno
import socket
import ssl
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError
from netipl.net import Endpoint

_IP_FREEBIND: Final = 15
"""From linux/in.h: Python has no name for it before 3.14."""
_BACKLOG: Final = 128
_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


def listener(endpoint: Endpoint) -> socket.socket:
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
        raise UnavailableError(f"the API on {endpoint}: {reason}", remedy=_remedy(error, endpoint.port)) from error
    return listening


def tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """Of PEM files: the certificate with those that it needs behind it. Raises UnavailableError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror or str(error)
        remedy = (
            "tls_certificate and tls_key in [api] name PEM files that belong together, the key without a passphrase"
        )
        raise UnavailableError(f"TLS with {certificate} and {key}: {reason}", remedy=remedy) from error
    return context


def _remedy(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"see who has it with: ss -ltnp 'sport = :{port}'; stop that, or set another port in listen of [api]"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "start as root, or set a port from 1024 on in listen of [api]"
    return "correct listen in [api]"
