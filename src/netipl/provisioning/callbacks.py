"""What an installer says by the path that it calls: `/callback/TOKEN/WORD`, with more words in the query.

WORD is `started`, `done` or `failed`, or one of its own. Text from outside.
"""

import re
from typing import Final
from urllib.parse import unquote_plus

from netipl.values import value

_PATH: Final = re.compile(r"/callback/([A-Za-z0-9_-]{1,128})/([a-z][a-z0-9-]{0,31})(?:\?(.*))?", re.DOTALL)
_MOST_WORDS: Final = 4096


@value()
class Callback:
    """`words` may be empty."""

    token: str
    says: str
    words: str


def callback(path: str) -> Callback | None:
    """From a path with its query; None for another one."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    return Callback(found[1], found[2], unquote_plus(found[3] or "")[:_MOST_WORDS])
