"""`netipl network enable`: a network serves boots, by libvirt's dnsmasq or by netipl."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.network import options, telling
from netipl.errors import UnavailableError, UsageError
from netipl.firmware.rules import Severity
from netipl.hosting.networks import checking, enabling
from netipl.hosting.networks.beside_libvirt import beside, refuse
from netipl.hosting.networks.enabling import Asked
from netipl.hosting.networks.situation import Situation, look
from netipl.hosting.serving import plans
from netipl.integrations.libvirt.network_record import Server

Root = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        show_default=False,
        help="What dnsmasq serves; else `export` in the table tftp of the settings, the network's root, "
        f"or {enabling.DEFAULT_ROOT}.",
    ),
]
Stp = Annotated[
    bool | None,
    typer.Option(
        "--stp/--no-stp",
        show_default=False,
        help="Whether the bridge keeps the spanning tree protocol, which makes boots slow and rings harmless. "
        "Else it does where more than taps of guests is on it.",
    ),
]

_WAYS = {Server.DNSMASQ: plans.by_dnsmasq, Server.NETIPL: plans.by_netipl}


def enable(  # noqa: PLR0917 - one parameter for each option of the command
    name: options.Name,
    server: Annotated[
        Server, typer.Option(help="Who serves: libvirt's own dnsmasq, or netipl, which takes DHCP and TFTP over.")
    ],
    tftp_root: Root = None,
    boot_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="What dnsmasq names to all that have none of their own: a file in the root, or / to look in "
            "pxelinux.cfg/. Else as the settings say, or /.",
        ),
    ] = None,
    connect: options.Connect = None,
    config: options.Config = None,
    *,
    stp: Stp = None,
    no_restart: options.NoRestart = False,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Make a network serve boots, at once.

    What would change is shown first, with what it means for others. Running guests keep their connection when the
    network has to restart. Call it again when guests or settings have changed; `netipl network disable` takes it back.

    Exit status: 0 when the network serves boots, 1 when it cannot or somebody says no.
    """
    _check_fits(server, tftp_root, boot_file)
    path = options.path(config)
    settings = options.settings(config) if server is Server.DNSMASQ else None
    with options.libvirt_by(connect, path) as libvirt:
        asked = Asked(settings=settings, root=tftp_root, boot_file=boot_file, later=no_restart, stp=stp)
        plan = _WAYS[server](_changeable(look(libvirt, name), config), asked, path)
        telling.carried_out(plan, yes=yes, dry_run=dry_run, as_json=as_json)
        if not (dry_run or as_json):
            _tell_what_is_left(look(libvirt, name))


def _check_fits(server: Server, tftp_root: Path | None, boot_file: str | None) -> None:
    if server is Server.NETIPL and (tftp_root is not None or boot_file is not None):
        raise UsageError("--tftp-root and --boot-file are for dnsmasq", remedy="leave them out with --server netipl")


def _changeable(situation: Situation, config: Path | None) -> Situation:
    """By settings that can be read; whoever is to write them tells what is wrong with others. Raises RefusedError."""
    with suppress(UsageError, UnavailableError):
        refuse(beside(options.settings(config), situation.now), situation.now)
    return situation


def _tell_what_is_left(situation: Situation) -> None:
    for finding in checking.check(situation):
        if finding.severity is not Severity.NOTE:
            telling.told(finding)
