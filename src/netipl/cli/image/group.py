"""`netipl image`: looks at boot files and makes them. One module for each verb."""

import typer

from netipl.cli.image import combine, ins_build, ins_combine, ins_show, inspect, overlay, reipl
from netipl.cli.lazy import CONTEXT
from netipl.cli.options import paragraphs

app = typer.Typer(
    no_args_is_help=True, add_completion=False, context_settings=CONTEXT, help="Look at boot files and make them."
)
_ins = typer.Typer(no_args_is_help=True, context_settings=CONTEXT, help="Read and write .ins lists.")
app.add_typer(_ins, name="ins")

for _group, _name, _command in (
    (app, "inspect", inspect.inspect),
    (app, "combine", combine.combine),
    (app, "overlay", overlay.overlay),
    (app, "reipl", reipl.reipl),
    (_ins, "show", ins_show.show),
    (_ins, "build", ins_build.build),
    (_ins, "combine", ins_combine.combine),
):
    _group.command(name=_name, help=paragraphs(_command))(_command)
