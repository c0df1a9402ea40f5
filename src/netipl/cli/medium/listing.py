"""`netipl medium list`."""

import json
from collections.abc import Iterator, Sequence

import typer

from netipl.cli.medium import jobs
from netipl.cli.medium.sizes import readable
from netipl.cli.remote.api import PAGE
from netipl.cli.remote.api import Json as Document
from netipl.cli.remote.group import Json, connected, table

_HEADS = ("name", "state", "medium", "level", "size", "tree", "profiles")


def listing(context: typer.Context, *, as_json: Json = False) -> None:
    """List the media, and those that arrive."""
    with connected(context) as api:
        media, coming = list(api.items("media", limit=PAGE)), jobs.arriving(api)
    if as_json:
        for each in (*media, *coming):
            typer.echo(json.dumps(each))
    else:
        table(_HEADS, [*_there(media), *_coming(coming)])


def _there(media: list[Document]) -> Iterator[Sequence[str]]:
    for each in media:
        tree = "yes" if each["has_tree"] else ""
        profiles = ", ".join(each["profiles"])
        yield each["name"], "there", each["title"], each["level"], readable(int(each["size"])), tree, profiles


def _coming(found: list[Document]) -> Iterator[Sequence[str]]:
    for each in found:
        yield each["name"], state(each), each["error"] or each["source"], "", "", "", ""


def state(job: Document) -> str:
    """In a word, with how much of it is there, if that is known."""
    sizes = [(int(each["done"]), int(each["size"])) for each in job["files"] if each["size"]]
    total = sum(size for _, size in sizes)
    share = f" {sum(done for done, _ in sizes) * 100 // total}%" if total and job["state"] == "running" else ""
    return ("arriving" if job["state"] == "running" else str(job["state"])) + share
