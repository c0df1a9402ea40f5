"""A connection to libvirt for one command, and libvirt's errors in a person's words. Blocks.

What can be done depends on the kind: bridges, files and firewall are those of this host only where libvirt is, too.
Source: libvirt, uri.html.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from netipl.errors import NetiplError, UnavailableError
from netipl.integrations.libvirt.binding import libvirt
from netipl.integrations.libvirt.patience import Line, Patient

SYSTEM: Final = "qemu:///system"


_REMEDY: Final = "is libvirtd running, and may you use it? `systemctl start libvirtd`; group libvirt, or root"
_PATIENCE: Final = 30.0
"""Seconds in which a libvirtd that has ended is waited for."""
PATIENCE: Final = 60.0
"""Seconds for one call: a network may wait for 20 until its IPv6 addresses are nobody else's."""


@dataclass(slots=True, eq=False)
class Connection:
    """`raw` is libvirt's own object; Any, since the binding has no types. It is another when it was renewed."""

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

    @property
    def hangs(self) -> bool:
        """Whether libvirtd has not answered in time."""
        return isinstance(self.raw, Patient) and self.raw.line.hangs

    @property
    def is_lost(self) -> bool:
        """Whether libvirtd hangs, has ended, or was restarted, since it was made."""
        if self.hangs:
            return True
        try:
            return not self.raw.isAlive()
        except libvirt().libvirtError:
            return True

    def renew(self) -> None:
        """To the libvirtd that comes next, which is waited for. Raises UnavailableError."""
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                self.raw = _opened(self.uri)
            except UnavailableError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return


@contextmanager
def connected(uri: str) -> Iterator[Connection]:
    """An open connection, closed on leaving. Raises UnavailableError."""
    raw = _opened(uri)
    connection = Connection(raw, raw.getURI())
    try:
        yield connection
    finally:
        if not connection.hangs:
            connection.raw.close()


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


def _opened(uri: str) -> Any:
    binding = libvirt()
    binding.registerErrorHandler(lambda *_: None, None)  # errors are raised; they need not be printed, too
    line = Line(uri, PATIENCE)
    try:
        return Patient(line.call(binding.open, uri), line)
    except binding.libvirtError as error:
        raise UnavailableError(f"libvirt at {uri}: {said(error)}", remedy=_REMEDY) from error
