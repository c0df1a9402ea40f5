"""`netipl guest add`."""

import typer

from netipl.cli.guest import options
from netipl.cli.remote.group import connected
from netipl.errors import UsageError


def add(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.NewName,
    mac: options.Macs = None,
    uuid: options.Uuid = None,
    network: options.Network = None,
    address: options.Address = None,
    profile: options.Profile = None,
    firmware: options.Firmware = None,
    cpu: options.Cpu = None,
    disk: options.Disk = None,
    append: options.Append = None,
    method: options.Method = None,
    local_boot: options.LocalBootOption = None,
    client_id: options.ClientId = None,
    sets: options.Sets = None,
    choices: options.ChoicesFile = None,
) -> None:
    """Make a guest known to the daemon.

    Nothing is installed by that: `netipl guest build` asks for it, once each time.
    """
    if not mac:
        raise UsageError("a guest is known by its MAC address", remedy="give one at least: --mac 52:54:00:13:33:0a")
    said = options.stated(
        name,
        {
            "mac": mac,
            "uuid": uuid,
            "client_id": client_id,
            "network": network,
            "address": address,
            "profile": profile,
            "firmware": firmware,
            "cpu": cpu,
            "disk": disk,
            "append": append,
            "method": method,
            "local_boot": local_boot,
            "choices": options.chosen({}, sets, choices),
        },
    )
    with connected(context) as api:
        api.post("guests", said)
        typer.echo(f"{said['name']}: added")
        options.tell_of_profile(api, profile)
