"""Where the Smart Proxy listens."""

from dataclasses import dataclass, field
from pathlib import Path

from netipl.net import Endpoint
from netipl.servers.smartproxy.authorization import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files: our certificate with its key, and the authority of the certificates of clients."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """By HTTPS with `tls`, by HTTP, or both."""

    https: Endpoint | None = None
    http: Endpoint | None = None
    tls: Tls | None = None
    trust: Trust = field(default_factory=Trust)
