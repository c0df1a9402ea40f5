"""The name in a request's target: without scheme, host and query, percent-decoded, and checked as TFTP checks names."""

import re

from netipl.errors import WireError
from netipl.protocols.tftp.resolution import checked

_ORIGIN = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})?")
CALLBACK = re.compile(r"/callback(?:[/?].*)?")


def path_and_query(target: bytes) -> str:
    """Of a target in origin form or in absolute form (RFC 9112, 3.2). Raises WireError for the other forms."""
    local = _ORIGIN.sub(b"", target, count=1) or b"/"
    if local[:1] == b"?":
        local = b"/" + local
    if local[:1] != b"/":
        raise WireError("the target is no path")
    return local.decode("ascii")


def name(local: str) -> str:
    """The name beneath the tree's root, without a leading slash. Raises WireError and RefusedError."""
    path = local.partition("?")[0].partition("#")[0].encode("ascii")
    return checked(_ESCAPE.sub(_unescaped, path))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1] is None:
        raise WireError("a percent sign is not followed by two hexadecimal digits")
    return bytes.fromhex(escape[1].decode("ascii"))
