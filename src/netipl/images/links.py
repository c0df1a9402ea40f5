"""Symbolic links within a tree of files: what each leads to, without ever leaving the tree."""

from collections.abc import Collection, Mapping
from typing import Final, TypeVar

_MOST_LINKS: Final = 40
"""Followed for one name, as Linux does."""

File = TypeVar("File")


def resolved(
    files: Mapping[str, File], directories: Collection[str], links: Mapping[str, str], most: int
) -> dict[str, File]:
    """`files`, and those that links lead to, under the links' names too; at most `most` in all.

    A link to a directory has the files in it beneath its name, though not what links in there lead to. Links that lead
    nowhere, or out of the tree, are left out.
    """
    found = dict(files)
    ways: list[tuple[str, str]] = []
    for name in links:
        target = _target(name, links)
        if target is None or name in found or len(found) >= most:
            continue
        if target in files:
            found[name] = files[target]
        elif target in directories or not target:
            ways.append((name, target))
    for name, target in ways:
        beneath = f"{target}/" if target else ""
        for path, file in files.items():
            if len(found) >= most:
                return found
            if path.startswith(beneath):
                found.setdefault(f"{name}/{path[len(beneath) :]}", file)
    return found


def _target(name: str, links: Mapping[str, str]) -> str | None:
    """The path that `name` leads to, all links on the way followed; None where it leaves the tree or has no end."""
    waiting, done, followed = name.split("/")[::-1], list[str](), 0
    while waiting:
        part = waiting.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            if not done:
                return None
            done.pop()
            continue
        done.append(part)
        target = links.get("/".join(done))
        if target is not None:
            followed += 1
            if followed > _MOST_LINKS:
                return None
            done = [] if target.startswith("/") else done[:-1]
            waiting.extend(target.split("/")[::-1])
    return "/".join(done)
