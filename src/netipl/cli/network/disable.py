"""`netipl network disable`: a network as it was before netipl served it."""

from netipl.cli.network import options, telling
from netipl.hosting.networks.situation import look
from netipl.hosting.serving.plans import restored


def disable(
    name: options.Name,
    connect: options.Connect = None,
    config: options.Config = None,
    *,
    no_restart: options.NoRestart = False,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Give a network back as it was before netipl served it.

    What others have changed since stays, and is shown.
    """
    path = options.path(config)
    with options.libvirt_by(connect, path) as libvirt:
        plan = restored(look(libvirt, name), path, later=no_restart)
        telling.carried_out(plan, yes=yes, dry_run=dry_run, as_json=as_json)
