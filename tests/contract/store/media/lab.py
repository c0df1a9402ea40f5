"""Media on a shelf of a test's own."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from netipl.media.medium import Family, File, Medium, Role
from netipl.store.media.keeper import MediaKeeper, Whole
from netipl.store.media.shelf import MediaShelf
from netipl.store.media.trees import Tree

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def medium(name: str, files: dict[Role, bytes], *, has_tree: bool = False) -> Medium:
    return Medium(
        id=f"{name}-1",
        name=name,
        family=Family.RHEL,
        version="9.4",
        title="Red Hat Enterprise Linux 9.4",
        architecture="s390x",
        source="https://mirror.example/rhel/",
        files=tuple(
            (role, File(name=f"images/{role}.img", sha256=sha256(data), size=len(data))) for role, data in files.items()
        ),
        level="z14",
        has_tree=has_tree,
        added=AT,
        by="user root",
    )


def opened(root: Path) -> tuple[MediaShelf, MediaKeeper]:
    """As a daemon finds them when it starts."""
    shelf = MediaShelf(root)
    shelf.load()
    keeper = MediaKeeper(shelf)
    keeper.tidy()
    return shelf, keeper


def put(shelf: MediaShelf, keeper: MediaKeeper, made: Medium, *files: bytes, tree: Tree | None = None) -> None:
    """Its files come by way of parts, as downloads do."""
    incoming = shelf.root / "incoming" / made.id
    incoming.mkdir(parents=True, exist_ok=True)
    wholes = []
    for number, data in enumerate(files):
        part = incoming / f"{number}.part"
        part.write_bytes(data)
        wholes.append(Whole(part, sha256(data)))
    keeper.put(made, wholes, tree or {})
