"""`netipl guest import`: shows what would become of the guests, asks before any is removed, and has it done."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli.guest import options
from netipl.cli.guest.documents import form
from netipl.cli.guest.documents.form import Form
from netipl.cli.remote.api import Api, Json
from netipl.cli.remote.group import Json as AsJson
from netipl.cli.remote.group import Yes, agreed, connected, table
from netipl.errors import UsageError
from netipl.guests.reading import Document
from netipl.provisioning.importing import Step
from netipl.wire import printable

_WORDS = {Step.ADD: "added", Step.CHANGE: "changed", Step.REMOVE: "removed", Step.KEEP: "as they were"}


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The guests; - is standard input.")],
    given: Annotated[
        Form | None, typer.Option("--format", help="Else as the suffix of FILE says.", show_default=False)
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be done.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove all other guests that were added.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add and change the guests of a YAML or CSV file, all or none.

    A file is a list of guests, or has one line for each. Guests that are not in it stay, but for --prune.
    """
    if given is None and str(file) == "-":
        raise UsageError("the form of standard input is not known", remedy="name it with --format")
    documents = form.read(form.text_of(file), str(file), given or form.form_of(file))
    with connected(context) as api:
        asking = prune and not dry_run and not yes
        found = _differences(api, documents, dry_run=dry_run or asking, prune=prune)
        _show(found, as_json=as_json)
        if asking:
            gone = sum(each["step"] == Step.REMOVE for each in found)
            if gone:
                agreed(f"Remove {gone} guests?", yes=False)
            found = _differences(api, documents, dry_run=False, prune=prune)
    if not as_json:
        counts = Counter(each["step"] for each in found)
        summary = ", ".join(f"{counts[step]} {words}" for step, words in _WORDS.items())
        typer.echo(summary + ("; nothing is done, this is a dry run" if dry_run else ""))


def _differences(api: Api, guests: list[Document], *, dry_run: bool, prune: bool) -> list[Json]:
    answer = api.post("imports", {"guests": guests, "dry_run": dry_run, "prune": prune})
    return list(answer.json["differences"])


def _show(differences: list[Json], *, as_json: bool) -> None:
    if as_json:
        for each in differences:
            options.line(each)
        return
    rows = list(_rows(differences))
    if rows:
        table(("guest", "", "what"), rows)


def _rows(differences: list[Json]) -> Iterator[Sequence[str]]:
    """Of those of which anything becomes."""
    for each in differences:
        if each["step"] != Step.KEEP:
            what = "; ".join(f"{key}: {value}" for key, value in each["fields"].items())
            yield each["name"], each["step"], printable(what, 1024)
