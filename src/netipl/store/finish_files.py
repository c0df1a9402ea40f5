"""What finish scripts need, as files of the state directory: the daemon's key, each build's host key and script.

    id_ed25519, id_ed25519.pub    by which netipl logs in
    BUILD/host, BUILD/host.pub    the host key that the seed of that build has
    BUILD/known_hosts             the same, for the one who logs in
    BUILD/script                  as it was when the build was asked for

A build's directory appears at once and whole.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.answers.facts import FinishKeys
from netipl.errors import UnavailableError

_OWN: Final = "id_ed25519"
_PARTIAL: Final = "."

MakeKey = Callable[[Path, str], None]
"""Makes a key at that path, with that comment."""


class FinishFiles:
    """In `directory`, which is made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def identity(self) -> Path:
        return self.directory / _OWN

    def of(self, build: str) -> Path:
        """The directory of that build, by its identifier."""
        return self.directory / build

    def has(self, build: str) -> bool:
        return self.of(build).is_dir()

    def script(self, build: str) -> Path:
        return self.of(build) / "script"

    def known_hosts(self, build: str) -> Path:
        return self.of(build) / "known_hosts"

    def keys(self, build: str) -> FinishKeys | None:
        """None where it has no finish script. Raises UnavailableError."""
        if not self.has(build):
            return None
        try:
            host = self.of(build) / "host"
            return FinishKeys(
                host_private=host.read_text("ascii"),
                host_public=_public(host).read_text("ascii").strip(),
                login=_public(self.identity).read_text("ascii").strip(),
            )
        except (OSError, UnicodeError) as error:
            raise _lost(self.of(build), error) from error

    def make(self, build: str, script: str, *, make_key: MakeKey, known_host: Callable[[str], str]) -> None:
        """Blocks. Raises UnavailableError."""
        partial = self.of(f"{_PARTIAL}{build}")
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_own(make_key)
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(mode=0o700)
            make_key(partial / "host", build)
            line = known_host(_public(partial / "host").read_text("ascii"))
            (partial / "known_hosts").write_text(line, "ascii")
            (partial / "script").write_text(script, "utf-8")
            partial.rename(self.of(build))
        except OSError as error:
            raise _lost(self.directory, error) from error

    def _make_own(self, make_key: MakeKey) -> None:
        """The public half last, so that whoever finds it finds both."""
        if _public(self.identity).exists():
            return
        made = self.directory / f"{_PARTIAL}{_OWN}"
        for path in (made, _public(made)):
            path.unlink(missing_ok=True)
        make_key(made, "netipl")
        made.rename(self.identity)
        _public(made).rename(_public(self.identity))

    def remove(self, build: str) -> None:
        """Whether or not it is there."""
        shutil.rmtree(self.of(build), ignore_errors=True)

    def builds(self) -> set[str]:
        """Those of which there is anything; what was left half made is removed."""
        with suppress(FileNotFoundError):
            there = {path.name for path in self.directory.iterdir() if path.is_dir()}
            for name in there:
                if name.startswith(_PARTIAL):
                    self.remove(name)
            return {name for name in there if not name.startswith(_PARTIAL)}
        return set()


def _public(key: Path) -> Path:
    return key.with_name(f"{key.name}.pub")


def _lost(path: Path, error: Exception) -> UnavailableError:
    words = error.strerror if isinstance(error, OSError) else str(error)
    return UnavailableError(f"{path}: {words}", remedy="see that the state directory is sound, and netipl's own")
