"""`netipl network show`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import typer

from netipl.cli.network import options
from netipl.cli.network.described import described, served_by
from netipl.hosting.networks.disabling import change_of_netipl
from netipl.hosting.networks.situation import Situation, look
from netipl.integrations.libvirt.networks import Lease
from netipl.wire import printable


def show(
    name: options.Name, connect: options.Connect = None, config: options.Config = None, *, as_json: options.Json = False
) -> None:
    """Show a network: who serves boots on it, what is on its bridge, its leases, and what netipl has changed."""
    with options.libvirt_of(connect, config) as libvirt:
        situation = look(libvirt, name)
        leases = situation.network.leases() if situation.running_xml is not None else ()
    if as_json:
        typer.echo(json.dumps({**described(situation), "leases": [_lease_as_json(each) for each in leases]}, indent=2))
        return
    for key, value in _rows(situation, leases):
        typer.echo(f"{key:<10} {printable(value, 1024)}")
    if difference := change_of_netipl(situation):
        typer.echo("what netipl has changed:")
        for line in difference.splitlines():
            typer.echo(f"  {printable(line, 1024)}")


def _rows(situation: Situation, leases: tuple[Lease, ...]) -> Iterator[tuple[str, str]]:
    now = situation.now
    state = "active" if situation.running_xml is not None else "inactive"
    yield "network", f"{now.name}, {state}, {'' if situation.starts_by_itself else 'not '}started with the host"
    address = f", {now.interface}" if now.interface is not None else ""
    yield "bridge", f"{now.bridge or 'none'}, mode {now.mode}{address}"
    yield "boots", served_by(now)
    if now.tftp_root is not None:
        yield "TFTP root", str(now.tftp_root)
    if now.boot_file is not None:
        yield "boot file", now.boot_file
    yield from (("range", str(each)) for each in now.ranges)
    yield from (("host", f"{each.address} {each.mac or ''} {each.name}") for each in now.hosts)
    yield from (("option", each) for each in now.options)
    for tap in situation.taps:
        lost = f", not on {now.bridge}" if tap in situation.lost else ""
        yield "guest", f"{tap.guest}: {tap.device} {tap.mac}{lost}"
    for lease in leases:
        until = (
            f"until {datetime.fromtimestamp(lease.expires, UTC):%Y-%m-%d %H:%M:%S}Z" if lease.expires else "for ever"
        )
        yield "lease", f"{lease.address} {lease.mac or ''} {lease.name} {until}"
    if situation.differs:
        yield "later", f"its definition has changed since it was started: {', '.join(situation.differs)}"


def _until(expires: int) -> str:
    return f"until {datetime.fromtimestamp(expires, UTC):%Y-%m-%d %H:%M:%S}Z" if expires else "for ever"


def _lease_as_json(lease: Lease) -> dict[str, str | int]:
    return {
        "address": str(lease.address),
        "mac": str(lease.mac or ""),
        "name": lease.name,
        "expires": lease.expires,
    }
