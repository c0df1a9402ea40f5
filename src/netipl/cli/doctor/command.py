"""`netipl doctor`: what is missing or wrong on this host for boots over the network, with evidence and remedy."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.doctor import asked
from netipl.cli.doctor.page import Page
from netipl.cli.remote.chosen import ApiOption
from netipl.errors import NetiplError, UnavailableError
from netipl.hosting.doctor.examination import examined
from netipl.hosting.doctor.host import Host, Only
from netipl.hosting.doctor.outcome import Outcome
from netipl.integrations.libvirt.connection import SYSTEM
from netipl.machines import qemu
from netipl.settings.load import DEFAULT_PATH, load
from netipl.settings.settings import Settings


def doctor(
    guest: Annotated[
        str | None, typer.Option(metavar="NAME", help="Look at one guest, down to the plan that the daemon has for it.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help=f"The settings; else {DEFAULT_PATH}, if it is there."),
    ] = None,
    connect: Annotated[
        str | None,
        typer.Option(
            metavar="URI",
            envvar="LIBVIRT_DEFAULT_URI",
            show_envvar=False,
            help=f"The libvirt; else that of the settings, or {SYSTEM}.",
        ),
    ] = None,
    program: Annotated[
        Path, typer.Option("--qemu", metavar="PATH", help="The QEMU program, where libvirt names none.")
    ] = Path(qemu.PROGRAM),
    api: ApiOption = None,
    *,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired without harm to anybody.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each thing looked at as one line of JSON.")] = False,
) -> None:
    """Say what is missing or wrong on this host for boots over the network.

    Looks at QEMU and its firmware, libvirt with its networks and guests, ports, firewall, other DHCP servers (by one
    DISCOVER; no lease is taken), files as their server sees them, disk space and clock. It needs no daemon, changes
    nothing without --fix, and sees most as root.

    Exit status: 1 when something would stop a boot.
    """
    page = Page(as_json=as_json)
    settings, error = _settings(config)
    only = Only(name=guest, known=asked.known(guest, api)) if guest is not None else None

    def host() -> Host:
        return Host(uri=connect or _uri(settings), settings=settings, settings_error=error, program=program, only=only)

    def looked() -> list[tuple[str, Outcome]]:
        with page.looking() as begins:
            return list(examined(host(), begins))

    found = looked()
    if fix and _repaired(page, found):
        found = looked()
    raise typer.Exit(page.examination(found))


def _settings(config: Path | None) -> tuple[Settings | None, NetiplError | None]:
    """One of the two, or neither where there are no settings and nobody named any. Raises UnavailableError."""
    try:
        return load(config or DEFAULT_PATH), None
    except UnavailableError:
        if config is not None:
            raise
        return None, None
    except NetiplError as error:
        return None, error


def _uri(settings: Settings | None) -> str:
    named = settings.libvirt if settings is not None else None
    return named.uri if named is not None else SYSTEM


def _repaired(page: Page, found: list[tuple[str, Outcome]]) -> bool:
    """Whether anything was tried."""
    repairs = [outcome.repair for _, outcome in found if outcome.repair is not None]
    for each in repairs:
        words, failure = each.words, None
        try:
            each.apply()
        except NetiplError as error:
            failure = error
        page.repair(words, failure)
    return bool(repairs)
