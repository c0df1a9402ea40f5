"""Options that the commands of networks share, and how they lead to libvirt and the settings."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from netipl.hosting.serving import settings_file
from netipl.integrations.libvirt.connection import SYSTEM, Connection, connected
from netipl.settings.load import DEFAULT_PATH, load
from netipl.settings.settings import Settings

Name = Annotated[str, typer.Argument(metavar="NETWORK", help="Its name with libvirt.")]
Connect = Annotated[
    str | None,
    typer.Option(
        "--connect",
        metavar="URI",
        envvar="LIBVIRT_DEFAULT_URI",
        show_default=False,
        help="Which libvirt; else `uri` in the table libvirt of the settings, or qemu:///system.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", show_default=False, help=f"The settings; else {DEFAULT_PATH}, if it is there."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]
NoRestart = Annotated[
    bool, typer.Option("--no-restart", help="Leave a running network as it is: it changes when it is started next.")
]


def path(config: Path | None) -> Path:
    """Where the settings are, or would be."""
    return (config or DEFAULT_PATH).absolute()


def settings(config: Path | None) -> Settings | None:
    """Those of a file that is named, or of the usual one; None where that is not there. Raises UsageError.

    None, too, where it has no network, as `disable` may leave it: then there are no guests to serve either.
    """
    if config is None and not DEFAULT_PATH.exists():
        return None
    text = settings_file.text(path(config))
    if text is not None and _has_no_network(text):
        return None
    return load(config or DEFAULT_PATH)


@contextmanager
def libvirt_of(connect: str | None, config: Path | None) -> Iterator[Connection]:
    """The libvirt that is meant. Raises UsageError for settings that are wrong, and UnavailableError."""
    found = settings(config)
    configured = found.libvirt.uri if found is not None and found.libvirt is not None else None
    with libvirt_by(connect or configured, path(config)) as connection:
        yield connection


@contextmanager
def libvirt_by(connect: str | None, path: Path) -> Iterator[Connection]:
    """The libvirt that is meant where the settings at `path` may not be there yet, or be wrong. Raises NetiplError."""
    with connected(connect or settings_file.uri(path) or SYSTEM) as connection:
        yield connection


def _has_no_network(text: str) -> bool:
    try:
        return not tomllib.loads(text).get("networks")
    except tomllib.TOMLDecodeError:
        return False  # which is said by whoever loads it
