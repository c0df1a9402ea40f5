"""`netipl db`: looks after the database. One module for each verb."""

import typer

from netipl.cli.db import backup, check, restore, upgrade
from netipl.cli.lazy import CONTEXT
from netipl.cli.options import paragraphs

app = typer.Typer(no_args_is_help=True, add_completion=False, context_settings=CONTEXT, help="Look after the database.")

for _name, _command in (
    ("check", check.check),
    ("backup", backup.backup),
    ("restore", restore.restore),
    ("upgrade", upgrade.upgrade),
):
    app.command(name=_name, help=paragraphs(_command))(_command)
