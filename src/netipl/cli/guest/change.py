"""`netipl guest set`: read, changed, and written back if nobody else has changed it in between."""

from typing import Any

import typer

from netipl.cli.guest import options
from netipl.cli.remote.api import guest_path
from netipl.cli.remote.group import connected
from netipl.errors import UsageError


def change(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.Name,
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
    """Change what is known of a guest.

    What is not given stays as it is, and empty text takes it out: `--profile ''`, `--set packages=`. A boot that is
    under way goes on with what it was given.
    """
    given: dict[str, Any] = {  # Any: each option its own
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
    }
    if all(value is None for value in (*given.values(), sets, choices)):
        raise UsageError("there is nothing to change", remedy="give an option, such as --profile NAME")
    with connected(context) as api:
        before, etag = options.known(api, name)
        own = options.chosen(before.document.get("choices", {}), sets, choices)
        after = options.changed(before.document, {**given, "choices": own})
        if after == before.document:
            typer.echo(f"{before.name}: it is so already")
            return
        api.put(guest_path(name), after, etag)
        typer.echo(f"{before.name}: changed")
        options.tell_of_profile(api, profile)
