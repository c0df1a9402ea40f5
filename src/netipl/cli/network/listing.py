"""`netipl network list`."""

import json

import typer

from netipl.cli.network import options
from netipl.cli.network.described import described, served_by
from netipl.cli.remote.group import table
from netipl.hosting.networks.situation import Situation, look_at_all

_HEADS = ("name", "state", "mode", "bridge", "subnet", "boots", "guests")


def listing(connect: options.Connect = None, config: options.Config = None, *, as_json: options.Json = False) -> None:
    """List the networks of libvirt, and who serves boots on them."""
    with options.libvirt_of(connect, config) as libvirt:
        found = look_at_all(libvirt)
        if as_json:
            for each in found:
                typer.echo(json.dumps(described(each)))
        else:
            table(_HEADS, map(_row, found))


def _row(situation: Situation) -> list[str]:
    now = situation.now
    return [
        now.name,
        "active" if situation.running_xml is not None else "inactive",
        now.mode,
        now.bridge,
        str(now.interface.network) if now.interface is not None else "",
        served_by(now),
        str(len(situation.guests)),
    ]
