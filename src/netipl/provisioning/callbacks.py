"""What an installer says by the path that it calls: `/callback/TOKEN/WORD`, with more words in the query.

WORD is `started`, `done` or `failed`, or one of its own. Text from outside.
"""

import re
from typing import Final
from urllib.parse import unquote_plus

from netipl.provisioning.tokens import hidden
from netipl.values import value

_PATH: Final = re.compile(r"/callback/([A-Za-z0-9_-]{1,128})/([a-z][a-z0-9-]{0,31})(?:\?(.*))?", re.DOTALL)
_MOST_WORDS: Final = 4096
_HASH: Final = re.compile(r"\$(?:[0-9]|2[aby]|g?y)\$[^\s:'\"]+")
"""Of a password, in any form of crypt(5)."""


@value()
class Callback:
    """`words` may be empty."""

    token: str
    says: str
    words: str


def log(body: bytes) -> str:
    """The end of an installer's log as text, line by line, without the secrets that it may hold."""
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    shown = "\n".join("".join(each if each.isprintable() else " " for each in line) for line in lines)
    return _HASH.sub("$...", hidden(shown)).strip()


def callback(path: str) -> Callback | None:
    """From a path with its query; None for another one."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    return Callback(found[1], found[2], unquote_plus(found[3] or "")[:_MOST_WORDS])
