"""Where the API listens."""

from dataclasses import dataclass
from pathlib import Path

from netipl.net import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """On the Unix socket `socket`, for `group`; and on `endpoint`, with TLS by the PEM files (certificate, key) of
    `tls`. `user` is whom a daemon becomes that root started.
    """

    socket: Path
    group: str | None = None
    user: str | None = None
    endpoint: Endpoint | None = None
    tls: tuple[Path, Path] | None = None
