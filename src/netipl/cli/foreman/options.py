"""What both commands are told: the settings, the URL by which Foreman reaches this proxy, and a user of Foreman."""

import os
import socket
from pathlib import Path
from typing import Annotated, Final

import typer

from netipl.errors import UnavailableError, UsageError
from netipl.integrations.foreman.api import Login
from netipl.integrations.foreman.upstream import Place
from netipl.settings import foreman
from netipl.settings.settings import Settings

PASSWORD: Final = "NETIPL_FOREMAN_PASSWORD"  # noqa: S105 - the name of a variable

Config = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The settings of netipl.")]
ProxyUrl = Annotated[
    str | None,
    typer.Option(
        "--proxy-url",
        metavar="URL",
        help="How Foreman reaches this proxy. Without it this host's name and the port of the settings.",
    ),
]
User = Annotated[str | None, typer.Option("--user", "-u", metavar="NAME", help="A user of Foreman.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help=f"Holds its password or personal access token. Without it ${PASSWORD}, or it is asked for.",
    ),
]


def place(settings: Settings) -> Place:
    """Where Foreman is. Raises UsageError where nobody says."""
    found = foreman.upstream(settings.foreman, settings.placed)
    if found is None:
        raise UsageError("nobody says where Foreman is", remedy='set url = "https://foreman.example.com" in [foreman]')
    return found


def proxy_url(settings: Settings, given: str | None) -> str:
    """Without a slash at its end, as Foreman keeps it. Raises UsageError."""
    if given is not None:
        return given.rstrip("/")
    keys = settings.foreman
    ways = {"https": keys.https, "http": keys.http}
    found = next(((scheme, way.port) for scheme, way in ways.items() if way is not None), None)
    if found is None:
        remedy = "set https in [foreman]; docs/howto/foreman.md"
        raise UsageError("there is no Smart Proxy in these settings", remedy=remedy)
    scheme, port = found
    name = socket.getfqdn()
    if "." not in name or name.startswith("localhost"):
        remedy = f"give --proxy-url {scheme}://NAME:{port}, with the name in the proxy's certificate"
        raise UsageError(f"this host calls itself {name}, by which Foreman would not find it", remedy=remedy)
    return f"{scheme}://{name}:{port}"


def login(user: str, password_file: Path | None) -> Login:
    """Raises UnavailableError and UsageError."""
    if password_file is not None:
        try:
            return Login(user, password_file.read_text("utf-8").strip())
        except (OSError, ValueError) as error:
            raise UnavailableError(f"{password_file}: {error}", remedy="name a file that you may read") from error
    if (given := os.environ.get(PASSWORD)) is not None:
        return Login(user, given)
    if not os.isatty(0):
        raise UsageError(f"there is no password for {user}", remedy=f"give --password-file FILE, or ${PASSWORD}")
    return Login(user, typer.prompt(f"Password of {user}", hide_input=True, err=True))
