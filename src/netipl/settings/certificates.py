"""Whether the PEM files that a table names are what a daemon can use, before it is started with them."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

from netipl import certificates
from netipl.errors import UnavailableError
from netipl.settings.problems import Location, Problem


def pair(key: Location, certificate: Path | None, private: Path | None) -> Iterator[Problem]:
    """Of a certificate and its key."""
    if certificate is not None and private is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        yield from _problem(key, lambda: certificates.show(context, certificate, private))


def authority(key: Location, path: Path | None) -> Iterator[Problem]:
    """Of whoever signs the other side's certificates."""
    if path is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        yield from _problem(key, lambda: certificates.trust(context, path))


def _problem(key: Location, load: Callable[[], None]) -> Iterator[Problem]:
    try:
        load()
    except UnavailableError as error:
        if isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, ssl.SSLError):
            return  # of a file that this user may not read, or that is not there, which is told elsewhere
        yield Problem(key=key, what=str(error), remedy=error.remedy)
