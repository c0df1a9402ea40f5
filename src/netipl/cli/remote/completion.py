"""Names that the shell completes by asking the daemon: quickly, and silently where it does not answer."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

import typer

from netipl.cli.remote.api import Api, guest_path
from netipl.errors import NetiplError

_SECONDS: Final = 0.5
_MOST: Final = 200


def guests(context: typer.Context, incomplete: str) -> list[str]:
    """Names of guests that begin so, without those that stand there already."""
    try:
        with _api(context) as api:
            found = list(islice(_names(api, incomplete), _MOST))
    except (NetiplError, KeyError, TypeError):
        return []
    given = context.params.get("names") or ()
    return [name for name in found if name not in given]


def profiles(context: typer.Context, incomplete: str) -> list[str]:
    return _listed(context, "profiles", incomplete)


def networks(context: typer.Context, incomplete: str) -> list[str]:
    return _listed(context, "networks", incomplete)


def media(context: typer.Context, incomplete: str) -> list[str]:
    return _listed(context, "media", incomplete)


def tokens(context: typer.Context, incomplete: str) -> list[str]:
    return _listed(context, "tokens", incomplete)


def _api(context: typer.Context) -> Api:
    """Callbacks do not run while a shell completes, so the option of the group is read where it was parsed."""
    group = context.parent
    return Api.found(group.params.get("api") if group is not None else None, seconds=_SECONDS)


def _names(api: Api, incomplete: str) -> Iterator[str]:
    """They come in order, so those that begin so follow what they begin with."""
    if incomplete:
        with suppress(NetiplError):
            yield str(api.get(guest_path(incomplete)).json["name"])
    after: str | None = incomplete or None
    while True:
        page = api.get("guests", after=after).json
        for item in page["items"]:
            name = str(item["name"])
            if not name.startswith(incomplete):
                return
            yield name
        after = page.get("next")
        if after is None:
            return


def _listed(context: typer.Context, path: str, incomplete: str) -> list[str]:
    try:
        with _api(context) as api:
            names = [str(item["name"]) for item in api.get(path).json["items"]]
    except (NetiplError, KeyError, TypeError):
        return []
    return [name for name in names if name.startswith(incomplete)]
