"""Entity tags, by which two people do not overwrite each other (RFC 9110, 8.8.3 and 13.1.1).

A tag is made of what PUT can change of a guest: nothing that a boot or a build does to it makes a tag old.
"""

import hashlib
import json
import re
from http import HTTPStatus
from typing import Final

from netipl.guests.document import document
from netipl.guests.guest import Guest
from netipl.servers.api.problems import Refusal

_TAGS: Final = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)*')
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')
_ANY: Final = "*"
_REMEDY: Final = "get the guest again, and send its ETag as If-Match"


def etag(guest: Guest) -> str:
    """Equal for equal documents, and only for them."""
    canonical = json.dumps(document(guest), sort_keys=True)
    return f'"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"'


def expected(guest: Guest, if_match: str | None, *, needed: bool) -> Guest | None:
    """`guest`, if it is as the client has it; None where any will do. Raises Refusal: 428, 412 or 400."""
    if if_match is None:
        if needed:
            detail = "changing a guest needs to say which state of it is meant"
            raise Refusal(HTTPStatus.PRECONDITION_REQUIRED, detail, remedy=_REMEDY)
        return None
    if if_match.strip() == _ANY:
        return None
    if not _TAGS.fullmatch(if_match):
        raise Refusal(HTTPStatus.BAD_REQUEST, "If-Match holds no entity tags", remedy=_REMEDY)
    if etag(guest) not in _TAG.findall(if_match):
        raise changed()
    return guest


def changed() -> Refusal:
    """The state that was meant is not the present one."""
    detail = "somebody else has changed this guest meanwhile"
    return Refusal(HTTPStatus.PRECONDITION_FAILED, detail, remedy=_REMEDY)
