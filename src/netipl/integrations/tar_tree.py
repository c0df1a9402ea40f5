"""The files in a tar archive as ranges of it: nothing is unpacked. Source: POSIX, pax (ustar and pax interchange).

Links are followed inside of the archive; devices and sparse files are left out.
"""

import tarfile
from pathlib import Path
from typing import Final

from netipl.content import Content, FileRange
from netipl.errors import RefusedError, UnavailableError
from netipl.images.links import resolved
from netipl.media.relative import is_relative

MAGIC: Final = b"ustar"
MAGIC_AT: Final = 257
MOST: Final = 1_000_000
"""Members of an archive."""


def tree(path: Path) -> dict[str, Content]:
    """By name. Raises RefusedError for an archive that is damaged, or has too much, and UnavailableError."""
    files: dict[str, Content] = {}
    directories: set[str] = set()
    links: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for count, member in enumerate(archive):
                if count >= MOST:
                    raise RefusedError(f"the archive has more than {MOST} members", remedy="give the medium's own root")
                _take(member, path, files, directories, links)
    except tarfile.TarError as error:
        raise RefusedError(f"the archive is damaged: {error}", remedy="make and send it again") from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="see that the daemon may read it") from error
    return resolved(files, directories, links, MOST)


def _take(
    member: tarfile.TarInfo, path: Path, files: dict[str, Content], directories: set[str], links: dict[str, str]
) -> None:
    """A name that climbs out, or could be no path of a URL, is left out: nobody asks for it."""
    name = member.name.removeprefix("./")
    if not is_relative(name):
        return
    if member.isdir():
        directories.add(name)
    elif member.issym():
        links[name] = member.linkname
    elif member.islnk():
        if (linked := files.get(member.linkname.removeprefix("./"))) is not None:
            files[name] = linked
    elif member.isreg() and not member.issparse():
        segment = FileRange(path=path, offset=member.offset_data, length=member.size)
        files[name] = Content((segment,) if member.size else ())
