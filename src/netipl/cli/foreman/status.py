"""`netipl foreman status`."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.foreman.options import Config, PasswordFile, ProxyUrl, User, login, place, proxy_url
from netipl.errors import NetiplError
from netipl.integrations.foreman.api import ForemanApi
from netipl.integrations.foreman.chain import Finding, judged, of_clocks, of_trust, seen
from netipl.settings.load import DEFAULT_PATH, load
from netipl.settings.settings import Settings


def status(
    user: User = None,
    password_file: PasswordFile = None,
    proxy: ProxyUrl = None,
    config: Config = DEFAULT_PATH,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print each finding as one line of JSON.")] = False,
) -> None:
    """Say what is missing between Foreman and this Smart Proxy.

    Looks at the certificate as Foreman would, at the features that run and, with a user of
    Foreman, at whether it is registered, at both clocks and at whether the proxy lets the
    certificate of Foreman in. Exit status 1 if anything is wrong.
    """
    settings = load(config)
    findings = [*_of_proxy(settings, proxy), *(_of_foreman(settings, proxy, user, password_file) if user else ())]
    for finding in findings:
        _say(finding, as_json=as_json)
    if not user and not as_json:
        typer.echo("whether Foreman knows this proxy was not looked at: give --user", err=True)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def _of_proxy(settings: Settings, proxy: str | None) -> Iterator[Finding]:
    url, keys = proxy_url(settings, proxy), settings.foreman
    authority = keys.url_ca or keys.tls_ca
    try:
        found = seen(url, settings.placed(authority) if authority is not None else None)
    except NetiplError as error:
        yield Finding(what=str(error), is_well=False, remedy=error.remedy)
        return
    yield Finding(what=f"{url} answers as Foreman needs it", is_well=True)
    yield from judged(found, frozenset(keys.modules), datetime.now(UTC))


def _of_foreman(settings: Settings, proxy: str | None, user: str, password_file: Path | None) -> Iterator[Finding]:
    url = proxy_url(settings, proxy)
    try:
        with ForemanApi(place(settings), login(user, password_file)) as api:
            there = api.look()
            yield of_clocks(datetime.now(UTC), there.at)
            yield from of_trust(there.common_name, settings.foreman.trusted_hosts)
            known = api.registered(url)
    except NetiplError as error:
        yield Finding(what=str(error), is_well=False, remedy=error.remedy)
        return
    if known is None:
        yield Finding(what=f"Foreman knows no proxy at {url}", is_well=False, remedy="netipl foreman register")
        return
    yield Finding(what=f"registered as {known.name}, with {', '.join(known.features) or 'no features'}", is_well=True)


def _say(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"what": finding.what, "ok": finding.is_well, "remedy": finding.remedy}) + "\n")
        return
    typer.echo(f"{'ok     ' if finding.is_well else 'wrong  '} {finding.what}")
    if finding.remedy:
        typer.echo(f"        {finding.remedy}")
