"""`netipl profile set`: read, changed, and written back if nobody else has changed it in between."""

import typer

from netipl.cli.profile import options
from netipl.cli.remote.group import connected
from netipl.errors import RefusedError, UsageError
from netipl.guests.profile import ProfileOrigin
from netipl.guests.reading import EMPTY


def change(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.Name,
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
    """Change a profile.

    What is not given stays as it is, and empty text takes it out: `--template ''`. A list takes the place of the one
    before. A boot that is under way goes on with what it was given.
    """
    given = options.given(context)
    if not given:
        raise UsageError("there is nothing to change", remedy="give an option, such as --timezone Europe/Prague")
    with connected(context) as api:
        before, origin, etag = options.known(api, name)
        if origin == ProfileOrigin.SETTINGS:
            remedy = "change it there, and reload netipl"
            raise RefusedError(f"profile {name} is in the settings file", remedy=remedy)
        kept = {key: value for key, value in (before | given).items() if value not in (*EMPTY, [""])}
        after = options.checked(name, kept, file)
        if after == before:
            typer.echo(f"{name}: it is so already")
            return
        api.put(options.path(name), after, etag)
    typer.echo(f"{name}: changed")
