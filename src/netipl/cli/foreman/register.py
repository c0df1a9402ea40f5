"""`netipl foreman register`."""

from typing import Annotated
from urllib.parse import urlsplit

import typer

from netipl.cli.foreman.options import Config, PasswordFile, ProxyUrl, User, login, place, proxy_url
from netipl.integrations.foreman.api import ForemanApi
from netipl.integrations.foreman.chain import seen
from netipl.settings.load import DEFAULT_PATH, load


def register(
    user: User = "admin",
    password_file: PasswordFile = None,
    proxy: ProxyUrl = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What Foreman calls it; else the host of the URL.")
    ] = None,
    config: Config = DEFAULT_PATH,
) -> None:
    """Register this Smart Proxy with Foreman, or have Foreman look at it anew.

    netipl serves already: Foreman connects to it before it answers.
    """
    settings = load(config)
    where, url = place(settings), proxy_url(settings, proxy)
    seen(url, where.authority)
    with ForemanApi(where, login(user or "admin", password_file)) as api:
        known = api.registered(url)
        if known is None:
            made = api.register(name or urlsplit(url).hostname or url, url)
            typer.echo(f"{made.name}: registered as Smart Proxy {made.id}, at {url}")
        else:
            api.refresh(known)
            typer.echo(f"{known.name}: was registered as Smart Proxy {known.id}, and is refreshed")
