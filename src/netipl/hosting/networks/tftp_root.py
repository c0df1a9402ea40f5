"""The steps by which the user of a TFTP server gets to read a root: it is made, and opened as far as boots need it.

Opened are the root, the directories in it, and the files that boots ask for; never the home of somebody.
Sources: path_resolution(7), and store/access.py for who may read what.
"""

import difflib
import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError, UnavailableError
from netipl.firmware.lint import configuration, files, ins
from netipl.firmware.lint.finding import Kind, Target, normal
from netipl.firmware.lint.tree import uses
from netipl.store import access, tftp_root

_READ, _ENTER = 4, 1
_FIRST_PERSON: Final = 1000  # user ids below it are of the system
_MODE: Final = 0o755


@dataclass(slots=True)
class MakeRoot:
    """The directory `root`, with those above it that are missing; everybody may enter them."""

    root: Path
    difference: str = ""
    consequences: tuple[str, ...] = ()
    _made: list[Path] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"make the directory {self.root}"

    def apply(self) -> None:
        missing = [each for each in (self.root, *self.root.parents) if not each.exists()]
        with _told():
            for each in reversed(missing):
                each.mkdir()
                self._made.append(each)
                each.chmod(_MODE)

    def undo(self) -> None:
        """Those that are empty go again."""
        for each in reversed(self._made):
            with suppress(OSError):
                each.rmdir()


@dataclass(slots=True)
class OpenRoot:
    """`modes` are those that the paths get, of which none is that of the root's owner alone."""

    user: str
    root: Path
    modes: dict[Path, int]
    consequences: tuple[str, ...] = ()
    _before: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._before = {path: stat.S_IMODE(path.stat().st_mode) for path in self.modes}

    @property
    def words(self) -> str:
        return f"let {self.user}, whom dnsmasq runs as, read {self.root}"

    @property
    def difference(self) -> str:
        now, then = ([f"{modes[path]:04o} {path}\n" for path in modes] for modes in (self._before, self.modes))
        return "".join(difflib.unified_diff(now, then, "modes (now)", "modes (then)", n=0))

    def apply(self) -> None:
        with _told():
            for path, mode in self.modes.items():
                path.chmod(mode)

    def undo(self) -> None:
        """Modes that others have changed since stay."""
        with _told():
            for path, mode in self.modes.items():
                if path.exists() and stat.S_IMODE(path.stat().st_mode) == mode:
                    path.chmod(self._before[path])


def opened(root: Path, user: str, boot_file: str) -> OpenRoot | None:
    """The step, or None where `user` can read all that boots need. The root may be missing yet.

    Raises RefusedError for a root in a home, and UnavailableError for one that this process cannot read.
    """
    modes = {}
    with _told():
        reader = access.account(user)
        for path, wanted in _needed(root.resolve(), boot_file):
            if not access.permitted(access.rights(path), reader, wanted):
                _refuse_private(path, root, user)
                modes[path] = stat.S_IMODE(path.stat().st_mode) | wanted
    return OpenRoot(user, root, modes) if modes else None


def _needed(root: Path, boot_file: str) -> Iterator[tuple[Path, int]]:
    """What must be permitted to others, of each path from `/` to the last file."""
    yield from ((each, _ENTER) for each in reversed(root.parents) if each.exists())
    if not root.exists():
        return
    yield root, _READ | _ENTER
    tree = tftp_root.described(root)
    target = Target(boot_file=os.fsencode(boot_file))
    wanted = {each for name, _ in uses(tree, target) for each in (name, *_named(name, tree[name].head or b""))}
    for name in sorted(wanted):
        found = tree.get(name)
        if found is not None and found.kind is Kind.FILE and not found.outside:
            path = root / os.fsdecode(name)
            yield from ((each, _ENTER) for each in reversed(path.parents) if each.is_relative_to(root) and each != root)
            yield path.resolve(), _READ


def _named(name: bytes, data: bytes) -> Iterator[bytes]:
    """The files that a configuration or an .ins list asks for."""
    if ins.is_list(name, data):
        yield from (normal(part.name) for part, _ in ins.parts(name, data))
        return
    for label in configuration.read(name, data).labels:
        for keyword in (b"kernel", b"initrd"):
            if (named := files.of_label(label, keyword)) is not None:
                yield normal(named.name)


def _refuse_private(path: Path, root: Path, user: str) -> None:
    if path in _homes():
        message = f"{user}, whom dnsmasq runs as, cannot read {root}: {path} is somebody's home"
        raise RefusedError(message, remedy="put the boot files elsewhere, such as to /srv/tftp, with --tftp-root")


def _homes() -> Iterable[Path]:
    """Of people and root."""
    return {Path(each.pw_dir) for each in pwd.getpwall() if each.pw_uid == 0 or each.pw_uid >= _FIRST_PERSON}


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{error.filename}: {error.strerror}"
        raise UnavailableError(message, remedy="this needs root, or a directory of your own") from error
