"""A medium as the document `medium.json`: written last and by rename, so that it is there only when all of it is."""

import json
from datetime import datetime
from typing import Any, Final

from netipl.errors import UnavailableError
from netipl.media.medium import Family, File, Medium, Role

_FORM: Final = 1
"""Of the document. A newer one is refused, and not guessed at."""

_REMEDY: Final = "remove the medium's directory, and import the medium again"


def encode(medium: Medium) -> bytes:
    """For people to read too."""
    files = [{"role": role, **_told(file)} for role, file in medium.files]
    said = {key: getattr(medium, key) for key in _TEXTS}
    document = {
        "form": _FORM,
        **said,
        "family": medium.family,
        "files": files,
        "has_tree": medium.has_tree,
        **({"packages": list(medium.packages)} if medium.packages else {}),
        "added": medium.added.isoformat(),
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def decode(data: bytes) -> Medium:
    """Raises UnavailableError."""
    try:
        document = json.loads(data)
        if document["form"] != _FORM:
            remedy = "use the netipl that wrote it, or a newer one"
            raise UnavailableError(f"its form is {document['form']}, and {_FORM} is known", remedy=remedy)
        return Medium(
            **{key: str(document[key]) for key in _TEXTS},
            family=Family(document["family"]),
            files=tuple((Role(each["role"]), _file(each)) for each in document["files"]),
            has_tree=bool(document["has_tree"]),
            packages=tuple(map(str, document.get("packages", ()))),
            added=datetime.fromisoformat(document["added"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError(f"it is no record of a medium: {error!r}", remedy=_REMEDY) from error


_TEXTS: Final = ("id", "name", "version", "title", "architecture", "source", "level", "by")


def _told(file: File) -> dict[str, str | int]:
    told: dict[str, str | int] = {"name": file.name, "sha256": file.sha256, "size": file.size}
    return told if file.unpacked is None else told | {"unpacked": file.unpacked}


def _file(document: dict[str, Any]) -> File:  # Any: JSON
    unpacked = document.get("unpacked")
    return File(
        name=str(document["name"]),
        sha256=str(document["sha256"]),
        size=int(document["size"]),
        unpacked=None if unpacked is None else int(unpacked),
    )
