"""The settings file as a step: the table of a network goes in or out, and everything else stays as it is written.

What the file would say is checked before anything is done. Its owner and mode stay, too.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Final

from netipl import content
from netipl.errors import ConflictError, RefusedError, UnavailableError, UsageError
from netipl.guests.network import Network
from netipl.settings.load import read
from netipl.settings.settings import Settings
from netipl.settings.tables import Header, Value, commented_out, with_table, without_table, written
from netipl.store import writing

_MODE: Final = 0o644
_LIBVIRT: Final = ("libvirt",)
_COMMENT: Final = "by `netipl network enable`"
_DEFAULT: Final = Network(name="", subnet=IPv4Network("0.0.0.0/0"), server=IPv4Address("0.0.0.0"))  # noqa: S104


@dataclass(slots=True)
class WriteSettings:
    """None is a file that is not there."""

    path: Path
    words: str
    before: str | None
    after: str | None
    consequences: tuple[str, ...] = ()
    _made: list[Path] = field(default_factory=list)

    @property
    def difference(self) -> str:
        old, new = ((text or "").splitlines(keepends=True) for text in (self.before, self.after))
        return "".join(difflib.unified_diff(old, new, f"{self.path} (now)", f"{self.path} (then)"))

    def apply(self) -> None:
        self._change(self.before, self.after)

    def undo(self) -> None:
        self._change(self.after, self.before)
        for directory in reversed(self._made):
            with suppress(OSError):  # somebody else has put something there
                directory.rmdir()

    def _change(self, expected: str | None, wanted: str | None) -> None:
        if text(self.path) != expected:
            raise ConflictError(f"{self.path} was changed meanwhile", remedy="look at it, and do this again")
        try:
            if wanted is None:
                self.path.unlink()
                return
            self._made += _made_directories(self.path.parent)
            owner = self.path.stat() if expected is not None else None
            if owner is None:
                writing.replace(content.inline(wanted.encode()), self.path, mode=_MODE, progress=_silent)
            else:
                writing.to_file(content.inline(wanted.encode()), self.path, progress=_silent)
                os.chown(self.path, owner.st_uid, owner.st_gid)
        except OSError as error:
            raise UnavailableError(f"{self.path}: {error.strerror}", remedy="do this as root") from error


def adding(path: Path, network: Network, uri: str) -> WriteSettings | None:
    """The table of `network` goes in, and libvirt's URI, as far as they are not there; None where nothing is missing.

    Raises UsageError for a file that is wrong, or would be; RefusedError where it has another network of that name, or
    on that interface.
    """
    before = text(path)
    new = before or ""
    said = _said(new, path)
    if _of_interface(said, network.interface) is None:
        if network.name in said.get("networks", {}):
            remedy = f"give the one in {path} another name"
            raise RefusedError(f"{path} has another network {network.name} already", remedy=remedy)
        new = with_table(new, _header(network.name), keys(network), comment=_COMMENT)
    if "libvirt" not in said:
        new = with_table(new, _LIBVIRT, {"uri": uri}, comment=_COMMENT)
    _check_alike(network, read(new, path))
    if new == before:
        return None
    return WriteSettings(path, f"name the network {network.name} in {path}", before, new)


def removing(path: Path, interface: str) -> WriteSettings | None:
    """The network on `interface` goes out; with the last one a file goes that says nothing else. None: it has none.

    A table that somebody else wrote becomes a comment. Raises RefusedError where guests of the file are in it, or where
    only its writer can take it out.
    """
    before = text(path)
    said = _said(before or "", path)
    name = _of_interface(said, interface)
    if before is None or name is None:
        return None
    if guests := [guest for guest, keys in said.get("guests", {}).items() if keys.get("network") == name]:
        remedy = f"take them out of {path}, or give them another network"
        raise RefusedError(f"guests of {path} are in the network {name}: {', '.join(guests)}", remedy=remedy)
    header = _header(name)
    if _is_ours(before, header):
        words, told = f"take the network {name} out of {path}", list[str]()
        new = without_table(before, header, comment=_COMMENT)
    else:
        words = f"make the network {name} in {path} a comment"
        told = [f"[{written(header)}] was not written by `netipl network enable`: its lines stay behind #"]
        new = commented_out(before, header)
    if "networks" in tomllib.loads(new):
        read(new, path)
        return WriteSettings(path, words, before, new, tuple(told))
    if _is_ours(new, _LIBVIRT):
        new = without_table(new, _LIBVIRT, comment=_COMMENT)
    if not new:
        return WriteSettings(path, f"remove {path}, which says nothing else", before, None)
    told.append(f"{path} names no network any more: `netipl serve` does not start with it")
    return WriteSettings(path, words, before, new, tuple(told))


def as_if_there(path: Path, network: Network) -> Settings:
    """What the file would say with a table of `network`, which it has not, or if it was there. Raises as `adding`."""
    new = text(path) or ""
    name = network.name if network.name not in _said(new, path).get("networks", {}) else f"{network.name}-before"
    return read(with_table(new, _header(name), keys(network), comment=_COMMENT), path)


def _is_ours(text: str, header: Header) -> bool:
    """Whether the table is there, and was put there by us."""
    return f"# {_COMMENT}\n[{written(header)}]\n" in text.replace("\r\n", "\n")


def uri(path: Path) -> str | None:
    """Of the libvirt that the file names, whatever else is in it. Raises UsageError and UnavailableError."""
    libvirt = _said(text(path) or "", path).get("libvirt")
    return libvirt.get("uri") if isinstance(libvirt, Mapping) else None


def text(path: Path) -> str | None:
    """What stands in the file, to the byte; None where there is none. Raises UnavailableError and UsageError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text", remedy="save it as UTF-8") from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="do this as root") from error


def keys(network: Network) -> dict[str, Value]:
    """What the table of `network` says: all in which it differs from one that says nothing more."""
    said: dict[str, Value] = {
        "interface": str(network.interface),
        "subnet": str(network.subnet),
        "server": str(network.server),
    }
    if network.dns:
        said["dns"] = [str(address) for address in network.dns]
    if network.domain:
        said["domain"] = network.domain
    if network.pools:
        said["pools"] = [str(pool) for pool in network.pools]
    if network.lease_time != _DEFAULT.lease_time:
        said["lease_time"] = f"{int(network.lease_time.total_seconds())}s"
    return said | {"authoritative": network.authoritative, "unknown": network.unknown.value}


def _check_alike(network: Network, settings: Settings) -> None:
    """Raises RefusedError where the file has had a network on that interface that is another."""
    there = next(each for each in settings.networks() if each.interface == network.interface)
    if (there.subnet, there.server) != (network.subnet, network.server):
        what = (
            f"{there.subnet} with our address {there.server}, and libvirt's is {network.subnet} with {network.server}"
        )
        raise RefusedError(
            f"{settings.path}: network {there.name} on {network.interface} is {what}",
            remedy="correct it there, or take it out: it is written anew",
        )


def _said(text: str, path: Path) -> dict[str, Any]:  # Any: TOML
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}", remedy="correct that line; see https://toml.io") from error


def _of_interface(said: Mapping[str, Any], interface: str | None) -> str | None:  # Any: TOML
    networks = said.get("networks", {}).items()
    return next((name for name, keys in networks if keys.get("interface") == interface), None)


def _header(name: str) -> tuple[str, str]:
    return ("networks", name)


def _made_directories(directory: Path) -> list[Path]:
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _silent(_: int) -> None:
    """Nobody waits that long for a settings file."""
