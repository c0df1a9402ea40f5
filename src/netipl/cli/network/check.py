"""`netipl network check`: what is wrong with networks that guests boot over."""

import json
from collections import Counter
from typing import Annotated

import typer

from netipl.cli.network import options, telling
from netipl.firmware.rules import Severity
from netipl.hosting.networks import checking
from netipl.hosting.networks.situation import look, look_at_all


def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NETWORK]...", show_default=False, help="Their names; else all.")
    ] = None,
    connect: options.Connect = None,
    config: options.Config = None,
    *,
    as_json: options.Json = False,
) -> None:
    """Check networks against what the s390-ccw firmware needs, and say what helps.

    Exit status: 0 when nothing is wrong or only warnings and notes are, 1 when something would stop a boot.
    """
    settings = options.settings(config)
    with options.libvirt_of(connect, config) as libvirt:
        situations = [look(libvirt, name) for name in names] if names else look_at_all(libvirt)
        findings = [finding for each in situations for finding in checking.check(each, settings)]
    counts = Counter(each.severity for each in findings)
    for each in findings:
        if as_json:
            typer.echo(json.dumps(telling.finding_as_json(each)))
        else:
            telling.told(each)
    if not as_json:
        told = ", ".join(f"{counts[each]} {each}{'' if counts[each] == 1 else 's'}" for each in Severity)
        typer.echo(f"{len(situations)} {'network' if len(situations) == 1 else 'networks'} checked: {told}")
    raise typer.Exit(1 if counts[Severity.ERROR] else 0)
