"""`netipl profile add`."""

import typer

from netipl.cli.profile import options
from netipl.cli.remote.group import connected


def add(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.NewName,
    file: options.From = None,
    base: options.Base = None,  # noqa: ARG001 - read by `options.given`, as all that follow
    medium: options.Medium = None,  # noqa: ARG001
    agent: options.Agent = None,  # noqa: ARG001
    template: options.Template = None,  # noqa: ARG001
    append: options.Append = None,  # noqa: ARG001
    timezone: options.Timezone = None,  # noqa: ARG001
    language: options.Language = None,  # noqa: ARG001
    keyboard: options.Keyboard = None,  # noqa: ARG001
    layout: options.DiskLayout = None,  # noqa: ARG001
    root_password: options.RootPassword = None,  # noqa: ARG001
    ssh_keys: options.SshKeys = None,  # noqa: ARG001
    packages: options.Packages = None,  # noqa: ARG001
    sets: options.Sets = None,  # noqa: ARG001
) -> None:
    """Make a profile.

    A medium needs none: it is a profile of its own name, with nothing chosen. One that is made with that name stands in
    its place.
    """
    said = options.checked(name, options.given(context), file)
    with connected(context) as api:
        api.put(options.path(name), said, "")
    typer.echo(f"{said['name']}: added")
