"""What a profile's kernel command line and answers may name in braces, and what stands for it in one build.

Braces after a dollar are a shell's, and left alone.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UsageError

NAMES: Final = ("guest", "address", "server", "answers", "callback", "medium", "tree")
_REMEDIES: Final = {
    "medium": "give the profile a medium",
    "tree": "say where it is: netipl profile set NAME --set 'variables={tree: http://...}'; or keep it with the medium",
}
"""For names that stand for something in some builds only."""
_NAMED: Final = re.compile(r"(?<!\$)\{([a-z]+)\}")


def parameters(
    *, guest: str, address: IPv4Address, server: IPv4Address, port: int, token: str, medium: str = ""
) -> dict[str, str]:
    """By name. `server` and `port` are where boot files are served by HTTP; `medium` is the identifier of a medium.

    `answers` is followed by the name of a file, or by nothing; `callback` by a slash and what happened.
    """
    base = f"http://{server}:{port}"
    return {
        "guest": guest,
        "address": str(address),
        "server": str(server),
        "answers": f"{base}/answers/{token}/",
        "callback": f"{base}/callback/{token}",
        **({"medium": f"{base}/media/{medium}"} if medium else {}),
    }


def filled(text: str, known: Mapping[str, str]) -> str:
    """A command line with what is known in the place of its names. Raises UsageError for one that is not."""

    def found(match: re.Match[str]) -> str:
        if match[1] not in known:
            remedy = _REMEDIES.get(match[1]) or f"known are {', '.join(f'{{{name}}}' for name in known)}"
            raise UsageError(f"{{{match[1]}}} stands for nothing", remedy=remedy)
        return known[match[1]]

    return _NAMED.sub(found, text)


def filled_answers(text: str, known: Mapping[str, str]) -> str:
    """As `filled`; answers hold programs too, so braces that are not known stay as they are."""
    return _NAMED.sub(lambda match: known.get(match[1], match[0]), text)
