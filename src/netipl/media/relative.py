"""Which names of a medium are followed: paths beneath its root, and addresses of HTTP."""

import re
from typing import Final
from urllib.parse import urlsplit

from netipl.errors import WireError
from netipl.wire import printable

LONGEST: Final = 1024
"""Characters of a path."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")


def is_relative(name: str) -> bool:
    """Whether `name` is a path beneath the root: neither absolute nor climbing, and fit for a URL."""
    parts = name.split("/")
    return all(parts) and {".", ".."}.isdisjoint(parts) and len(name) <= LONGEST and not _CONTROL.search(name)


def relative(name: str) -> str:
    """`name` without `./` before it. Raises WireError for one that is no path beneath the root."""
    found = name.removeprefix("./")
    if not is_relative(found):
        raise WireError(f"'{printable(name, 60)}' is no path on a medium")
    return found


def address(text: str) -> str:
    """`text`, if it is an address of HTTP. Raises WireError."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        known = False
    if not known or len(text) > 2 * LONGEST or not text.isascii() or _CONTROL.search(text) or " " in text:
        raise WireError(f"'{printable(text, 60)}' is no address of HTTP")
    return text
