"""Entity tags, by which two people do not overwrite each other (RFC 9110, 8.8.3 and 13.1.1).

A tag is made of the document that PUT can change: nothing that a boot or a build does to a guest makes a tag old.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, TypeVar

from netipl.servers.api.problems import Refusal

_TAGS: Final = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)*')
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')
_ANY: Final = "*"


_Thing = TypeVar("_Thing")


def etag(document: Mapping[str, object]) -> str:
    """Equal for equal documents, and only for them."""
    canonical = json.dumps(document, sort_keys=True)
    return f'"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"'


def expected(
    thing: _Thing, document: Mapping[str, object], if_match: str | None, *, needed: bool, what: str
) -> _Thing | None:
    """`thing`, a `what` with this document, if it is as the client has it; None where any will do.

    Raises Refusal: 428, 412 or 400.
    """
    if if_match is None:
        if needed:
            detail = f"changing a {what} needs to say which state of it is meant"
            raise Refusal(HTTPStatus.PRECONDITION_REQUIRED, detail, remedy=_remedy(what))
        return None
    if if_match.strip() == _ANY:
        return None
    if not _TAGS.fullmatch(if_match):
        raise Refusal(HTTPStatus.BAD_REQUEST, "If-Match holds no entity tags", remedy=_remedy(what))
    if etag(document) not in _TAG.findall(if_match):
        raise changed(what)
    return thing


def changed(what: str) -> Refusal:
    """The state that was meant is not the present one."""
    detail = f"somebody else has changed this {what} meanwhile"
    return Refusal(HTTPStatus.PRECONDITION_FAILED, detail, remedy=_remedy(what))


def _remedy(what: str) -> str:
    return f"get the {what} again, and send its ETag as If-Match"
