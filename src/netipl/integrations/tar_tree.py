"""The files in a tar archive as ranges of it: nothing is unpacked. Source: POSIX, pax (ustar and pax interchange).

Links are followed inside of the archive; devices and sparse files are left out.
"""

import tarfile
from pathlib import Path
from typing import Final

from netipl.content import Content, FileRange
from netipl.errors import RefusedError, UnavailableError, WireError
from netipl.media.relative import relative

MAGIC: Final = b"ustar"
MAGIC_AT: Final = 257
_MOST: Final = 1_000_000
"""Members of an archive."""

_LINKS: Final = 16
"""Links to links that are followed."""


def tree(path: Path) -> dict[str, Content]:
    """By name. Raises RefusedError for an archive that is damaged, or has too much, and UnavailableError."""
    files: dict[str, Content] = {}
    links: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for count, member in enumerate(archive):
                if count >= _MOST:
                    raise RefusedError(
                        f"the archive has more than {_MOST} members", remedy="give the medium's own root"
                    )
                _take(member, path, files, links)
    except tarfile.TarError as error:
        raise RefusedError(f"the archive is damaged: {error}", remedy="make and send it again") from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="see that the daemon may read it") from error
    for name in links:
        target: str | None = name
        for _ in range(_LINKS):
            target = links.get(target or "", target)
        if target in files:
            files[name] = files[target]
    return files


def _take(member: tarfile.TarInfo, path: Path, files: dict[str, Content], links: dict[str, str]) -> None:
    try:
        name = relative(member.name)
        if member.islnk():
            links[name] = relative(member.linkname)
        elif member.issym():
            links[name] = _pointed(name, member.linkname)
        elif member.isreg() and not member.issparse():
            segment = FileRange(path=path, offset=member.offset_data, length=member.size)
            files[name] = Content((segment,) if member.size else ())
    except WireError:  # it climbs out, or could be no path of a URL: nobody asks for it
        return


def _pointed(name: str, target: str) -> str:
    """What a symbolic link at `name` points to, beneath the root. Raises WireError where it leaves it."""
    parts = name.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                raise WireError("it leaves the archive")
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return relative("/".join(parts)) if not target.startswith("/") else relative(target.lstrip("/"))
