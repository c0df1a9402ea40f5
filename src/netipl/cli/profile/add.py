"""`netipl profile add`."""

import typer

from netipl.cli.profile import options
from netipl.cli.remote.group import connected


def add(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.NewName,
    file: options.From = None,
    base: options.Base = None,
    medium: options.Medium = None,
    agent: options.Agent = None,
    template: options.Template = None,
    append: options.Append = None,
    timezone: options.Timezone = None,
    language: options.Language = None,
    keyboard: options.Keyboard = None,
    layout: options.DiskLayout = None,
    root_password: options.RootPassword = None,
    ssh_keys: options.SshKeys = None,
    packages: options.Packages = None,
    finish_file: options.Finish = None,
    sets: options.Sets = None,
) -> None:
    """Make a profile.

    A medium needs none: it is a profile of its own name, with nothing chosen. One that is made with that name stands in
    its place.
    """
    said = options.checked(name, options.given(context), file)
    with connected(context) as api:
        api.put(options.path(name), said, "")
    typer.echo(f"{said['name']}: added")
