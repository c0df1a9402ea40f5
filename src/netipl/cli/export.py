"""`netipl export`: the files of all guests in a directory, and the lines that another DHCP server needs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal

from netipl.cli.image.making import progress
from netipl.content import Content
from netipl.errors import UsageError
from netipl.guests.network import Network
from netipl.hosting import exported
from netipl.integrations import selinux
from netipl.integrations.export import dnsmasq, isc, kea
from netipl.integrations.export.hosts import Site
from netipl.provisioning.difference import Step
from netipl.provisioning.export import Export, LeftOut
from netipl.settings.load import DEFAULT_PATH, load
from netipl.settings.settings import Settings
from netipl.store import export_directory, exports
from netipl.store.export_directory import FileChange
from netipl.wire import printable


class DhcpServer(StrEnum):
    """Whose lines are printed."""

    DNSMASQ = "dnsmasq"
    KEA = "kea"
    ISC = "isc"


_LINES = {DhcpServer.DNSMASQ: dnsmasq.lines, DhcpServer.KEA: kea.lines, DhcpServer.ISC: isc.lines}
_WRITES = (Step.ADD, Step.REPLACE)


def export(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", show_default=False, help="The directory; else `export` in the table tftp of the settings."
        ),
    ] = None,
    config: Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The settings.")] = DEFAULT_PATH,
    dhcp_config: Annotated[
        DhcpServer | None,
        typer.Option(show_default=False, help="Only print the lines that this DHCP server needs for DIR."),
    ] = None,
    tftp_server: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The TFTP server in these lines; else `server` of each network.")
    ] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over, or remove, what is not ours or was changed by others.")
    ] = False,
    link: Annotated[
        bool, typer.Option("--link", help="Link kernels and initrds instead of copying, where that can be.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each name and what is done as one line of JSON.")
    ] = False,
) -> None:
    """Write the boot files of all guests to a directory, for dnsmasq or any other TFTP server.

    Guests that are installed by builds get the way to their disk, and never an installer: use `netipl serve` for that.
    What the directory has besides is not touched, and the files of guests that are gone go. Everybody whom that server
    answers can read all of it.

    Exit status: 0 when the directory is as the settings want it, 1 when a guest or a file was left out.
    """
    settings = load(config)
    root = _directory(directory, settings)
    wanted = exported.wanted(settings)
    found = wanted.export()
    if dhcp_config is not None:
        server = _address(tftp_server) if tftp_server else None
        _print_lines(dhcp_config, Site(networks=wanted.networks, clients=found.clients, root=root, server=server))
        raise typer.Exit(_say_left_out(found.left_out, as_json=False))
    steps = _done(root, found.tree, dry_run=dry_run, force=force, link=link)
    statuses = _say_left_out(found.left_out, as_json=as_json), _say(root, steps, dry_run=dry_run, as_json=as_json)
    if not as_json:
        _say_whom_default_is_for(found, wanted.open_networks)
    raise typer.Exit(max(statuses))


def _directory(given: Path | None, settings: Settings) -> Path:
    root = given or settings.tftp_export
    if root is None:
        raise UsageError("no directory to export to", remedy="name one, or set export in [tftp] of the settings")
    return root.absolute()


def _done(root: Path, tree: Mapping[str, Content], *, dry_run: bool, force: bool, link: bool) -> list[FileChange]:
    """What was done, or would be."""
    if dry_run:
        return export_directory.changes(root, tree, force=force, link=link)
    with export_directory.locked(root):
        steps = export_directory.changes(root, tree, force=force, link=link)
        size = sum(each.size for each in steps if each.step in _WRITES and each.link is None)
        with progress(size, "exporting") as advance:
            export_directory.apply(root, tree, steps, progress=advance)
    return steps


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise UsageError(f"{text!r} is no IPv4 address", remedy="write it as 192.0.2.1") from None


def _print_lines(server: DhcpServer, site: Site) -> None:
    for line in _LINES[server](site):
        typer.echo(line)


def _say_left_out(left_out: Iterable[LeftOut], *, as_json: bool) -> int:
    """Whom nothing is exported for, and why; the exit status."""
    status = 0
    for each in left_out:
        status = 1
        if as_json:
            typer.echo(
                json.dumps({"step": "leave-out", "guest": each.name, "reason": each.reason, "remedy": each.remedy})
            )
        else:
            typer.echo(f"netipl: guest {each.name} is left out: {each.reason}\n        {each.remedy}", err=True)
    return status


def _say(root: Path, steps: Iterable[FileChange], *, dry_run: bool, as_json: bool) -> int:
    """All that is done, and what is left as it is; the exit status."""
    done = list(steps)
    for each in done:
        if as_json:
            typer.echo(json.dumps(_as_json(each)))
        elif each.step is Step.LEAVE:
            typer.echo(f"netipl: {printable(str(root / each.name))} is left as it is: {each.why}", err=True)
            typer.echo(f"        {each.remedy}", err=True)
        elif each.step is not Step.KEEP:
            typer.echo(f"{each.step:<8} {printable(each.name)}{_detail(each)}")
    if not as_json:
        for line in _summary(root, done, dry_run=dry_run):
            typer.echo(line)
    return 1 if any(each.step is Step.LEAVE for each in done) else 0


def _say_whom_default_is_for(export: Export, networks: Iterable[Network]) -> None:
    for client in export.clients:
        if client.guest is None:
            names = sorted(name for name in client.tree if not name.startswith("boot/"))
            served = ", ".join(network.name for network in networks)
            typer.echo(f"{', '.join(names)}: what unknown clients boot, since they are served in {served}")


def _detail(change: FileChange) -> str:
    if change.step not in _WRITES:
        return ""
    return f"  {decimal(change.size)}" + (f", a link to {printable(str(change.link))}" if change.link else "")


def _as_json(change: FileChange) -> dict[str, str | int | None]:
    return {
        "step": change.step.value,
        "name": change.name,
        "size": change.size,
        "link": str(change.link) if change.link else None,
        "reason": change.why,
        "remedy": change.remedy,
    }


def _summary(root: Path, steps: Iterable[FileChange], *, dry_run: bool) -> Iterator[str]:
    counts = exports.counted(steps)
    shown = ", ".join(f"{counts[step]} {words}" for step, words in _WORDS.items())
    yield f"{root}: {shown}" + ("; nothing is done, this is a dry run" if dry_run else "")
    if selinux.is_here() and not dry_run:
        yield "for SELinux, once (public_content_t instead of tftpdir_t if other servers read it too):"
        yield from (f"  {command}" for command in selinux.commands(root))


_WORDS = {
    Step.ADD: "added",
    Step.REPLACE: "replaced",
    Step.REMOVE: "removed",
    Step.KEEP: "as they were",
    Step.LEAVE: "left as they are",
}
