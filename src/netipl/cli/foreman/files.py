"""`netipl foreman files`: the boot files that Foreman had fetched, and the end of those that nothing needs any more."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from netipl.cli.describe import size
from netipl.cli.remote.api import Api
from netipl.cli.remote.api import Json as Document
from netipl.cli.remote.group import Failures, Json, Yes, agreed, connected, table
from netipl.cli.remote.views import reading
from netipl.wire import printable

_HEADS: Final = ("name", "state", "size", "age", "used by", "source")
_PATH: Final = "boot-files"
_USERS: Final = 2


def files(
    context: typer.Context,
    *,
    prune: Annotated[bool, typer.Option("--prune", help="Remove those that no deployed configuration names.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """List the boot files that Foreman had fetched, and which deployed configurations name them.

    With --prune those that none names are removed, after a question. Foreman has them fetched again when it deploys
    something that needs them.
    """
    with connected(context) as api:
        found = _found(api)
        if prune:
            found = [each for each in found if not each["users"] and each["state"] != "asked"]
        if not as_json:
            _show(found)
        if not prune:
            if as_json:
                _print(found)
            return
        if found:
            total = size(sum(each["size"] or 0 for each in found))
            agreed(f"Remove {len(found)} boot files, {total}?", yes=yes)
        _remove(api, found, as_json=as_json)


@reading
def _found(api: Api) -> list[Document]:
    return list(api.get(_PATH).json["items"])


def _remove(api: Api, found: list[Document], *, as_json: bool) -> None:
    failures, gone = Failures(), []
    for each in found:
        with failures.kept():
            api.ask("DELETE", _PATH, query={"name": str(each["name"])})
            gone.append(each)
    if as_json:
        _print(gone)
    else:
        typer.echo(f"{len(gone)} removed, {size(sum(each['size'] or 0 for each in gone))}")
    failures.tell()


def _print(found: list[Document]) -> None:
    for each in found:
        typer.echo(json.dumps(each))


def _show(found: list[Document]) -> None:
    table(_HEADS, _rows(found, datetime.now(UTC)))
    for each in found:
        if each["error"]:
            typer.echo(f"{printable(each['name'])}: {printable(each['error'], 1024)}")


@reading
def _rows(found: list[Document], now: datetime) -> list[Sequence[str]]:
    return list(_cells(found, now))


def _cells(found: list[Document], now: datetime) -> Iterator[Sequence[str]]:
    for each in found:
        users = each["users"]
        more = f" and {len(users) - _USERS} more" if len(users) > _USERS else ""
        came = datetime.fromisoformat(each["came"]) if each["came"] else None
        yield (
            each["name"],
            each["state"],
            size(each["size"]) if each["size"] is not None else "",
            _age(now - came) if came is not None else "",
            ", ".join(users[:_USERS]) + more,
            each["source"],
        )


def _age(lasts: timedelta) -> str:
    """In the largest unit of which it is one."""
    seconds = max(0, int(lasts.total_seconds()))
    for unit, long in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= long:
            return f"{seconds // long} {unit}"
    return f"{seconds} s"
