"""Under which name a boot file that Foreman asks for is kept: its prefix and the last part of its URL, in our tree.

Checked part by part, since the name becomes a path. Only http, https and ftp are fetched; nfs is Foreman's way to say
that there is nothing to fetch.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from netipl.errors import RefusedError, UsageError
from netipl.protocols.tftp.resolution import checked
from netipl.provisioning.tree import MEDIA
from netipl.wire import printable

FETCHED: Final = frozenset({"http", "https", "ftp"})
_NOTHING: Final = "nfs"
_LONGEST_URL: Final = 4096
_LONGEST_PART: Final = 200
_LONGEST: Final = 206
"""Characters of a name that the firmware asks for (firmware.md, "TFTP")."""
_USER: Final = re.compile(r"//.*@", re.DOTALL)
_OURS: Final = ("guests/", "pxelinux.cfg/")


def name(prefix: str, url: str) -> str | None:
    """None where there is nothing to fetch. Raises UsageError."""
    try:
        at = urlsplit(url)
        host, _ = at.hostname, at.port
        (host or "").encode("idna")  # as whoever looks it up does
    except ValueError:
        raise _unknown(url) from None
    if at.scheme.lower() == _NOTHING:
        return None
    is_whole = host and host.isascii() and at.path and url.isprintable() and len(url) <= _LONGEST_URL
    if at.scheme.lower() not in FETCHED or not is_whole:
        raise _unknown(url)
    last = url.rpartition("/")[2]
    whole = f"{prefix}{last}" if prefix.endswith("/") else f"{prefix}-{last}"
    return _checked(whole, last)


def _checked(whole: str, last: str) -> str:
    try:
        found = checked(whole.encode("utf-8", "surrogateescape"))
    except RefusedError as error:
        raise UsageError(f"TFTP destination outside of tftproot: {error}") from None
    is_named = bool(last) and found == whole.lstrip("/")
    if not is_named or whole.startswith("/") or not found.isprintable() or len(found) > _LONGEST:
        raise UsageError(f"TFTP destination outside of tftproot: '{printable(whole, 120)}' is no name of a boot file")
    if any(len(part) > _LONGEST_PART or part.startswith(".") for part in found.split("/")):
        raise UsageError("TFTP destination outside of tftproot: a part of it begins with a dot, or is too long")
    if found.startswith((MEDIA, *_OURS)):
        raise UsageError(f"TFTP destination outside of tftproot: '{printable(found, 120)}' is for netipl's own files")
    return found


def _unknown(url: str) -> UsageError:
    """It is shown without what may be a user and a password."""
    told = printable(_USER.sub("//", url), 200)
    return UsageError(f"Cannot fetch boot file, unknown protocol for medium source path: {told}")
