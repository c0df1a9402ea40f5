"""A connection to libvirt for one command, and libvirt's errors in a person's words. Blocks.

What can be done depends on the kind: bridges, files and firewall are those of this host only where libvirt is, too.
Source: libvirt, uri.html.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from netipl.errors import NetiplError, UnavailableError
from netipl.integrations.libvirt.binding import libvirt

SYSTEM: Final = "qemu:///system"


@dataclass(frozen=True, slots=True)
class Connection:
    """`raw` is libvirt's own object; Any, since the binding has no types."""

    raw: Any
    uri: str

    @property
    def is_local(self) -> bool:
        """Whether it is the libvirt of this host."""
        return not urlsplit(self.uri).hostname

    @property
    def is_session(self) -> bool:
        """Whether it is a user's own libvirt, which may make no bridges."""
        return urlsplit(self.uri).path == "/session"


@contextmanager
def connected(uri: str) -> Iterator[Connection]:
    """An open connection, closed on leaving. Raises UnavailableError."""
    binding = libvirt()
    binding.registerErrorHandler(lambda *_: None, None)  # errors are raised; they need not be printed, too
    try:
        raw = binding.open(uri)
    except binding.libvirtError as error:
        remedy = "is libvirtd running, and may you use it? `systemctl start libvirtd`; group libvirt, or root"
        raise UnavailableError(f"libvirt at {uri}: {said(error)}", remedy=remedy) from error
    try:
        yield Connection(raw, raw.getURI())
    finally:
        raw.close()


@contextmanager
def told(what: str, *, missing: NetiplError | None = None) -> Iterator[None]:
    """Libvirt's errors as UnavailableError, beginning with `what`; that nothing of that name is there, as `missing`."""
    binding = libvirt()
    try:
        yield
    except binding.libvirtError as error:
        if missing is not None and error.get_error_code() in {binding.VIR_ERR_NO_NETWORK, binding.VIR_ERR_NO_DOMAIN}:
            raise missing from error
        raise UnavailableError(f"{what}: {said(error)}") from error


def said(error: Any) -> str:
    """What libvirt says, in one line."""
    return " ".join(str(error.get_error_message() or error).split())
